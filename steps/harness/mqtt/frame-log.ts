import type { Packet } from 'mqtt-packet';
import type { Time } from '../time/now.ts';

/** One MQTT packet on one connection, with its bytes. The CONNECT of a client holds its password in both: never show it whole. */
export interface RecordedFrame extends Time {
  /** As seen from the suite. */
  readonly direction: 'sent' | 'received';
  readonly packet: Packet;
  /** The whole packet as it crossed the wire, fixed header included. */
  readonly bytes: Buffer;
}

/** How much a {@link FrameLog} keeps. */
export interface FrameLimits {
  readonly frames: number;
  readonly bytes: number;
}

/** What is kept of either end of a connection that is over and only shown any more. */
export const condensed: FrameLimits = { frames: 40, bytes: 32 * 1024 };

/** The latest frames of a connection: whoever floods it makes the oldest go, and costs no more memory than the limits say. */
export class FrameLog implements Iterable<RecordedFrame> {
  readonly #limits: FrameLimits;
  #frames: RecordedFrame[] = [];
  /** Where the kept frames begin; what stands before goes in one sweep, since a shift for each would cost the square. */
  #first = 0;
  #bytes = 0;
  #dropped = 0;

  constructor(limits: FrameLimits) {
    this.#limits = limits;
  }

  /** How many frames are kept. */
  get length(): number {
    return this.#frames.length - this.#first;
  }

  /** How many older frames are gone. */
  get dropped(): number {
    return this.#dropped;
  }

  add(frame: RecordedFrame): void {
    this.#frames.push(frame);
    this.#bytes += frame.bytes.length;
    while (this.length > 1 && (this.length > this.#limits.frames || this.#bytes > this.#limits.bytes)) this.#drop();
  }

  /** The latest frame that is older than this, in µs; undefined when none is kept. */
  before(atUs: number): RecordedFrame | undefined {
    return this.#frames.findLast((frame, index) => index >= this.#first && frame.atUs < atUs);
  }

  /** Keeps the earliest and the latest frames only, as many of each; the bytes of either side have a bound as well. */
  condense({ frames, bytes }: FrameLimits): void {
    const kept = this.#frames.slice(this.#first);
    const few = (side: readonly RecordedFrame[]): RecordedFrame[] => {
      let left = bytes;
      return side.slice(0, frames).filter((frame) => {
        left -= frame.bytes.length;
        return left >= 0;
      });
    };
    const earliest = few(kept);
    const latest = few(kept.slice(frames).reverse()).reverse();
    this.#dropped += kept.length - earliest.length - latest.length;
    this.#frames = [...earliest, ...latest];
    this.#first = 0;
    this.#bytes = this.#frames.reduce((sum, frame) => sum + frame.bytes.length, 0);
  }

  *[Symbol.iterator](): Iterator<RecordedFrame> {
    yield* this.#frames.slice(this.#first);
  }

  #drop(): void {
    this.#bytes -= this.#frames[this.#first]?.bytes.length ?? 0;
    this.#dropped += 1;
    this.#first += 1;
    if (this.#first < this.#limits.frames) return;
    this.#frames = this.#frames.slice(this.#first);
    this.#first = 0;
  }
}
