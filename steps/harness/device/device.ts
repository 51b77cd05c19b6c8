import { type IClientOptions, MqttClient } from 'mqtt';
import { generate } from 'mqtt-packet';
import type { QoS } from '../message/message.ts';
import { protocolVersionOf } from '../mqtt/mqtt-version.ts';
import { PacketStream } from '../mqtt/packet-stream.ts';
import type { Moderation } from '../mqtt/receive-limits.ts';
import { Deadline } from '../time/deadline.ts';
import { nowUs } from '../time/now.ts';
import type { Inbox } from './inbox.ts';
import { type Refusal, type Refusals, refusalIn } from './refusal.ts';
import { type ConnectionOptions, type Place, ServerConnection } from './server-connection.ts';

/** How a device connects, and as which one. */
export interface DeviceOptions extends ConnectionOptions {
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** How long TCP, TLS and MQTT may take to connect, in ms; the same for an acknowledgement. */
  readonly deadline: number;
  /** Asks the server to keep the session after the connection (no clean session). A raw device only. */
  readonly keepsSession?: boolean;
  /** False: acknowledges no message and no part of an exchange at QoS 2. A raw device only; the default is true. */
  readonly acknowledges?: boolean;
  /** What the run has learnt of this server; shared by all its connections. */
  readonly habits: Habits;
  /** What the server refused; absent where that says nothing about the set-up, as with wrong credentials. */
  readonly refusals?: Refusals;
}

/** The part of a device's options that changes with the scenario that it belongs to. */
export type DevicePlace = Place & Pick<DeviceOptions, 'habits' | 'refusals'>;

/** What a server was seen to do where no requirement says what it must do. */
export interface Habits extends Moderation {
  /** False once a SUBSCRIBE stayed without SUBACK: from then on the suite does not wait for one. */
  acknowledges: boolean;
  /** False once an UNSUBSCRIBE stayed without UNSUBACK: from then on none is sent. */
  unsubscribes?: boolean;
}

/** The server did not let the device connect; the message says what happened. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  /** Why the server refused, where it said so. */
  readonly refusal: Refusal | undefined;
  /** The system's code, where the connection itself failed. */
  readonly code: string | undefined;

  constructor(message: string, refusal?: Refusal, code?: string) {
    super(message);
    this.refusal = refusal;
    this.code = code;
  }
}

/** A connection of a device that the suite plays. */
export interface DeviceConnection {
  readonly inbox: Inbox;
  /** Whether an earlier scenario has left it; absent for one that never is. */
  readonly reused?: boolean;
  /** @returns the granted QoS; undefined when it was refused or not acknowledged in time, which no requirement forbids */
  subscribe(topic: string, qos: QoS): Promise<number | undefined>;
  /** @returns whether it was acknowledged in time. A connection that may outlive its scenario only */
  unsubscribe?(topics: readonly string[]): Promise<boolean>;
  /** @returns the monotonic time at which it left, in µs */
  publish(topic: string, payload: string | Uint8Array, qos: QoS): number;
  /** Sends the first half of a PUBLISH at QoS 0, and nothing after it. A raw device only. */
  publishHalf?(topic: string, payload: string): void;
  /** Ends the connection in an orderly way, or by force when that takes longer than 1 s. */
  close(): Promise<void>;
}

/** How long an orderly end may take before the connection is cut, in ms. */
export const orderlyEndMs = 1_000;

/** A device on mqtt.js. */
export class Device implements DeviceConnection {
  readonly inbox: Inbox;
  readonly #client: MqttClient;
  readonly #connection: ServerConnection;
  readonly #stream: PacketStream;
  #options: DeviceOptions;
  #refusal: Refusal | undefined;

