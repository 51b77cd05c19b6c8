import type { Packet } from 'mqtt-packet';
import type { QoS } from '../message/message.ts';
import { connackCode, protocolVersionOf } from '../mqtt/mqtt-version.ts';
import { nowUs } from '../time/now.ts';
import { acknowledgementOf } from './acknowledgement.ts';
import { ConnectError, type DeviceConnection, type DeviceOptions, orderlyEndMs } from './device.ts';
import type { Inbox } from './inbox.ts';
import { refusalIn } from './refusal.ts';
import { ServerConnection } from './server-connection.ts';

/** A device on mqtt-packet. It sends what it is told, where mqtt.js would keep to the protocol. */
export class RawDevice implements DeviceConnection {
  readonly inbox: Inbox;
  readonly #connection: ServerConnection;
  readonly #options: DeviceOptions;
  /** The last packet of each kind. */
  readonly #received = new Map<Packet['cmd'], Packet>();
  #messageId = 0;
  #opened = false;

  private constructor(options: DeviceOptions) {
    this.#options = options;
    this.#connection = new ServerConnection(options, ({ packet }) => {
      options.refusals?.see(packet, options.clientId);
      this.#received.set(packet.cmd, packet);
      const answer = options.acknowledges === false ? undefined : acknowledgementOf(packet);
      if (answer !== undefined) this.send(answer);
      this.inbox.wake();
    });
    this.inbox = this.#connection.inbox;
    this.#connection.onOpen(() => {
      this.#opened = true;
      this.inbox.wake();
    });
  }

  /** @throws ConnectError when there is no accepted connection within the deadline */
  static async connect(options: DeviceOptions): Promise<RawDevice> {
    const device = RawDevice.begin(options);
    try {
      await device.accepted();
    } catch (error) {
      device.cut();
      throw error;
    }
    return device;
  }

  /** A device that has sent its CONNECT and has not waited for the answer. */
  static begin(options: DeviceOptions): RawDevice {
    const device = new RawDevice(options);
    device.send(connectPacket(options));
    return device;
  }

  /** Waits for CONNACK. @throws ConnectError when it refuses, or does not come within the deadline */
  async accepted(): Promise<void> {
    const answer = await this.#answer('connack');
    const code = answer?.cmd === 'connack' ? connackCode(answer) : undefined;
    if (code === 0) return;
    if (answer !== undefined && code !== undefined) throw new ConnectError(`connection refused, code ${code}`, refusalIn(answer));
    const late = `no CONNACK came within ${this.#options.deadline} ms`;
    const { unaccepted, refusal, code: failure } = this.#connection;
    throw new ConnectError(this.inbox.closed === undefined ? late : unaccepted, refusal, failure);
  }

  /**
   * A device that falls silent before its CONNECT is complete.
   *
   * @throws ConnectError when there is no connection over which it could be silent within the deadline
   */
  static async silent(options: DeviceOptions, sent: 'nothing' | 'half of its CONNECT'): Promise<RawDevice> {
    const device = new RawDevice(options);
    const opened = await device.inbox.until(() => (device.#opened ? true : undefined), options.deadline);
    if (opened === undefined) {
      device.cut();
      throw new ConnectError(device.inbox.closed ?? `no connection within ${options.deadline} ms`);
    }
    if (sent === 'nothing') device.#connection.note('connected, and sends nothing');
    else device.#connection.sendHalf(connectPacket(options));
    return device;
  }

  /** Sends one packet as it stands. */
  send(packet: Packet): void {
    this.#connection.send(packet);
  }

  async subscribe(topic: string, qos: QoS): Promise<number | undefined> {
    this.#messageId += 1;
    this.#received.delete('suback');
    const id = this.#messageId;
    this.send({ cmd: 'subscribe', messageId: id, subscriptions: [{ topic, qos }] });
    if (!this.#options.habits.acknowledges) return undefined;
    const answer = await this.#answer('suback');
    if (answer === undefined && this.inbox.closed === undefined) this.#options.habits.acknowledges = false;
    const own = answer?.cmd === 'suback' && answer.messageId === id;
    const code = own ? Number(answer.granted[0] ?? 128) : 128;
    return code > 2 ? undefined : code;
  }

  publish(topic: string, payload: string | Uint8Array, qos: QoS): number {
    this.#options.requests?.take();
    this.#messageId += 1;
    const atUs = nowUs();
    const id = qos === 0 ? {} : { messageId: this.#messageId };
    this.send({ cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain: false, dup: false, ...id });
    return atUs;
  }

  publishHalf(topic: string, payload: string): void {
    this.#options.requests?.take();
    const packet = { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, retain: false, dup: false } as const;
    this.#connection.sendHalf(packet);
  }

  async close(): Promise<void> {
    if (this.inbox.closed !== undefined) return;
    this.send({ cmd: 'disconnect' });
    // A server that allows so many connections has room again when it has closed its side.
    this.#connection.end();
    await this.inbox.until(() => undefined, orderlyEndMs);
    this.cut();
  }

  /** Ends the TCP connection at once. */
  cut(): void {
    this.#connection.cut('cut by the device');
  }

  /** A packet of this kind, now or within the deadline; undefined when none came, or the connection closed before. */
  #answer(cmd: Packet['cmd']): Promise<Packet | undefined> {
    return this.inbox.until(() => this.#received.get(cmd), this.#options.deadline);
  }
}

function connectPacket({ mqttVersion, clientId, username, password, keepsSession = false }: DeviceOptions): Packet {
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: protocolVersionOf(mqttVersion),
    clientId,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: Buffer.from(password) }),
    clean: !keepsSession,
    keepalive: 60,
    // MQTT 5 keeps no session that does not ask for a time (MQTT 5, 3.1.2.11.2).
    ...(keepsSession && mqttVersion === '5' ? { properties: { sessionExpiryInterval: 60 } } : {}),
  };
}
