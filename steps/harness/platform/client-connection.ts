import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { generate, type IConnectPacket, type IPublishPacket, type ISubscribePacket, type Packet } from 'mqtt-packet';
import { type FrameLimits, FrameLog, type RecordedFrame } from '../mqtt/frame-log.ts';
import { MalformedPacket } from '../mqtt/packet-cutter.ts';
import { PacketReader } from '../mqtt/packet-reader.ts';
import { covers, filterFault, topicFault } from '../mqtt/topic-filter.ts';
import { now, type Time } from '../time/now.ts';
import type { ConnectDecision, PlatformRequest, QoS, SubscribeDecision } from './platform-script.ts';

/** How a connection ended. */
export interface Ending extends Time {
  /**
   * `disconnected`: the client said DISCONNECT; `closed`: it closed without; `reset`: it reset the connection, or TLS or TCP
   * failed; `malformed`: what it sent was not MQTT; `flooded`: it sent or subscribed more than a connection may; `refused`,
   * `cut`, `ended`: the suite's own doing.
   */
  readonly cause: 'disconnected' | 'closed' | 'reset' | 'malformed' | 'flooded' | 'refused' | 'cut' | 'ended';
  /** In words: "the client sent malformed MQTT: …". */
  readonly reason: string;
}

/** A subscription of a client. */
export interface Subscription extends Time {
  readonly filter: string;
  readonly requestedQos: QoS;
  readonly grantedQos: QoS;
  /** MQTT 5: to be returned with every message that the subscription brings. */
  readonly identifier?: number;
}

/** How a message is sent. */
export interface Delivery {
  readonly qos?: QoS;
  readonly retain?: boolean;
  readonly dup?: boolean;
}

/** What one connection of a client may cost. */
export interface SessionLimits {
  readonly log: FrameLimits;
  /** The most bytes of one packet. */
  readonly packetBytes: number;
  /** The most packets of one connection. */
  readonly packets: number;
  readonly subscriptions: number;
  /** Requests that their script still works on; beyond this many the connection is not read until one is done. */
  readonly openRequests: number;
}

/** What decides for a connection: the platform, by its scripts. */
export interface Director {
  connect(packet: IConnectPacket, session: ClientConnection): ConnectDecision;
  subscribe(packet: ISubscribePacket, session: ClientConnection): SubscribeDecision;
  /** Never rejects. */
  request(request: PlatformRequest): Promise<void>;
  autoSubscription(session: ClientConnection): boolean;
}

/** Return codes of MQTT 3.1.1 as the reason codes of MQTT 5. */
const reasonCodes = new Map([
  [1, 0x84],
  [2, 0x85],
  [3, 0x88],
  [4, 0x86],
  [5, 0x87],
]);

/** One connection of a client to the platform: what the client sent and got, and the ways to send it more. */
export class ClientConnection {
  /** Counts the platform's connections from 1. */
  readonly number: number;
  readonly frames: FrameLog;
  /** When TCP was accepted. */
  readonly accepted: Time = now();
  /** Resolves, and never rejects, when the connection is no more. */
  readonly closed: Promise<Ending>;
  /** Aborts when the connection is no more. */
  readonly signal: AbortSignal;
  readonly #socket: Socket;
  readonly #raw: Socket;
  readonly #director: Director;
  readonly #limits: SessionLimits;
  readonly #reader: PacketReader;
  readonly #subscriptions = new Map<string, Subscription>();
  /** Packet ids of QoS 2 requests whose PUBREL has not come: the same id again is the same message. */
  readonly #unreleased = new Set<number>();
  readonly #watchers = new Set<(frame: RecordedFrame) => void>();
  readonly #aborted = new AbortController();
  readonly #closing = Promise.withResolvers<Ending>();
  #connect: IConnectPacket | undefined;
  #packets = 0;
  #openRequests = 0;
  #messageId = 0;
  #disconnected = false;
  #ending: Ending | undefined;
  #ended = false;

