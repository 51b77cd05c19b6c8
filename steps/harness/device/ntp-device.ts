import { setTimeout as pass } from 'node:timers/promises';
import { fillPlaceholders } from '../implementation/fill-placeholders.ts';
import type { Identity } from '../implementation/target.ts';
import { type Exchange, isWhole, type Request, type Response, type Timestamp } from '../message/exchange.ts';
import type { Message, QoS } from '../message/message.ts';
import { isResponseTopic } from '../message/ntp-topics.ts';
import { requestPayload } from '../message/request-payload.ts';
import { nowUs, wallMsAt } from '../time/now.ts';
import { stopwatch } from '../time/stopwatch.ts';
import type { DeviceConnection } from './device.ts';
import type { Allowance } from './pacing.ts';
import type { RequestLedger } from './request-ledger.ts';

/** What an NTP device is made of. */
export interface NtpDeviceParts {
  readonly identity: Identity;
  /** Its name in the trace: "device", "other device". */
  readonly name: string;
  readonly ledger: RequestLedger;
  /** The device's clock: from a monotonic time in µs to its own time in ms. Default: the suite's wall clock. */
  readonly clock?: (atUs: number) => number;
  /** How long an answer may take, in ms. */
  readonly deadline: number;
  /** What it may publish; absent where that is not limited. */
  readonly requests?: Allowance | undefined;
  /** Opens a connection for this device. */
  readonly connect: () => Promise<DeviceConnection>;
}

/** The most messages of other services that are kept. */
const mostOthers = 100;

/** What is special about something that a device publishes. */
export interface Publishing {
  readonly qos?: QoS;
  /** By which an answer is found. */
  readonly timestamp?: Timestamp | undefined;
  /** The requirement that an answer breaks. */
  readonly forbiddenBy?: string;
  /** No answer is judged. */
  readonly malformed?: true;
}

/** A device that the suite plays in front of a server: it asks for the time, and receives what comes. */
export class NtpDevice {
  readonly identity: Identity;
  readonly name: string;
  readonly deadline: number;
  /** Every response that reached this device, asked for or not, in order: on its own topic, another device's, or one it subscribed. */
  readonly responses: Response[] = [];
  /** The topics of the other messages that reached it, and what they held. No requirement is about those. */
  readonly others: Message[] = [];
  /** Its own requests, in order. */
  readonly requests: Request[] = [];
  readonly #parts: NtpDeviceParts;
  readonly #filters = new Map<string, QoS>();
  readonly #subscribed = new Set<string>();
  readonly #published = new Set<string>();
  #longestPublished = 0;
  /** The topics on which its own messages came back. */
  readonly #returned: string[] = [];
  #connections = 0;
  #connection: DeviceConnection | undefined;

  constructor(parts: NtpDeviceParts) {
    this.identity = parts.identity;
    this.name = parts.name;
    this.deadline = parts.deadline;
    this.#parts = parts;
  }

  get requestTopic(): string {
    return this.topic('/ext/ntp/{productKey}/{deviceName}/request');
  }

  get responseTopic(): string {
    return this.topic('/ext/ntp/{productKey}/{deviceName}/response');
  }

  /** Why the connection is closed, in words; undefined while it is open. */
  get closed(): string | undefined {
    return this.#connection === undefined ? 'not connected' : this.#connection.inbox.closed;
  }

  /** Whether its connection is one that an earlier scenario has left. */
  get reused(): boolean {
    return this.#connection?.reused === true;
  }

  /** How often it has connected. */
  get connections(): number {
    return this.#connections;
  }

  /** A topic with this device's product key and device name. */
  topic(template: string): string {
    return fillPlaceholders(template, this.identity);
  }

