import { createConnection, type OnReadOpts, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import { type IClientOptions, MqttClient } from 'mqtt';
import { generate, type Packet } from 'mqtt-packet';
import { CheckedStream } from '../mqtt/checked-stream.ts';
import { boundReceived, type Moderation } from '../mqtt/receive-limits.ts';
import type { Trace } from '../mqtt/trace.ts';
import { nowUs } from '../time/now.ts';
import { Inbox } from './inbox.ts';

/** Where a device connects to, and as whom. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** Opens a connection otherwise than over TCP or TLS, as the fuzzing does. */
  readonly open?: () => Socket;
  /** PEM texts; present when the server speaks TLS. */
  readonly tls?: {
    readonly ca?: string;
    readonly selfSigned: boolean;
    readonly serverName: string;
    /** The name or address that the server's certificate must bear, whatever the connection is made to. */
    readonly bears: string;
    readonly certificate?: string;
    readonly key?: string;
  };
}

/** How a device connects. */
export interface DeviceOptions {
  readonly address: Address;
  readonly mqttVersion: '3.1.1' | '5';
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** Its name in the recorded wire: "device", "second device". */
  readonly name: string;
  readonly trace: Trace;
  /** How long TCP, TLS and MQTT may take to connect, in ms; the same for an acknowledgement. */
  readonly deadline: number;
  /** Asks the server to keep its session when it is gone (no clean session). A raw device only. */
  readonly keepsSession?: boolean;
  /** What the run has learnt of this server; shared by all its connections. */
  readonly habits: Habits;
}

/** What a server was seen to do, and nobody has to judge. */
export interface Habits extends Moderation {
  /** False once a SUBSCRIBE stayed without SUBACK: then nobody waits for one again. */
  acknowledges: boolean;
}

/** The server did not let the device connect; the message says what happened. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
}

/** In words: what a server does that refuses a device and does not say so. */
export const closedUnaccepted = 'the server closed the connection before it accepted it';

/** A connection of a device that the suite plays: what it sends, what it hears, and when. */
export interface DeviceConnection {
  readonly inbox: Inbox;
  /** @returns the granted QoS; undefined when it was refused or not acknowledged in time, which nobody has to judge */
  subscribe(topic: string, qos: 0 | 1 | 2): Promise<number | undefined>;
  /** @returns the monotonic time at which it left, in µs */
  publish(topic: string, payload: string | Uint8Array, qos: 0 | 1 | 2): number;
  /** Sends the first half of a PUBLISH at QoS 0, and nothing after it. A raw device only. */
  publishHalf?(topic: string, payload: string): void;
  /** Ends the connection in an orderly way, or by force when that takes longer than a moment. */
  close(): Promise<void>;
}

/** Opens the transport of a device: TCP_NODELAY always, or a measured latency would be that of Nagle's algorithm. */
export function openSocket(address: Address, moderation?: Moderation): Socket {
  const socket = address.open?.() ?? connectSocket(address);
  boundReceived(socket, moderation);
  return socket;
}

/** How connections share what each would have for itself. */
export interface Shared {
  /** The local address that they come from. */
  readonly from?: string | undefined;
  /** What {@link tlsContext} has made of the certificates. */
  readonly context?: SecureContext | undefined;
  /** Where what comes over TCP is put before `read` is called with it, in place of the event `data`; TLS knows no such thing. */
  readonly receiveBuffer?: { readonly buffer: Buffer; readonly read: (chunk: Buffer) => void };
}

/** Opens TCP or TLS. */
export function connectSocket({ host, port, tls }: Address, { from, context, receiveBuffer }: Shared = {}): Socket {
  const local = from === undefined ? {} : { localAddress: from };
  if (tls === undefined)
    return createConnection({ host, port, noDelay: true, ...local, ...(receiveBuffer ? { onread: onread(receiveBuffer) } : {}) });
  const socket = connectTls({
    host,
    port,
    ...local,
    servername: tls.serverName,
    rejectUnauthorized: !tls.selfSigned,
    // A link stands between: what is connected to then is not the server.
    checkServerIdentity: (_, certificate) => checkServerIdentity(tls.bears, certificate),
    secureContext: context ?? tlsContext(tls),
  });
  socket.setNoDelay(true);
  return socket;
}

function onread({ buffer, read }: NonNullable<Shared['receiveBuffer']>): OnReadOpts {
  return {
    buffer,
    callback: (length, bytes) => {
      read(Buffer.from(bytes.subarray(0, length)));
      return true;
    },
  };
}

/** The certificates of an address, read: many connections that share it need a fraction of the memory. */
export function tlsContext({ ca, certificate, key }: NonNullable<Address['tls']>): SecureContext {
  return createSecureContext({
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
  });
}

