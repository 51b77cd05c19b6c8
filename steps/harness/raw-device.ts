import type { Socket } from 'node:net';
import { parser as createParser, generate, type Packet } from 'mqtt-packet';
import { ConnectError, closedUnaccepted, type DeviceConnection, type DeviceOptions, openSocket } from './device.ts';
import { Inbox } from './inbox.ts';
import { monotonic } from './wire.ts';

/** A device that sends whatever it is told, packet by packet, where mqtt.js would keep to the protocol: no acknowledgement leaves by itself. */
export class RawDevice implements DeviceConnection {
  readonly inbox = new Inbox();
  readonly #socket: Socket;
  readonly #options: DeviceOptions;
  /** The last packet of each kind. */
  readonly #received = new Map<Packet['cmd'], Packet>();
  #messageId = 0;

  private constructor(options: DeviceOptions) {
    this.#options = options;
    this.#socket = openSocket(options.address, options.habits);
    const parser = createParser({ protocolVersion: options.mqttVersion === '5' ? 5 : 4 });
    parser.on('packet', (packet: Packet) => this.#receive(packet));
    parser.on('error', (error: Error) => this.#end(`the server sent malformed MQTT (${error.message})`));
    this.#socket.on('data', (bytes) => parser.parse(bytes));
    this.#socket.on('error', (error) => this.#end(error.message));
    this.#socket.on('close', () => this.#end('connection closed'));
  }

  /** @throws ConnectError when there is no accepted connection within the deadline */
  static async connect(options: DeviceOptions): Promise<RawDevice> {
    const device = new RawDevice(options);
    device.send({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: options.mqttVersion === '5' ? 5 : 4,
      clientId: options.clientId,
      clean: true,
      keepalive: 60,
    });
    const answer = await device.#answer('connack');
    const code = answer?.cmd === 'connack' ? (answer.reasonCode ?? answer.returnCode ?? 0) : undefined;
    if (code === 0) return device;
    const silence = device.inbox.closed ?? `no CONNACK came within ${options.deadline} ms`;
    device.cut();
    if (code !== undefined) throw new ConnectError(`connection refused, code ${code}`);
    throw new ConnectError(silence === 'connection closed' ? closedUnaccepted : silence);
  }

  /** Sends one packet as it stands. */
  send(packet: Packet): void {
    this.#options.wire.record({ at: monotonic(), connection: this.#options.name, direction: 'sent', packet });
    if (this.#socket.writable)
      this.#socket.write(generate(packet, { protocolVersion: this.#options.mqttVersion === '5' ? 5 : 4 }));
  }

  async subscribe(topic: string, qos: 0 | 1 | 2): Promise<number | undefined> {
    this.#messageId += 1;
    this.#received.delete('suback');
    this.send({ cmd: 'subscribe', messageId: this.#messageId, subscriptions: [{ topic, qos }] });
    if (!this.#options.habits.acknowledges) return undefined;
    const answer = await this.#answer('suback');
    if (answer === undefined && this.inbox.closed === undefined) this.#options.habits.acknowledges = false;
    const code = answer?.cmd === 'suback' ? Number(answer.granted[0] ?? 128) : 128;
    return code > 2 ? undefined : code;
  }

  publish(topic: string, payload: string | Uint8Array, qos: 0 | 1 | 2): number {
    this.#messageId += 1;
    const at = monotonic();
    const id = qos === 0 ? {} : { messageId: this.#messageId };
    this.send({ cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain: false, dup: false, ...id });
    return at;
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

  /** A packet of this kind, now or within the deadline; undefined when none came, or the connection closed before. */
  #answer(cmd: Packet['cmd']): Promise<Packet | undefined> {
    return this.inbox.until(() => this.#received.get(cmd), this.#options.deadline);
  }

  #receive(packet: Packet): void {
    this.#options.wire.record({ at: monotonic(), connection: this.#options.name, direction: 'received', packet });
    if (packet.cmd !== 'publish') {
      this.#received.set(packet.cmd, packet);
      this.inbox.wake();
      return;
    }
    const { topic, qos, retain, dup } = packet;
    this.inbox.put({ topic, payload: Buffer.from(packet.payload), qos, retain, dup, at: monotonic() });
  }

  #end(reason: string): void {
    if (this.inbox.closed === undefined)
      this.#options.wire.record({ at: monotonic(), connection: this.#options.name, note: reason });
    this.inbox.close(reason);
    this.#socket.destroy();
  }
}
