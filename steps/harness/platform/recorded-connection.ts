import type { IConnectPacket, IPublishPacket, Packet } from 'mqtt-packet';
import { FrameLog } from '../mqtt/frame-log.ts';
import type { Latency, Tap } from '../mqtt/link.ts';
import { MalformedPacket } from '../mqtt/packet-cutter.ts';
import { PacketReader } from '../mqtt/packet-reader.ts';
import { covers } from '../mqtt/topic-filter.ts';
import { now, type Time } from '../time/now.ts';
import type { Subscription } from './client-connection.ts';
import type { ObservedConnection } from './client-run.ts';

/** A packet that passed a link between a client and a server. */
export interface RelayedFrame {
  /** `forth` is what the client sent. */
  readonly direction: keyof Latency;
  readonly packet: Packet;
  readonly bytes: Buffer;
  /** When its last byte had come to the link. */
  readonly came: Time;
  /** When it was handed on; undefined when the other side was gone by then. */
  passed: Time | undefined;
}

/** How a connection ended that neither the suite nor its link has ended. */
export interface RelayedEnding extends Time {
  readonly by: 'client' | 'server';
  /** In words: "the server closed the connection without a word". */
  readonly reason: string;
}

/** What is MQTT no longer, and whose doing that is. */
export interface RelayedFault {
  readonly by: 'client' | 'server';
  readonly reason: string;
}

/** The most of one connection that is kept; what comes beyond it passes, and shows nothing more. */
const limits = { frames: 2000, bytes: 1024 * 1024, packetBytes: 256 * 1024 };

const endOf = { forth: 'client', back: 'server' } as const;

/**
 * One connection between a client and a server, as the link between them sees it. Records every packet both ways with its times at
 * both ends; never judges, and changes nothing.
 */
export class RelayedConnection implements Tap, ObservedConnection {
  readonly accepted: Time = now();
  readonly #passing: RelayedFrame[] = [];
  readonly #faults: RelayedFault[] = [];
  readonly #subscriptions = new Map<string, Pick<Subscription, 'filter' | 'requestedQos'>>();
  readonly #readers: { readonly forth: PacketReader; back?: PacketReader } = { forth: new PacketReader(limits.packetBytes) };
  readonly #heard: (frame: RelayedFrame) => void;
  #bytes = 0;
  #dropped = 0;
  #connect: IConnectPacket | undefined;
  #disconnected = false;
  #ending: RelayedEnding | undefined;

  /** @param heard told of every packet as soon as it has come */
  constructor(heard: (frame: RelayedFrame) => void = () => {}) {
    this.#heard = heard;
  }

  get connect(): IConnectPacket | undefined {
    return this.#connect;
  }

  /** Those that the client has when everything has passed. */
  get subscriptions(): ReadonlyMap<string, Pick<Subscription, 'filter' | 'requestedQos'>> {
    return this.#subscriptions;
  }

  get ending(): RelayedEnding | undefined {
    return this.#ending;
  }

  /** Every packet, in the order in which they came. */
  get passing(): readonly RelayedFrame[] {
    return this.#passing;
  }

  get faults(): readonly RelayedFault[] {
    return this.#faults;
  }

  /** How many packets passed that were not kept. */
  get dropped(): number {
    return this.#dropped;
  }