/** How long an orderly end may take before the connection is cut, in ms. */
const farewell = 250;

/** A device on mqtt.js. */
export class Device implements DeviceConnection {
  readonly inbox = new Inbox();
  readonly #client: MqttClient;
  readonly #socket: Socket;
  readonly #stream: CheckedStream;
  readonly #options: DeviceOptions;

  private constructor(options: DeviceOptions) {
    this.#options = options;
    const settings: IClientOptions = {
      protocolVersion: options.mqttVersion === '5' ? 5 : 4,
      clientId: options.clientId,
      ...(options.username === undefined ? {} : { username: options.username }),
      ...(options.password === undefined ? {} : { password: options.password }),
      clean: true,
      keepalive: 60,
      reconnectPeriod: 0,
      connectTimeout: options.deadline,
      resubscribe: false,
    };
    // The client connects within its constructor, before anybody can listen to what it sends.
    this.#record('sent', { cmd: 'connect', protocolId: 'MQTT', clientId: options.clientId });
    this.#socket = openSocket(options.address, options.habits);
    this.#stream = new CheckedStream(this.#socket, options.mqttVersion === '5' ? 5 : 4);
    this.#client = new MqttClient(() => this.#stream, settings);
    this.#client.on('packetsend', (packet) => this.#record('sent', packet as Packet));
    this.#client.on('packetreceive', (packet) => this.#receive(packet as Packet));
    this.#client.on('error', ({ message }) =>
      this.#end(message === 'connack timeout' ? `no CONNACK came within ${options.deadline} ms` : message),
    );
    this.#client.on('close', () => this.#end('connection closed'));
  }

  /** @throws ConnectError when there is no accepted connection within the deadline */
  static async connect(options: DeviceOptions): Promise<Device> {
    const device = new Device(options);
    const failed = await new Promise<string | undefined>((resolve) => {
      device.#client.once('connect', () => resolve(undefined));
      device.#client.once('close', () => resolve(device.inbox.closed ?? 'connection closed'));
    });
    if (failed === undefined) return device;
    device.#client.end(true);
    throw new ConnectError(failed === 'connection closed' ? closedUnaccepted : failed);
  }

  async subscribe(topic: string, qos: 0 | 1 | 2): Promise<number | undefined> {
    let answer: { readonly granted: number | undefined } | undefined;
    const answered = (granted?: number): void => {
      answer = { granted: granted === undefined || granted > 2 ? undefined : granted };
      this.inbox.wake();
    };
    this.#client.subscribeAsync(topic, { qos }).then(
      ([granted]) => answered(granted?.qos),
      () => answered(),
    );
    if (!this.#options.habits.acknowledges) return undefined;
    await this.inbox.until(() => answer, this.#options.deadline);
    if (answer === undefined && this.inbox.closed === undefined) this.#options.habits.acknowledges = false;
    return answer?.granted;
  }

  publish(topic: string, payload: string | Uint8Array, qos: 0 | 1 | 2): number {
    const at = nowUs();
    // A server of this service owes no acknowledgement of QoS 1 and 2, so nobody waits for one.
    this.#client.publish(topic, typeof payload === 'string' ? payload : Buffer.from(payload), { qos }, () => {});
    return at;
  }

  async close(): Promise<void> {
    if (this.inbox.closed !== undefined) return;
    const closed = new Promise<void>((resolve) => this.#client.once('close', resolve));
    const timer = setTimeout(() => this.#socket.destroy(), farewell);
    // Not mqtt.js's own end(), which waits for acknowledgements that not every server of this service sends.
    this.#record('sent', { cmd: 'disconnect' });
    this.#stream.end(generate({ cmd: 'disconnect' }, { protocolVersion: this.#options.mqttVersion === '5' ? 5 : 4 }));
    await closed;
    clearTimeout(timer);
    this.#client.end(true);
  }

  #receive(packet: Packet): void {
    this.#record('received', packet);
    if (packet.cmd !== 'publish') return;
    const { topic, qos, retain, dup } = packet;
    this.inbox.put({ topic, payload: Buffer.from(packet.payload), qos, retain, dup, at: nowUs() });
  }

  #record(direction: 'sent' | 'received', packet: Packet): void {
    this.#options.trace.record({ at: nowUs(), connection: this.#options.name, direction, packet });
  }

  #end(reason: string): void {
    if (this.inbox.closed === undefined)
      this.#options.trace.record({ at: nowUs(), connection: this.#options.name, note: reason });
    this.inbox.close(reason);
    // After an error of the protocol mqtt.js would leave the connection open.
    this.#socket.destroy();
  }
}
