import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { generate, type IConnectPacket, type IPublishPacket, type ISubscribePacket, type Packet } from 'mqtt-packet';
import type { Message, QoS } from '../message/message.ts';
import type { Frame } from '../mqtt/frame.ts';
import { ExcessivePacket, MalformedPacket } from '../mqtt/malformed-packet.ts';
import { PacketReader } from '../mqtt/packet-reader.ts';
import { Trace } from '../mqtt/trace.ts';
import { now, type Time } from '../time/now.ts';
import type { Delivery, Director, ReceivedMessage } from './client-decision.ts';
import { type Carriers, ClientHandshake } from './client-handshake.ts';
import { ClientProtocol, reasonCodes } from './client-protocol.ts';
import { ConnectionEnd, type Ending } from './connection-end.ts';
import type { ConnectionLimits } from './connection-limits.ts';
import { FrameListeners } from './frame-listeners.ts';
import { publishPacket } from './publish-packet.ts';
import { type Subscription, Subscriptions } from './subscriptions.ts';

/** The first byte of every CONNECT. */
const connectByte = 0x10;

/** A PUBLISH of a client that came to the platform. */
export type ClientMessage = ReceivedMessage<ClientConnection>;

/** One connection of a client to the platform: what the client sent and got, and the ways to send it more. */
export class ClientConnection {
  /** Counts the platform's connections from 1. */
  readonly number: number;
  readonly trace: Trace;
  /** When TCP was accepted. */
  readonly accepted: Time = now();
  readonly handshake: ClientHandshake;
  readonly #socket: Duplex;
  readonly #raw: Socket;
  readonly #director: Director<ClientConnection>;
  readonly #limits: ConnectionLimits;
  readonly #reader: PacketReader;
  readonly #protocol: ClientProtocol;
  readonly #subscriptions = new Subscriptions();
  readonly #end = new ConnectionEnd();
  readonly #listeners = new FrameListeners();
  #sessionPresent = false;
  #openRequests = 0;
  #messageId = 0;

