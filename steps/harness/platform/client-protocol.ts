import type { IConnectPacket, IDisconnectPacket, ISubscribePacket, Packet } from 'mqtt-packet';
import { type Message, messageOf } from '../message/message.ts';
import type { Frame } from '../mqtt/frame.ts';
import { ExcessivePacket, MalformedPacket, requireId } from '../mqtt/malformed-packet.ts';
import { filterFault, topicFault } from '../mqtt/topic-filter.ts';
import type { Time } from '../time/now.ts';
import type { ConnectDecision, SubscribeDecision } from './client-decision.ts';
import { KeepAlive } from './keep-alive.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Return codes of MQTT 3.1.1 as the reason codes of MQTT 5. */
export const reasonCodes: ReadonlyMap<number, number> = new Map([
  [1, 0x84],
  [2, 0x85],
  [3, 0x88],
  [4, 0x86],
  [5, 0x87],
]);

/** Session expiry of MQTT 5 that means never, in s. */
export const never = 0xffff_ffff;

/** MQTT 5: the reason code for a filter that was not subscribed. */
const noSubscription = 0x11;

/** What a connection does for the protocol. */
export interface Answerer {
  readonly version: 3 | 4 | 5;
  send(packet: Packet): void;
  accept(): void;
  refuse(code: number): void;
  grant(packet: ISubscribePacket): void;
  close(reasonCode: number, why: string): void;
}

/** What a broker's side of the protocol needs. */
export interface ProtocolParts {
  readonly connection: Answerer;
  readonly decideConnect: (packet: IConnectPacket) => ConnectDecision;
  readonly decideSubscribe: (packet: ISubscribePacket) => SubscribeDecision;
  readonly subscriptions: Subscriptions;
  /** The most subscriptions of the connection. */
  readonly mostSubscriptions: number;
  /** Records a packet, before it is answered. */
  readonly record: (frame: Frame) => void;
  /** Takes a message that is new. */
  readonly publish: (message: Message) => void;
}

/** The broker's side of MQTT on one connection: answers each packet of the client as its script decides. */
export class ClientProtocol {
  readonly #parts: ProtocolParts;
  /** Packet ids of QoS 2 messages without PUBREL so far: the same id again is the same message. */
  readonly #unreleased = new Set<number>();
  readonly #keepAlive: KeepAlive;
  #connect: IConnectPacket | undefined;
  #disconnect: IDisconnectPacket | undefined;

