import type { IConnectPacket } from 'mqtt-packet';
import { type Message, messageOf } from '../message/message.ts';
import type { Frame } from '../mqtt/frame.ts';
import type { Latency, Tap } from '../mqtt/link.ts';
import { MalformedPacket } from '../mqtt/malformed-packet.ts';
import { connackCode } from '../mqtt/mqtt-version.ts';
import { PacketReader } from '../mqtt/packet-reader.ts';
import { packetLimit } from '../mqtt/receive-limits.ts';
import { covers } from '../mqtt/topic-filter.ts';
import { Trace } from '../mqtt/trace.ts';
import { now, type Time } from '../time/now.ts';
import type { ObservedConnection } from './client-run.ts';
import { type Subscription, Subscriptions } from './subscriptions.ts';

/** How a connection ended that neither the suite nor its link has ended. */
export interface RecordedEnding extends Time {
  readonly by: 'client' | 'server';
  /** In words: "the server closed the connection". */
  readonly reason: string;
}

/** Bytes that are not MQTT, and who sent them. */
export interface RecordedFault {
  readonly by: 'client' | 'server';
  readonly reason: string;
}

/** How much of one connection is kept; what comes after that passes, and is only counted. */
const limits = { frames: 2000, bytes: 1024 * 1024, keeps: 'earliest' } as const;
const mostPacketBytes = 256 * 1024;

const sender = { forth: 'client', back: 'server' } as const;

/**
 * One connection between a client and a server, as the link between them sees it. It records every packet at both ends of the link;
 * it never judges, and changes nothing.
 */
export class RecordedConnection implements Tap, ObservedConnection {
  readonly accepted: Time = now();
  /** What crossed the client's end of the link, as a platform in front of the client would have recorded it. */
  readonly trace = new Trace(limits);
  /** What crossed the server's end of the link, as a device in front of the server would have recorded it. */
  readonly serverTrace = new Trace(limits);
  readonly #faults: RecordedFault[] = [];
  readonly #subscriptions = new Subscriptions();
  readonly #readers: { readonly forth: PacketReader; back?: PacketReader } = {
    forth: new PacketReader({ limits: packetLimit(mostPacketBytes) }),
  };
  readonly #onFrame: (frame: Frame, direction: keyof Latency) => void;
  #connect: IConnectPacket | undefined;
  #disconnected = false;
  #ending: RecordedEnding | undefined;

  /** @param onFrame told of every packet as soon as it has come; `forth` is what the client sent */
  constructor(onFrame: (frame: Frame, direction: keyof Latency) => void = () => {}) {
    this.#onFrame = onFrame;
  }

  get connect(): IConnectPacket | undefined {
    return this.#connect;
  }

  /** The client's subscriptions at the end of the connection. */
  get subscriptions(): ReadonlyMap<string, Subscription> {
    return this.#subscriptions.byFilter;
  }

  /** Every subscription that the client asked for, in the order in which they came. */
  get asked(): readonly Subscription[] {
    return this.#subscriptions.asked;
  }

  get ending(): RecordedEnding | undefined {
    return this.#ending;
  }

  get faults(): readonly RecordedFault[] {
    return this.#faults;
  }

  /** How many packets passed that were not kept. */
  get dropped(): number {
    return Math.max(this.trace.dropped, this.serverTrace.dropped);
  }

  /** The code of the server's CONNACK; undefined while there is none. */
  get connackCode(): number | undefined {
    for (const { packet } of this.serverTrace) if (packet.cmd === 'connack') return connackCode(packet);
    return undefined;
  }

  /** Whether the client had subscribed a topic before a moment, in µs. */
  subscribedBefore(topic: string, beforeUs: number): boolean {
    let filters: string[] = [];
    for (const { packet, atUs } of this.trace) {
      if (atUs > beforeUs) break;
      if (packet.cmd === 'subscribe') filters.push(...packet.subscriptions.map((subscription) => subscription.topic));
      if (packet.cmd === 'unsubscribe') filters = filters.filter((filter) => !packet.unsubscriptions.includes(filter));
    }
    return filters.some((filter) => covers(filter, topic));
  }

  /** The filters that the server refused or did not acknowledge. */
  get ungranted(): string[] {
    const granted = new Map(
      [...this.serverTrace].flatMap(({ packet }) =>
        packet.cmd === 'suback' ? [[packet.messageId, packet.granted.map(Number)] as const] : [],
      ),
    );
    return [...this.trace].flatMap(({ packet }) =>
      packet.cmd === 'subscribe'
        ? packet.subscriptions.flatMap(({ topic }, index) => ((granted.get(packet.messageId)?.[index] ?? 128) > 2 ? [topic] : []))
        : [],
    );
  }

  came(direction: keyof Latency, bytes: Buffer): () => void {
    const [near, far] = direction === 'forth' ? [this.trace, this.serverTrace] : [this.serverTrace, this.trace];
    const frames: Frame[] = [];
    try {
      for (const frame of this.#reader(direction).read(bytes)) {
        near.record(frame);
        frames.push(frame);
        if (direction === 'forth') this.#note(frame);
      }
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      const by = sender[direction];
      this.#faults.push({ by, reason: `the ${by} sent what is not MQTT: ${error.message}` });
    }
    for (const frame of frames) this.#onFrame(frame, direction);
    return () => {
      const time = now();
      for (const frame of frames) far.record({ ...frame, ...time, direction: 'sent' });
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

  /** The messages of one direction that crossed the client's end, in order. */
  messages(direction: keyof Latency): Message[] {
    const wanted = direction === 'forth' ? 'received' : 'sent';
    return [...this.trace].flatMap((frame) => (frame.direction === wanted ? (messageOf(frame) ?? []) : []));
  }

  #reader(direction: keyof Latency): PacketReader {
    if (direction === 'forth') return this.#readers.forth;
    // The client's CONNECT says which version the server speaks.
    const protocolVersion = this.#connect?.protocolVersion === 5 ? 5 : 4;
    this.#readers.back ??= new PacketReader({ limits: packetLimit(mostPacketBytes), protocolVersion });
    return this.#readers.back;
  }

  #note({ packet, atUs, wallMs }: Frame): void {
    if (packet.cmd === 'connect') this.#connect ??= packet;
    if (packet.cmd === 'disconnect') this.#disconnected = true;
    if (packet.cmd === 'unsubscribe') for (const filter of packet.unsubscriptions) this.#subscriptions.remove(filter);
    // The link leaves it to the server what is granted.
    if (packet.cmd === 'subscribe' && this.trace.dropped === 0) this.#subscriptions.add(packet, 2, { atUs, wallMs });
  }
}
