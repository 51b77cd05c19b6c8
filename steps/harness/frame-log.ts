import type { Packet } from 'mqtt-packet';
import type { Moment } from './moment.ts';

/** One MQTT packet on one connection, with its bytes. The CONNECT of a client holds its password in both: never show it whole. */
export interface RecordedFrame extends Moment {
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