  /** What crossed the client's end of the link, as the platform in front of it would have seen it. */
  get frames(): FrameLog {
    const log = new FrameLog(limits);
    const seen = this.#passing.flatMap(({ direction, packet, bytes, came, passed }) => {
      const at = direction === 'forth' ? came : passed;
      return at === undefined ? [] : [{ ...at, direction: direction === 'forth' ? 'received' : 'sent', packet, bytes } as const];
    });
    for (const frame of seen.toSorted((a, b) => a.atUs - b.atUs)) log.add(frame);
    return log;
  }

  /** What the server said to the CONNECT; undefined while it has said nothing. */
  get welcome(): number | undefined {
    const packet = this.#passing.find((frame) => frame.packet.cmd === 'connack')?.packet;
    if (packet?.cmd !== 'connack') return undefined;
    return packet.reasonCode ?? packet.returnCode ?? 0;
  }

  /** Whether a filter that covers a topic had been asked for before a moment, in µs. */
  listenedTo(topic: string, beforeUs: number): boolean {
    let filters: string[] = [];
    for (const { packet, came } of this.#passing) {
      if (came.atUs > beforeUs) break;
      if (packet.cmd === 'subscribe') filters.push(...packet.subscriptions.map((subscription) => subscription.topic));
      if (packet.cmd === 'unsubscribe') filters = filters.filter((filter) => !packet.unsubscriptions.includes(filter));
    }
    return filters.some((filter) => covers(filter, topic));
  }

  /** The filters that the server has refused, or has said nothing to. */
  get ungranted(): string[] {
    const granted = new Map(
      this.#passing.flatMap(({ packet }) =>
        packet.cmd === 'suback' ? [[packet.messageId, packet.granted.map(Number)] as const] : [],
      ),
    );
    return this.#passing.flatMap(({ packet }) =>
      packet.cmd === 'subscribe'
        ? packet.subscriptions.flatMap(({ topic }, index) => ((granted.get(packet.messageId)?.[index] ?? 128) > 2 ? [topic] : []))
        : [],
    );
  }

  came(direction: keyof Latency, bytes: Buffer): () => void {
    const came = now();
    const frames: RelayedFrame[] = [];
    try {
      for (const { packet, bytes: own } of this.#reader(direction).read(bytes)) {
        if (this.#passing.length >= limits.frames || this.#bytes + own.length > limits.bytes) {
          this.#dropped += 1;
          continue;
        }
        const frame: RelayedFrame = { direction, packet, bytes: own, came, passed: undefined };
        this.#bytes += own.length;
        this.#passing.push(frame);
        frames.push(frame);
        this.#note(frame);
      }
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      this.#faults.push({ by: endOf[direction], reason: `the ${endOf[direction]} sent what is not MQTT: ${error.message}` });
    }
    for (const frame of frames) this.#heard(frame);
    return () => {
      const passed = now();
      for (const frame of frames) frame.passed = passed;
    };
  }

  ended(side: 'near' | 'far', fault?: Error): void {
    if (this.#ending !== undefined) return;
    const by = side === 'near' ? 'client' : 'server';
    const code = (fault as NodeJS.ErrnoException | undefined)?.code;
    const refused = side === 'far' && code === 'ECONNREFUSED';
    const how = refused
      ? 'the server did not accept the connection'
      : fault === undefined
        ? `the ${by} closed the connection${by === 'client' && !this.#disconnected ? ' without DISCONNECT' : ''}`
        : `the ${by} broke the connection (${code ?? fault.message})`;
    this.#ending = { ...now(), by, reason: how };
  }

  /** The messages of one direction, in order. */
  messages(direction: keyof Latency): (RelayedFrame & { readonly packet: IPublishPacket })[] {
    return this.#passing.filter(
      (frame): frame is RelayedFrame & { readonly packet: IPublishPacket } =>
        frame.direction === direction && frame.packet.cmd === 'publish',
    );
  }

  #reader(direction: keyof Latency): PacketReader {
    if (direction === 'forth') return this.#readers.forth;
    // What it is that the server speaks is said by the client's CONNECT.
    this.#readers.back ??= new PacketReader(limits.packetBytes, this.#connect?.protocolVersion === 5 ? 5 : 4);
    return this.#readers.back;
  }

  #note({ packet, direction }: RelayedFrame): void {
    if (direction !== 'forth') return;
    if (packet.cmd === 'connect') this.#connect ??= packet;
    if (packet.cmd === 'disconnect') this.#disconnected = true;
    if (packet.cmd === 'unsubscribe') for (const filter of packet.unsubscriptions) this.#subscriptions.delete(filter);
    if (packet.cmd === 'subscribe')
      for (const { topic, qos } of packet.subscriptions) this.#subscriptions.set(topic, { filter: topic, requestedQos: qos });
  }
}