  /** The device's own time, in whole ms, at a monotonic moment. */
  time(atUs: number = nowUs()): number {
    return Math.floor((this.#parts.clock ?? wallMsAt)(atUs));
  }

  /**
   * What the device's clock showed when a response came, in ms: a device that asks with a given time has a clock that stood there.
   * Undefined where it asked without one.
   *
   * @param atUs monotonic time in µs
   */
  arrival({ timestamp, message }: Request, atUs: number): bigint | undefined {
    if (this.#parts.clock !== undefined) return BigInt(this.time(atUs));
    if (timestamp === undefined || !isWhole(timestamp.digits)) return undefined;
    return BigInt(timestamp.digits) + BigInt(Math.floor((atUs - message.atUs) / 1000));
  }

  /**
   * Connects, and subscribes again to what it had subscribed before.
   *
   * @throws ConnectError
   */
  async connect(): Promise<void> {
    this.#connection = await stopwatch.time('connecting', () => this.#parts.connect());
    this.#connections += 1;
    this.#connection.inbox.listen((message) => this.#receive(message));
    for (const [topic, qos] of this.#filters) await this.#connection.subscribe(topic, qos);
  }

  /** @returns the granted QoS; undefined when the server refused or did not acknowledge */
  async subscribe(topic: string, qos: QoS = 0): Promise<number | undefined> {
    this.#filters.set(topic, qos);
    this.#subscribed.add(topic);
    const granted = await stopwatch.time('connecting', () => this.#open().subscribe(topic, qos));
    // A server may close the connection because of a topic that is not the device's own, and would do so again.
    if (this.closed !== undefined && topic !== this.responseTopic) this.#filters.delete(topic);
    return granted;
  }

  async disconnect(): Promise<void> {
    await this.#connection?.close();
  }

  /**
   * The connection, where another scenario may use it: it is open, hears the response topic at QoS 0 and nothing else from now on, and what
   * was published last was answered, so that the server has dealt with everything before it.
   */
  async leave(): Promise<DeviceConnection | undefined> {
    const settled = (this.requests.at(-1)?.responses.length ?? 1) > 0 && this.requests.every(({ message }) => message.qos === 0);
    if (!settled || this.closed !== undefined || this.#filters.get(this.responseTopic) !== 0) return undefined;
    const others = [...this.#filters.keys()].filter((topic) => topic !== this.responseTopic);
    const alone = others.length === 0 || (await this.#connection?.unsubscribe?.(others)) === true;
    return alone && this.closed === undefined ? this.#connection : undefined;
  }

  /**
   * The device's time as a deviceSendTime: exact for a device with a clock of its own, with which something is to be calculated;
   * otherwise the next one that no other request of the run has, so that even a late response is told from others.
   */
  timestamp(type: Timestamp['type'] = 'Long'): Timestamp {
    const now = this.time();
    if (this.#parts.clock !== undefined) return { type, digits: String(now) };
    return { type, digits: String(this.#parts.ledger.run.unused(now)), unique: true };
  }

  /** Waits until the server's limits let this device publish one message. To be called before each {@link ask} and {@link publish}. */
  async permission(): Promise<void> {
    await this.#parts.requests?.wait();
  }

  /** Waits until they let it publish as many messages at once as a second allows. */
  async rest(): Promise<void> {
    await this.#parts.requests?.rest();
  }

  /** Publishes a valid request on the request topic. @throws SuiteFault when it is not valid */
  ask(timestamp: Timestamp = this.timestamp(), qos: QoS = 0): Request {
    return this.publish(this.requestTopic, requestPayload(timestamp), { qos, timestamp });
  }

  /** Publishes anything anywhere; an answer to it is found by its timestamp. */
  publish(topic: string, payload: string | Uint8Array, { qos = 0, timestamp, forbiddenBy, malformed }: Publishing = {}): Request {
    this.#published.add(Buffer.from(payload).toString('latin1'));
    this.#longestPublished = Math.max(this.#longestPublished, payload.length);
    const atUs = this.#open().publish(topic, payload, qos);
    const wallMs = wallMsAt(atUs);
    const message: Message = { atUs, wallMs, topic, payload: Buffer.from(payload), qos, retain: false, dup: false };
    const request = this.#parts.ledger.sent(message, {
      responseTopic: this.responseTopic,
      ...(timestamp === undefined ? {} : { timestamp }),
      ...(forbiddenBy === undefined ? {} : { forbiddenBy }),
      ...(malformed === undefined ? {} : { malformed }),
    });
    this.requests.push(request);
    return request;
  }

  /** Publishes the first half of a request, and nothing after it: the server waits for the rest of a packet. A raw device only. */
  askByHalf(): void {
    this.#open().publishHalf?.(this.requestTopic, requestPayload(this.timestamp()));
  }

  /**
   * Waits for the (first) response to a request, so many ms at most.
   *
   * @returns the exchange; undefined when the deadline passed, or the connection closed, without one
   */
  async exchange(request: Request, within: number = this.deadline): Promise<Exchange | undefined> {
    const response = await stopwatch.time('exchanges', async () =>
      this.#connection?.inbox.until(() => request.responses[0], within),
    );
    if (response === undefined) this.#parts.ledger.settle(request);
    const [first] = request.responses;
    return first === undefined ? undefined : { request, response: first };
  }

  /** Listens until so long has passed since its last request, or the connection is closed. @param ms in ms */
  async listen(ms: number): Promise<void> {
    const last = this.requests.at(-1);
    const left = last === undefined ? 0 : ms - (nowUs() - last.message.atUs) / 1000;
    if (left > 0) await this.#connection?.inbox.until(() => undefined, left);
  }

  /**
   * Publishes something that is no request, and waits for it to come back: a broker may return it, on a topic that it takes for the same.
   *
   * @param within in ms
   * @returns the topic on which it came back; undefined when it did not
   */
  async whereReturned(topic: string, within: number): Promise<string | undefined> {
    await this.permission();
    const { length } = this.#returned;
    this.publish(topic, '{"suite":"where does this come back?"}', { malformed: true });
    return this.#connection?.inbox.until(() => this.#returned[length], within);
  }

  /** Asks and waits for the response. @param within in ms */
  async askAndWait(timestamp?: Timestamp, within: number = this.deadline): Promise<Exchange | undefined> {
    await this.permission();
    return this.exchange(this.ask(timestamp), within);
  }

  /**
   * A fence: asks, and waits for the answer. Everything that the server sent before it has come by then. Connects again where the
   * server had closed the connection.
   *
   * @param within how long an answer may take, in ms
   * @returns the exchange; undefined when the server no longer serves this device
   */
  async fence(within: number = this.deadline): Promise<Exchange | undefined> {
    if (this.closed !== undefined) await this.#connectAgain();
    const exchange = await this.askAndWait(undefined, within);
    if (exchange !== undefined || this.closed === undefined) return exchange;
    await this.#connectAgain();
    return this.askAndWait(undefined, within);
  }

  /**
   * Asks one request after the other, each when the one before is answered, until `enough` says so or the time is over. A device with a
   * clock of its own waits for its next millisecond: a second response to the request before could not be told from the first to this one.
   */
  async askUntil(enough: (exchanges: readonly Exchange[]) => boolean, ms: number): Promise<Exchange[]> {
    const exchanges: Exchange[] = [];
    const end = nowUs() + ms * 1000;
    while (nowUs() < end && !enough(exchanges)) {
      const before = this.requests.at(-1)?.timestamp?.digits;
      if (this.#parts.clock !== undefined && this.timestamp().digits === before) await pass(1);
      const exchange = await this.askAndWait();
      if (exchange === undefined) break;
      exchanges.push(exchange);
    }
    return exchanges;
  }

  /** Connects where the server had closed the connection: no answer to what was asked on that is expected any more. */
  async #connectAgain(): Promise<void> {
    await this.connect();
    this.#parts.ledger.reconnected(this.responseTopic);
  }

  #receive(message: Message): void {
    // A broker may return the device's own message, which is no answer.
    const { payload } = message;
    if (payload.length <= this.#longestPublished && this.#published.has(payload.toString('latin1'))) {
      if (this.#returned.length < mostOthers) this.#returned.push(message.topic);
      return;
    }
    if (!isResponseTopic(message.topic) && !this.#subscribed.has(message.topic)) {
      if (this.others.length < mostOthers) this.others.push(message);
      return;
    }
    this.responses.push(this.#parts.ledger.received(message, this.responseTopic));
  }

  #open(): DeviceConnection {
    if (this.#connection === undefined) throw new Error(`the ${this.name} is not connected`);
    return this.#connection;
  }
}