  /**
   * @param socket what carries MQTT: the TCP connection itself, or TLS on it
   * @param raw the TCP connection
   */
  constructor(number: number, socket: Socket | TLSSocket, raw: Socket, director: Director, limits: SessionLimits) {
    this.number = number;
    this.#socket = socket;
    this.#raw = raw;
    this.#director = director;
    this.#limits = limits;
    this.frames = new FrameLog(limits.log);
    this.closed = this.#closing.promise;
    this.signal = this.#aborted.signal;
    this.#reader = new PacketReader(limits.packetBytes);
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('drain', () => this.#throttle());
    socket.on('error', (error) => this.#over('reset', resetReason(error as NodeJS.ErrnoException)));
    if (raw !== socket) raw.on('error', (error) => this.#over('reset', resetReason(error)));
    // 'end' as well: a FIN is seen here even when the suite has something left to send.
    socket.on('end', () => this.#leave());
    socket.on('close', () => {
      this.#leave();
      this.#settle();
    });
  }

  /** The client's CONNECT, with its user name and password; undefined before it came. */
  get connect(): IConnectPacket | undefined {
    return this.#connect;
  }

  /** MQTT version by its protocol level: 3 is 3.1, 4 is 3.1.1, 5 is 5. */
  get version(): 3 | 4 | 5 {
    return this.#connect?.protocolVersion ?? 4;
  }

  /** By topic filter, in the order in which they came. */
  get subscriptions(): ReadonlyMap<string, Subscription> {
    return this.#subscriptions;
  }

  /** How the connection ended; undefined while it is open. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** Whether one of the client's own subscriptions covers a topic. */
  subscribes(topic: string): boolean {
    return this.#covering(topic).length > 0;
  }

  /** Whether a message on this topic reaches the client: by a subscription of its own, or by automatic subscription. */
  hears(topic: string): boolean {
    return this.#director.autoSubscription(this) || this.subscribes(topic);
  }

  /**
   * Sends a message as a platform does: only to a client that {@link hears} it, at the lower one of its QoS and the granted QoS.
   *
   * @returns the packet as it was sent; undefined when the client did not subscribe its topic or is gone
   */
  deliver(topic: string, payload: string | Uint8Array, delivery: Delivery = {}): IPublishPacket | undefined {
    const subscriptions = this.#covering(topic);
    if (subscriptions.length === 0)
      return this.#director.autoSubscription(this) ? this.push(topic, payload, delivery) : undefined;
    const granted = Math.max(...subscriptions.map(({ grantedQos }) => grantedQos));
    const identifiers = subscriptions.flatMap(({ identifier }) => (identifier === undefined ? [] : [identifier]));
    const qos = Math.min(delivery.qos ?? 0, granted) as QoS;
    return this.#publish(topic, payload, { ...delivery, qos }, identifiers);
  }

  /** Sends a message whether the client subscribed it or not, at exactly this QoS and with these flags. */
  push(topic: string, payload: string | Uint8Array, delivery: Delivery = {}): IPublishPacket | undefined {
    return this.#publish(topic, payload, delivery, []);
  }

  /** Sends the CONNACK that a script withheld. */
  accept(): void {
    const named = this.#connect?.clientId !== '' || this.version < 5;
    const properties = named ? {} : { assignedClientIdentifier: `platform-${this.number}` };
    this.send({
      cmd: 'connack',
      sessionPresent: false,
      ...(this.version === 5 ? { reasonCode: 0, properties } : { returnCode: 0 }),
    });
  }

  /** Refuses the CONNECT and closes the connection; the code is one of MQTT 3.1.1, 1 to 5. */
  refuse(code: number): void {
    const answer = this.version === 5 ? { reasonCode: reasonCodes.get(code) ?? 0x80 } : { returnCode: code };
    this.send({ cmd: 'connack', sessionPresent: false, ...answer });
    this.#over('refused', `the suite refused the CONNECT with return code ${code}`);
    this.#socket.end();
  }

  /** Sends the SUBACK that a script withheld. */
  grant(packet: ISubscribePacket): void {
    const granted = packet.subscriptions.map(({ topic, qos }) => this.#subscriptions.get(topic)?.grantedQos ?? qos);
    this.send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted });
  }

  /** Sends any packet as it stands. Does nothing when the connection is no more. */
  send(packet: Packet): void {
    this.#transmit(packet, generate(packet, { protocolVersion: this.version }));
  }

  /** Cuts the connection with a TCP reset: what the client has not read yet is lost. */
  cut(): void {
    this.#over('cut', 'the suite cut the connection');
    this.#reset();
  }

  /** Closes the connection after what was sent. */
  end(): void {
    this.#over('ended', 'the suite closed the connection');
    this.#socket.end();
  }

  /** Refuses TCP, as far as one can who has accepted already. */
  refuseTcp(): void {
    this.#over('refused', 'the suite refused the TCP connection');
    this.#reset();
  }

  /**
   * The first recorded frame that `matches`, now or when it comes; undefined when the connection ends before.
   *
   * @throws the signal's reason when it aborts first
   */
  async frame(
    matches: (frame: RecordedFrame) => boolean,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<RecordedFrame | undefined> {
    for (const frame of this.frames) if (matches(frame)) return frame;
    if (this.#ended) return undefined;
    signal?.throwIfAborted();
    const found = Promise.withResolvers<RecordedFrame | undefined>();
    const watch = (frame: RecordedFrame): void => {
      if (matches(frame)) found.resolve(frame);
    };
    const abort = (): void => found.reject(signal?.reason);
    const end = (): void => found.resolve(undefined);
    this.#watchers.add(watch);
    signal?.addEventListener('abort', abort, { once: true });
    this.signal.addEventListener('abort', end, { once: true });
    try {
      return await found.promise;
    } finally {
      this.#watchers.delete(watch);
      signal?.removeEventListener('abort', abort);
      this.signal.removeEventListener('abort', end);
    }
  }

  #reset(): void {
    // A TLS socket cannot be reset; the TCP connection under it can. One that sends its FIN already cannot either (libuv: EINVAL), and
    // Node would leave it open for ever after the attempt.
    if (!this.#raw.destroyed && !this.#raw.writableEnded) this.#raw.resetAndDestroy();
    this.#raw.destroy();
    this.#socket.destroy();
  }

  #covering(topic: string): Subscription[] {
    return [...this.#subscriptions.values()].filter(({ filter }) => covers(filter, topic));
  }

  #publish(topic: string, payload: string | Uint8Array, delivery: Delivery, identifiers: number[]): IPublishPacket | undefined {
    if (this.#ending !== undefined) return undefined;
    const { qos = 0, retain = false, dup = false } = delivery;
    const packet: IPublishPacket = {
      cmd: 'publish',
      topic,
      payload: Buffer.from(payload),
      qos,
      retain,
      dup,
      ...(qos > 0 ? { messageId: this.#nextMessageId() } : {}),
      ...(this.version === 5 && identifiers.length > 0 ? { properties: { subscriptionIdentifier: identifiers } } : {}),
    };
    this.send(packet);
    return packet;
  }

  #nextMessageId(): number {
    this.#messageId = (this.#messageId % 65_535) + 1;
    return this.#messageId;
  }

  #transmit(packet: Packet, bytes: Buffer): void {
    if (this.#ending !== undefined || !this.#socket.writable) return;
    this.#record({ ...now(), direction: 'sent', packet, bytes });
    this.#socket.write(bytes);
    this.#throttle();
  }

  #record(frame: RecordedFrame): void {
    this.frames.add(frame);
    for (const watch of this.#watchers) watch(frame);
  }

  /** Stops reading from a client that does not read its acknowledgements, or asks faster than its script answers. */
  #throttle(): void {
    const full = this.#socket.writableNeedDrain || this.#openRequests >= this.#limits.openRequests;
    if (full) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  #read(chunk: Buffer): void {
    // What a client still sends while its connection is being closed is read, so that its FIN is seen, and thrown away.
    if (this.#ending !== undefined || this.#disconnected) return;
    const time = now();
    try {
      if (this.#packets === 0 && chunk[0] === 0x16 && chunk[1] === 0x03)
        throw new MalformedPacket('TLS, where this platform speaks plain TCP');
      for (const { packet, bytes } of this.#reader.read(chunk)) {
        this.#packets += 1;
        if (this.#packets > this.#limits.packets) {
          this.#fail('flooded', `the client sent more than ${this.#limits.packets} packets on one connection`);
          return;
        }
        this.#take(packet, bytes, time);
        if (this.#ending !== undefined || this.#disconnected) return;
      }
      // HTTP may look like the beginning of a long packet, which nobody should wait for.
      const [first = connectByte] = chunk;
      if (this.#packets === 0 && this.#reader.unfinished === chunk.length && first !== connectByte) {
        throw new MalformedPacket(`something else than CONNECT, first byte 0x${first.toString(16).padStart(2, '0')}`);
      }
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      this.#fail('malformed', `the client sent malformed MQTT: ${error.message}`);
    }
  }

  /** Takes one packet of the client; it is recorded before anything is said about it. */
  #take(packet: Packet, bytes: Buffer, now: Time): void {
    const first = this.#connect === undefined;
    if (first && packet.cmd === 'connect') this.#connect = packet;
    this.#record({ ...now, direction: 'received', packet, bytes });
    if (first && packet.cmd !== 'connect') throw new MalformedPacket(`${packet.cmd.toUpperCase()} before CONNECT`);
    switch (packet.cmd) {
      case 'connect':
        if (!first) throw new MalformedPacket('a second CONNECT');
        this.#takeConnect(packet);
        return;
      case 'subscribe':
        this.#takeSubscribe(packet, now);
        return;
      case 'unsubscribe': {
        if (packet.unsubscriptions.length === 0) throw new MalformedPacket('an UNSUBSCRIBE without a topic filter');
        for (const filter of packet.unsubscriptions) this.#subscriptions.delete(filter);
        this.send({ cmd: 'unsuback', messageId: requireId(packet), granted: packet.unsubscriptions.map(() => 0) });
        return;
      }
      case 'publish':
        this.#takePublish(packet, bytes, now);
        return;
      case 'pubrel':
        this.#unreleased.delete(requireId(packet));
        this.send({ cmd: 'pubcomp', messageId: requireId(packet) });
        return;
      case 'pubrec':
        this.send({ cmd: 'pubrel', messageId: requireId(packet) });
        return;
      case 'puback':
      case 'pubcomp':
        return;
      case 'pingreq':
        this.send({ cmd: 'pingresp' });
        return;
      case 'disconnect':
        this.#disconnected = true;
        this.#socket.end();
        return;
      default:
        throw new MalformedPacket(`${packet.cmd.toUpperCase()}, which no client of this platform has to send`);
    }
  }

  #takeConnect(packet: IConnectPacket): void {
    // MQTT 3.1 has no empty client id; 3.1.1 has it for clean sessions only.
    const nameless = packet.clientId === '' && (this.version === 3 || (this.version === 4 && packet.clean !== true));
    const decision = nameless ? { refuse: 2 } : this.#director.connect(packet, this);
    if (decision === 'accept') this.accept();
    else if (decision !== 'withhold') this.refuse(decision.refuse);
  }

  #takeSubscribe(packet: ISubscribePacket, now: Time): void {
    const messageId = requireId(packet);
    if (packet.subscriptions.length === 0) throw new MalformedPacket('a SUBSCRIBE without a topic filter');
    for (const { topic } of packet.subscriptions) {
      const fault = filterFault(topic);
      if (fault !== undefined) throw new MalformedPacket(fault);
    }
    const decision = this.#director.subscribe(packet, this);
    if (decision === 'refuse') {
      this.send({ cmd: 'suback', messageId, granted: packet.subscriptions.map(() => (this.version === 5 ? 0x87 : 0x80)) });
      return;
    }
    const highest = typeof decision === 'number' ? decision : 2;
    const identifier = packet.properties?.subscriptionIdentifier;
    for (const { topic, qos } of packet.subscriptions) {
      this.#subscriptions.set(topic, {
        ...now,
        filter: topic,
        requestedQos: qos,
        grantedQos: Math.min(qos, highest) as QoS,
        ...(identifier === undefined ? {} : { identifier }),
      });
    }
    if (this.#subscriptions.size > this.#limits.subscriptions) {
      this.#fail('flooded', `the client made more than ${this.#limits.subscriptions} subscriptions on one connection`);
    } else if (decision !== 'withhold') this.grant(packet);
  }

  #takePublish(packet: IPublishPacket, bytes: Buffer, now: Time): void {
    const fault = topicFault(packet.topic);
    if (fault !== undefined) throw new MalformedPacket(fault);
    const { topic, qos, retain, dup } = packet;
    const messageId = qos > 0 ? requireId(packet) : undefined;
    if (messageId !== undefined) this.send({ cmd: qos === 1 ? 'puback' : 'pubrec', messageId });
    if (qos === 2 && messageId !== undefined) {
      if (this.#unreleased.has(messageId)) return;
      this.#unreleased.add(messageId);
    }
    const request: PlatformRequest = {
      ...now,
      session: this,
      topic,
      payload: Buffer.from(packet.payload),
      qos,
      retain,
      dup,
      ...(messageId === undefined ? {} : { messageId }),
      firstByte: bytes[0] ?? 0,
    };
    void this.#work(request);
  }

  async #work(request: PlatformRequest): Promise<void> {
    this.#openRequests += 1;
    this.#throttle();
    await this.#director.request(request);
    this.#openRequests -= 1;
    this.#throttle();
  }

  #fail(cause: Ending['cause'], reason: string): void {
    this.#over(cause, reason);
    this.#socket.destroy();
  }

  /** The client has closed its side. */
  #leave(): void {
    const unfinished = this.#reader.unfinished > 0 ? `, ${this.#reader.unfinished} bytes into a packet` : '';
    if (this.#disconnected) this.#over('disconnected', 'the client disconnected');
    else this.#over('closed', `the client closed the connection without DISCONNECT${unfinished}`);
  }

  /** The first reason why a connection ends is the one that counts. */
  #over(cause: Ending['cause'], reason: string): void {
    this.#ending ??= { ...now(), cause, reason };
  }

  #settle(): void {
    if (this.#ended || this.#ending === undefined) return;
    this.#ended = true;
    this.#closing.resolve(this.#ending);
    this.#aborted.abort(new Error(this.#ending.reason));
  }
}

/** @throws MalformedPacket when the packet id is 0 or was not sent (MQTT-2.3.1-1) */
function requireId(packet: Packet): number {
  const { messageId } = packet;
  if (messageId === undefined || messageId < 1) throw new MalformedPacket(`${packet.cmd.toUpperCase()} without a packet id`);
  return messageId;
}

function resetReason({ code, message }: NodeJS.ErrnoException): string {
  return code === 'ECONNRESET' || code === 'EPIPE' ? 'the client reset the connection' : `the connection failed: ${message}`;
}

/** The first byte of every CONNECT. */
const connectByte = 0x10;
