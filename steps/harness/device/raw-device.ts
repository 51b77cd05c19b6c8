import type { Socket } from 'node:net';
import { generate, type Packet } from 'mqtt-packet';
import { MalformedError } from '../mqtt/checked-stream.ts';
import { MalformedPacket } from '../mqtt/packet-cutter.ts';
import { PacketReader } from '../mqtt/packet-reader.ts';
import { nowUs } from '../time/now.ts';
import { ConnectError, closedUnaccepted, type DeviceConnection, type DeviceOptions, openSocket } from './device.ts';
import { Inbox } from './inbox.ts';

/** A device that sends whatever it is told, packet by packet, where mqtt.js would keep to the protocol: no acknowledgement leaves by itself. */
export class RawDevice implements DeviceConnection {
  readonly inbox = new Inbox();
  readonly #socket: Socket;
  readonly #options: DeviceOptions;
  /** The last packet of each kind. */
  readonly #received = new Map<Packet['cmd'], Packet>();
  #messageId = 0;
  #opened = false;

  private constructor(options: DeviceOptions) {
    this.#options = options;
    this.#socket = openSocket(options.address, options.habits);
    this.#socket.once(options.address.tls === undefined ? 'connect' : 'secureConnect', () => {
      this.#opened = true;
      this.inbox.wake();
    });
    // How much it may be is bounded by the intake.
    const reader = new PacketReader(Number.POSITIVE_INFINITY, options.mqttVersion === '5' ? 5 : 4);
    this.#socket.on('data', (chunk: Buffer) => {
      try {
        for (const { packet } of reader.read(chunk)) this.#receive(packet);
      } catch (error) {
        if (!(error instanceof MalformedPacket)) throw error;
        this.#end(new MalformedError(error).message);
      }
    });
    this.#socket.on('error', (error) => this.#end(error.message));
    this.#socket.on('close', () => this.#end('connection closed'));
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
    const code = answer?.cmd === 'connack' ? (answer.reasonCode ?? answer.returnCode ?? 0) : undefined;
    if (code === 0) return;
    if (code !== undefined) throw new ConnectError(`connection refused, code ${code}`);
    const silence = this.inbox.closed ?? `no CONNACK came within ${this.#options.deadline} ms`;
    throw new ConnectError(silence === 'connection closed' ? closedUnaccepted : silence);
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
    if (sent === 'nothing') device.#note('connected, and sends nothing');
    else device.#sendHalf(connectPacket(options));
    return device;
  }

  /** Sends one packet as it stands. */
  send(packet: Packet): void {
    this.#options.trace.record({ at: nowUs(), connection: this.#options.name, direction: 'sent', packet });
    if (this.#socket.writable) this.#socket.write(this.#bytes(packet));
  }

  async subscribe(topic: string, qos: 0 | 1 | 2): Promise<number | undefined> {
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

  publish(topic: string, payload: string | Uint8Array, qos: 0 | 1 | 2): number {
    this.#messageId += 1;
    const at = nowUs();
    const id = qos === 0 ? {} : { messageId: this.#messageId };
    this.send({ cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain: false, dup: false, ...id });
    return at;
  }

  publishHalf(topic: string, payload: string): void {
    this.#sendHalf({ cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, retain: false, dup: false });
  }

  async close(): Promise<void> {
    if (this.inbox.closed !== undefined) return;
    this.send({ cmd: 'disconnect' });
    this.cut();
  }

  /** Ends the TCP connection at once. */
  cut(): void {
    this.#end('cut by the device');
  }

  #sendHalf(packet: Packet): void {
    const bytes = this.#bytes(packet);
    const half = bytes.subarray(0, Math.ceil(bytes.length / 2));
    this.#note(`sent the first ${half.length} of ${bytes.length} bytes of a ${packet.cmd.toUpperCase()}, and nothing after them`);
    if (this.#socket.writable) this.#socket.write(half);
  }

  #bytes(packet: Packet): Buffer {
    return generate(packet, { protocolVersion: this.#options.mqttVersion === '5' ? 5 : 4 });
  }

  #note(note: string): void {
    this.#options.trace.record({ at: nowUs(), connection: this.#options.name, note });
  }

  /** A packet of this kind, now or within the deadline; undefined when none came, or the connection closed before. */
  #answer(cmd: Packet['cmd']): Promise<Packet | undefined> {
    return this.inbox.until(() => this.#received.get(cmd), this.#options.deadline);
  }

  #receive(packet: Packet): void {
    this.#options.trace.record({ at: nowUs(), connection: this.#options.name, direction: 'received', packet });
    if (packet.cmd !== 'publish') {
      this.#received.set(packet.cmd, packet);
      this.inbox.wake();
      return;
    }
    const { topic, qos, retain, dup } = packet;
    this.inbox.put({ topic, payload: Buffer.from(packet.payload), qos, retain, dup, at: nowUs() });
  }

  #end(reason: string): void {
    if (this.inbox.closed === undefined) this.#note(reason);
    this.inbox.close(reason);
    this.#socket.destroy();
  }
}

function connectPacket({ mqttVersion, clientId, username, password, keepsSession = false }: DeviceOptions): Packet {
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: mqttVersion === '5' ? 5 : 4,
    clientId,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: Buffer.from(password) }),
    clean: !keepsSession,
    keepalive: 60,
    // MQTT 5 keeps no session that does not ask for a time (MQTT 5, 3.1.2.11.2).
    ...(keepsSession && mqttVersion === '5' ? { properties: { sessionExpiryInterval: 60 } } : {}),
  };
}