  constructor(parts: ProtocolParts) {
    this.#parts = parts;
    this.#keepAlive = new KeepAlive((forS) => {
      parts.connection.close(0x8d, `nothing came for ${forS} s, 1.5 times the keep-alive of its CONNECT`);
    });
  }

  /** The client's CONNECT; undefined before it came. */
  get connect(): IConnectPacket | undefined {
    return this.#connect;
  }

  /** Whether the client has sent DISCONNECT. */
  get disconnected(): boolean {
    return this.#disconnect !== undefined;
  }

  /** How long its session outlives the connection, in s: as its CONNECT says, or in MQTT 5 its DISCONNECT. */
  get sessionExpiryS(): number {
    if (this.#parts.connection.version < 5) return this.#connect?.clean === true ? 0 : never;
    const atFirst = this.#connect?.properties?.sessionExpiryInterval ?? 0;
    // A session that was to end with the connection cannot be kept afterwards.
    return atFirst === 0 ? 0 : (this.#disconnect?.properties?.sessionExpiryInterval ?? atFirst);
  }

  /** The connection is over. */
  end(): void {
    this.#keepAlive.stop();
  }

  /**
   * Records a packet that has come, and answers it.
   *
   * @throws MalformedPacket when the client breaks the protocol; ExcessivePacket when it subscribes too much
   */
  take(frame: Frame): void {
    const { connection, subscriptions } = this.#parts;
    const { packet } = frame;
    this.#keepAlive.heard();
    // What listens to the record may ask for the CONNECT.
    if (packet.cmd === 'connect') this.#connect ??= packet;
    this.#parts.record(frame);
    if (this.#connect === undefined) throw new MalformedPacket(`${packet.cmd.toUpperCase()} before CONNECT`);
    switch (packet.cmd) {
      case 'connect':
        if (packet !== this.#connect) throw new MalformedPacket('a second CONNECT');
        this.#takeConnect(packet);
        return;
      case 'subscribe':
        this.#takeSubscribe(packet, frame);
        return;
      case 'unsubscribe': {
        if (packet.unsubscriptions.length === 0) throw new MalformedPacket('an UNSUBSCRIBE without a topic filter');
        const granted = packet.unsubscriptions.map((filter) => (subscriptions.remove(filter) ? 0 : noSubscription));
        connection.send({ cmd: 'unsuback', messageId: requireId(packet), granted });
        return;
      }
      case 'publish':
        this.#takePublish(frame);
        return;
      case 'pubrel':
        this.#unreleased.delete(requireId(packet));
        connection.send({ cmd: 'pubcomp', messageId: requireId(packet) });
        return;
      case 'pubrec':
        connection.send({ cmd: 'pubrel', messageId: requireId(packet) });
        return;
      case 'puback':
      case 'pubcomp':
        return;
      case 'pingreq':
        connection.send({ cmd: 'pingresp' });
        return;
      case 'disconnect':
        this.#disconnect = packet;
        return;
      default:
        throw new MalformedPacket(`${packet.cmd.toUpperCase()}, which no client of this platform has to send`);
    }
  }

  #takeConnect(packet: IConnectPacket): void {
    const { connection, decideConnect } = this.#parts;
    const { version } = connection;
    // MQTT 3.1 has no empty client id; 3.1.1 has it for clean sessions only.
    const nameless = packet.clientId === '' && (version === 3 || (version === 4 && packet.clean !== true));
    const decision = nameless ? { refuse: 2 } : decideConnect(packet);
    this.#keepAlive.start(packet.keepalive ?? 0);
    if (decision === 'accept') connection.accept();
    else if (decision !== 'withhold') connection.refuse(decision.refuse);
  }

  #takeSubscribe(packet: ISubscribePacket, time: Time): void {
    const { connection, decideSubscribe, subscriptions, mostSubscriptions } = this.#parts;
    const messageId = requireId(packet);
    if (packet.subscriptions.length === 0) throw new MalformedPacket('a SUBSCRIBE without a topic filter');
    for (const { topic } of packet.subscriptions) {
      const fault = filterFault(topic);
      if (fault !== undefined) throw new MalformedPacket(fault);
    }
    const decision = decideSubscribe(packet);
    if (decision === 'refuse') {
      const code = connection.version === 5 ? 0x87 : 0x80;
      connection.send({ cmd: 'suback', messageId, granted: packet.subscriptions.map(() => code) });
      return;
    }
    subscriptions.add(packet, typeof decision === 'number' ? decision : 2, { atUs: time.atUs, wallMs: time.wallMs });
    if (subscriptions.byFilter.size > mostSubscriptions)
      throw new ExcessivePacket(`more than ${mostSubscriptions} subscriptions on one connection`, 'connection');
    if (decision !== 'withhold') connection.grant(packet);
  }

  #takePublish(frame: Frame): void {
    const { connection, publish } = this.#parts;
    const message = messageOf(frame);
    if (message === undefined) return;
    const fault = topicFault(message.topic);
    if (fault !== undefined) throw new MalformedPacket(fault);
    if (message.qos > 0) {
      const messageId = requireId(frame.packet);
      connection.send({ cmd: message.qos === 1 ? 'puback' : 'pubrec', messageId });
      if (message.qos === 2) {
        if (this.#unreleased.has(messageId)) return;
        this.#unreleased.add(messageId);
      }
    }
    publish(message);
  }
}