  constructor(number: number, carriers: Carriers, director: Director<ClientConnection>, limits: ConnectionLimits) {
    const { stream: socket, raw } = carriers;
    this.number = number;
    this.#socket = socket;
    this.#raw = raw;
    this.#director = director;
    this.#limits = limits;
    this.trace = new Trace({ ...limits.trace, keeps: 'latest' });
    const { packetBytes, packets } = limits;
    this.#reader = new PacketReader({ limits: { packetBytes, packets, bytes: Number.POSITIVE_INFINITY } });
    this.#protocol = new ClientProtocol({
      connection: this,
      decideConnect: (packet) => director.connect(packet, this),
      decideSubscribe: (packet) => director.subscribe(packet, this),
      subscriptions: this.#subscriptions,
      mostSubscriptions: limits.subscriptions,
      record: (frame) => this.#record(frame),
      publish: (message) => void this.#work(message),
    });
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('drain', () => this.#throttle());
    this.handshake = new ClientHandshake(carriers);
    const fail = (error: Error): void => this.#end.begin('reset', this.handshake.failed(error, this.connect !== undefined));
    socket.on('error', fail);
    if (raw !== socket) raw.on('error', fail);
    // 'end' as well: a FIN is seen here even when the suite has something left to send.
    socket.on('end', () => this.#leave());
    socket.on('close', () => {
      this.#leave();
      this.#protocol.end();
      this.#end.finish();
    });
  }

  /** The client's CONNECT, with its user name and password; undefined before it came. */
  get connect(): IConnectPacket | undefined {
    return this.#protocol.connect;
  }

  /** MQTT version by its protocol level: 3 is 3.1, 4 is 3.1.1, 5 is 5. */
  get version(): 3 | 4 | 5 {
    return this.connect?.protocolVersion ?? 4;
  }

  /** By topic filter, in the order in which they came. */
  get subscriptions(): ReadonlyMap<string, Subscription> {
    return this.#subscriptions.byFilter;
  }

  /** Every subscription that it asked for, also those that it replaced or removed later, in the order in which they came. */
  get asked(): readonly Subscription[] {
    return this.#subscriptions.asked;
  }

  /** How long its session outlives it, in s. */
  get sessionExpiryS(): number {
    return this.#protocol.sessionExpiryS;
  }

  /** How the connection ended; undefined while it is open. */
  get ending(): Ending | undefined {
    return this.#end.ending;
  }

  /** Resolves, and never rejects, when the connection is closed. */
  get closed(): Promise<Ending> {
    return this.#end.closed;
  }

  /** Aborts when the connection is closed. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** Whether one of the client's own subscriptions covers a topic. */
  subscribes(topic: string): boolean {
    return this.#subscriptions.covering(topic).length > 0;
  }

  /** Whether a message on this topic reaches the client: by a subscription of its own, or by automatic subscription. */
  receives(topic: string): boolean {
    return this.#director.autoSubscription(this) || this.subscribes(topic);
  }

  /**
   * Sends a message as a platform does: only to a client that {@link receives} it, at the lower one of its QoS and the granted QoS.
   *
   * @returns the packet as it was sent; undefined when the client did not subscribe its topic or is gone
   */
  deliver(topic: string, payload: string | Uint8Array, delivery: Delivery = {}): IPublishPacket | undefined {
    const subscriptions = this.#subscriptions.covering(topic);
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
    const named = this.connect?.clientId !== '' || this.version < 5;
    const properties = named ? {} : { assignedClientIdentifier: `platform-${this.number}` };
    this.send({
      cmd: 'connack',
      sessionPresent: this.#sessionPresent,
      ...(this.version === 5 ? { reasonCode: 0, properties } : { returnCode: 0 }),
    });
  }

  /** Takes over what an earlier connection of the client subscribed, before its CONNECT is accepted. */
  resume(subscriptions: ReadonlyMap<string, Subscription>): void {
    this.#subscriptions.restore(subscriptions);
    this.#sessionPresent = true;
  }

  /** Closes the connection after what was sent, as a broker does for a reason, which a client of MQTT 5 is told by a code. */
  close(reasonCode: number, why: string): void {
    if (this.version === 5) this.send({ cmd: 'disconnect', reasonCode });
    this.#end.begin('ended', `the suite closed the connection: ${why}`);
    this.#socket.end();
  }

  /** Refuses the CONNECT and closes the connection; the code is one of MQTT 3.1.1, 1 to 5. */
  refuse(code: number): void {
    const answer = this.version === 5 ? { reasonCode: reasonCodes.get(code) ?? 0x80 } : { returnCode: code };
    this.send({ cmd: 'connack', sessionPresent: false, ...answer });
    this.#end.begin('refused', `the suite refused the CONNECT with return code ${code}`);
    this.#socket.end();
  }

  /** Sends the SUBACK that a script withheld. */
  grant(packet: ISubscribePacket): void {
    this.send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: this.#subscriptions.granted(packet) });
  }

  /** Sends any packet as it stands. Does nothing when the connection has ended. */
  send(packet: Packet): void {
    if (this.ending !== undefined || !this.#socket.writable) return;
    const bytes = generate(packet, { protocolVersion: this.version });
    this.#record({ ...now(), direction: 'sent', packet, bytes });
    this.#socket.write(bytes);
    this.#throttle();
  }

  /** Cuts the connection with a TCP reset: what the client has not read yet is lost. */
  cut(): void {
    this.#end.begin('cut', 'the suite cut the connection');
    this.#reset();
  }

  /** Refuses TCP as well as possible after it was accepted: by a reset. */
  refuseTcp(): void {
    this.#end.begin('refused', 'the suite refused the TCP connection');
    this.#reset();
  }

  /**
   * The first recorded frame that `matches`, now or when it comes; undefined when the connection ends before.
   *
   * @throws the signal's reason when it aborts first
   */
  async frame(
    matches: (frame: Frame) => boolean,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Frame | undefined> {
    for (const frame of this.trace) if (matches(frame)) return frame;
    if (this.#end.over) return undefined;
    return this.#listeners.next(matches, this.signal, signal);
  }

  #reset(): void {
    // A TLS socket cannot be reset; the TCP connection under it can, unless its FIN is being sent already (libuv: EINVAL): Node would
    // leave it open for ever after the attempt.
    if (!this.#raw.destroyed && !this.#raw.writableEnded) this.#raw.resetAndDestroy();
    this.#raw.destroy();
    this.#socket.destroy();
  }

  #publish(topic: string, payload: string | Uint8Array, delivery: Delivery, identifiers: number[]): IPublishPacket | undefined {
    if (this.ending !== undefined) return undefined;
    const { qos = 0, retain = false, dup = false } = delivery;
    if (qos > 0) this.#messageId = (this.#messageId % 65_535) + 1;
    const properties = this.version === 5 && identifiers.length > 0 ? { subscriptionIdentifier: identifiers } : undefined;
    const packet = publishPacket(topic, payload, { qos, retain, dup }, this.#messageId, properties);
    this.send(packet);
    return packet;
  }

  #record(frame: Frame): void {
    this.trace.record(frame);
    this.#listeners.tell(frame);
  }

  /** Stops reading from a client that does not read its acknowledgements, or asks faster than its script answers. */
  #throttle(): void {
    const full = this.#socket.writableNeedDrain || this.#openRequests >= this.#limits.openRequests;
    if (full) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  #read(chunk: Buffer): void {
    const over = (): boolean => this.ending !== undefined || this.#protocol.disconnected;
    // What a client still sends while its connection is being closed is read, so that its FIN is seen, and thrown away.
    if (over()) return;
    try {
      const unexpected = this.trace.length === 0 ? this.handshake.unexpected(chunk) : undefined;
      if (unexpected !== undefined) throw new MalformedPacket(unexpected);
      for (const frame of this.#reader.read(chunk)) {
        this.#protocol.take(frame);
        if (this.#protocol.disconnected) this.#socket.end();
        if (over()) return;
      }
      // HTTP may look like the beginning of a long packet: do not wait for the rest of it.
      const [first = connectByte] = chunk;
      if (this.trace.length === 0 && this.#reader.unfinished === chunk.length && first !== connectByte) {
        throw new MalformedPacket(`something else than CONNECT, first byte 0x${first.toString(16).padStart(2, '0')}`);
      }
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      if (error instanceof ExcessivePacket && error.of === 'connection')
        this.#end.begin('flooded', `the client sent ${error.message}`);
      else this.#end.begin('malformed', `the client sent malformed MQTT: ${error.message}`);
      this.#socket.destroy();
    }
  }

  async #work(message: Message): Promise<void> {
    this.#openRequests += 1;
    this.#throttle();
    await this.#director.request({ ...message, connection: this });
    this.#openRequests -= 1;
    this.#throttle();
  }

  /** The client has closed its side. */
  #leave(): void {
    const { unfinished } = this.#reader;
    const where = unfinished > 0 ? `, ${unfinished} bytes into a packet` : '';
    const silent = this.connect === undefined && unfinished === 0 && this.ending === undefined;
    const unsecured = silent ? this.handshake.left() : undefined;
    if (unsecured !== undefined) this.#end.begin('reset', unsecured);
    else if (this.#protocol.disconnected) this.#end.begin('disconnected', 'the client disconnected');
    else this.#end.begin('closed', `the client closed the connection without DISCONNECT${where}`);
  }
}