  private constructor(options: DeviceOptions) {
    this.#options = options;
    const settings: IClientOptions = {
      protocolVersion: protocolVersionOf(options.mqttVersion),
      clientId: options.clientId,
      ...(options.username === undefined ? {} : { username: options.username }),
      ...(options.password === undefined ? {} : { password: options.password }),
      clean: true,
      keepalive: 60,
      reconnectPeriod: 0,
      // The suite ends the attempt itself: its deadlines do not count time in which it stood still.
      connectTimeout: 2 ** 31 - 1,
      resubscribe: false,
    };
    this.#connection = new ServerConnection(options, ({ packet, bytes }) => {
      this.#options.refusals?.see(packet, options.clientId);
      this.#refusal ??= refusalIn(packet);
      stream.deliver(packet, bytes);
    });
    this.inbox = this.#connection.inbox;
    const stream = new PacketStream(this.#connection);
    this.#stream = stream;
    this.#connection.onEnd(() => stream.push(null));
    this.#connection.onClose(() => stream.destroy());
    this.#client = new MqttClient(() => stream, settings);
    this.#client.on('error', ({ message }) => this.#connection.cut(message));
    // After an error of the protocol mqtt.js would leave the connection open.
    this.#client.on('close', () => this.#connection.cut());
  }

  /** @throws ConnectError when there is no accepted connection within the deadline */
  static async connect(options: DeviceOptions): Promise<Device> {
    const device = new Device(options);
    using _deadline = new Deadline(options.deadline, () =>
      device.#connection.cut(`no CONNACK came within ${options.deadline} ms`),
    );
    const accepted = await new Promise<boolean>((resolve) => {
      device.#client.once('connect', () => resolve(true));
      device.#client.once('close', () => resolve(false));
    });
    if (accepted) return device;
    device.#client.end(true);
    const { unaccepted, refusal, code } = device.#connection;
    throw new ConnectError(unaccepted, device.#refusal ?? refusal, code);
  }

  /** From now on its connection belongs to another scenario. */
  move(place: Partial<DevicePlace>): void {
    this.#options = { ...this.#options, ...place };
    this.#connection.move(place);
  }

  async subscribe(topic: string, qos: QoS): Promise<number | undefined> {
    const { habits } = this.#options;
    const asked = this.#client.subscribeAsync(topic, { qos }).then(
      ([granted]) => granted?.qos,
      () => undefined,
    );
    if (!habits.acknowledges) return undefined;
    const answer = await this.#answerTo(asked);
    if (answer === undefined && this.inbox.closed === undefined) habits.acknowledges = false;
    return answer?.value === undefined || answer.value > 2 ? undefined : answer.value;
  }

  async unsubscribe(topics: readonly string[]): Promise<boolean> {
    const { habits } = this.#options;
    if (!habits.acknowledges || habits.unsubscribes === false) return false;
    const asked = this.#client.unsubscribeAsync([...topics]).then(
      () => true,
      () => false,
    );
    const answer = await this.#answerTo(asked);
    habits.unsubscribes = answer?.value ?? this.inbox.closed !== undefined;
    return answer?.value ?? false;
  }

  /** Waits for what mqtt.js makes of an acknowledgement. @returns undefined where none came in time */
  async #answerTo<T>(asked: Promise<T>): Promise<{ readonly value: T } | undefined> {
    let answer: { readonly value: T } | undefined;
    void asked.then((value) => {
      answer = { value };
      this.inbox.wake();
    });
    return this.inbox.until(() => answer, this.#options.deadline);
  }

  publish(topic: string, payload: string | Uint8Array, qos: QoS): number {
    this.#options.requests?.take();
    const atUs = nowUs();
    // A server of this service need not acknowledge QoS 1 and 2, so the suite does not wait for it.
    this.#client.publish(topic, typeof payload === 'string' ? payload : Buffer.from(payload), { qos }, () => {});
    return atUs;
  }

  async close(): Promise<void> {
    if (this.inbox.closed !== undefined) return;
    const closed = new Promise<void>((resolve) => this.#client.once('close', resolve));
    using _deadline = new Deadline(orderlyEndMs, () => this.#connection.cut());
    // Not by end() of mqtt.js, which waits for acknowledgements that not every server of this service sends.
    this.#stream.end(generate({ cmd: 'disconnect' }, { protocolVersion: protocolVersionOf(this.#options.mqttVersion) }));
    await closed;
    this.#client.end(true);
  }
}
