import type { Identity } from '../implementation/target.ts';
import type { Request } from '../message/exchange.ts';
import type { Message } from '../message/message.ts';
import { topicOf } from '../message/ntp-topics.ts';
import { requestPayload } from '../message/request-payload.ts';
import { nowUs, wallMsAt } from '../time/now.ts';
import type { DeviceConnection, Habits } from './device.ts';
import type { NtpDevice } from './ntp-device.ts';
import type { Allowance } from './pacing.ts';
import type { RequestLedger } from './request-ledger.ts';

/** What a foreign device is made of. */
export interface ForeignDeviceParts {
  readonly identity: Identity;
  readonly connection: DeviceConnection;
  readonly ledger: RequestLedger;
  /** What it may publish; absent where that is not limited. */
  readonly requests?: Allowance | undefined;
  /** How long an answer may take, in ms. */
  readonly deadline: number;
  readonly habits: Pick<Habits, 'acknowledges'>;
}

/**
 * A connected device that uses the topics of other devices. What it receives does not go into the request ledger: a server may deliver a
 * message once for each of its filters that overlap.
 */
export class ForeignDevice {
  readonly identity: Identity;
  readonly #parts: ForeignDeviceParts;
  readonly #heard: Message[] = [];
  /** Whether it may hear more than its own response topic. */
  #hearsMore = false;

  constructor(parts: ForeignDeviceParts) {
    this.identity = parts.identity;
    this.#parts = parts;
    parts.connection.inbox.listen((message) => void this.#heard.push(message));
  }

  /** Tries to subscribe a filter. A server may refuse it, close the connection, or deliver nothing. */
  async listen(filter: string): Promise<void> {
    const { connection, habits } = this.#parts;
    const granted = await connection.subscribe(filter, 0);
    this.#hearsMore ||= granted !== undefined || !habits.acknowledges;
  }

  /** The connection, where another scenario may use it: it is open, and hears nothing of other devices. */
  async leave(): Promise<DeviceConnection | undefined> {
    const { connection } = this.#parts;
    return this.#hearsMore || connection.inbox.closed !== undefined ? undefined : connection;
  }

  async disconnect(): Promise<void> {
    await this.#parts.connection.close();
  }

  /** Asks in the name of another device, which then may get the response. @param forbiddenBy id of the requirement */
  async askAs({ requestTopic, responseTopic }: NtpDevice, forbiddenBy: string): Promise<Request> {
    const { ledger, requests } = this.#parts;
    await requests?.wait();
    const timestamp = { type: 'Long', digits: String(ledger.run.unused(this.#now())), unique: true } as const;
    return ledger.sent(this.#publish(requestTopic, timestamp.digits), { responseTopic, timestamp, forbiddenBy });
  }

  /** What reached it on a topic. */
  received(topic: string): readonly Message[] {
    return this.#heard.filter((message) => message.topic === topic);
  }

  /**
   * A fence: asks in its own name, and waits for the answer. The server has then dealt with everything that it was sent before. It has
   * also done so when it has closed the connection, or has not answered this device within the deadline.
   */
  async fence(): Promise<void> {
    const { connection, ledger, requests, deadline } = this.#parts;
    const responseTopic = topicOf(this.identity, 'response');
    if (connection.inbox.closed === undefined) await connection.subscribe(responseTopic, 0);
    if (connection.inbox.closed !== undefined) return;
    await requests?.wait();
    const digits = String(ledger.run.unused(this.#now()));
    this.#publish(topicOf(this.identity, 'request'), digits);
    await connection.inbox.until(() => this.received(responseTopic).find(({ payload }) => payload.includes(digits)), deadline);
  }

  #publish(topic: string, digits: string): Message {
    const payload = requestPayload({ type: 'Long', digits });
    const atUs = this.#parts.connection.publish(topic, payload, 0);
    return { atUs, wallMs: wallMsAt(atUs), topic, payload: Buffer.from(payload), qos: 0, retain: false, dup: false };
  }

  #now(): number {
    return Math.floor(wallMsAt(nowUs()));
  }
}
