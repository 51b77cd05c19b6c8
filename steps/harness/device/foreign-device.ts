import type { Identity } from '../implementation/target.ts';
import type { Request } from '../message/exchange.ts';
import { assertValid } from '../message/schema.ts';
import { nowUs, wallMsAt } from '../time/now.ts';
import type { DeviceConnection } from './device.ts';
import type { Message } from './inbox.ts';
import type { NtpDevice } from './ntp-device.ts';
import type { RequestLedger } from './request-ledger.ts';

/** What an intruder is made of. */
export interface ForeignDeviceParts {
  readonly identity: Identity;
  readonly connection: DeviceConnection;
  readonly ledger: RequestLedger;
  /** How long an answer may take, in ms. */
  readonly deadline: number;
}

/**
 * A device that is connected by right and oversteps it. What it hears is its own affair and no part of the run's watch: a server may
 * well deliver a message once for each of its filters that overlap.
 */
export class ForeignDevice {
  readonly identity: Identity;
  readonly #parts: ForeignDeviceParts;

  constructor(parts: ForeignDeviceParts) {
    this.identity = parts.identity;
    this.#parts = parts;
  }

  /** Tries to hear by a filter. That the server refuses, or closes the connection, is as good as that it delivers nothing. */
  async listen(filter: string): Promise<void> {
    await this.#parts.connection.subscribe(filter, 0);
  }

  /** Asks in the name of another device, which may hear what comes of it. @param forbiddenBy id of the requirement */
  askAs({ requestTopic, responseTopic }: NtpDevice, forbiddenBy: string): Request {
    const { ledger } = this.#parts;
    const timestamp = { type: 'Long', digits: String(ledger.unused(this.#now())), unique: true } as const;
    const at = this.#publish(requestTopic, timestamp.digits);
    return ledger.asked({ responseTopic, timestamp, unique: true, qos: 0, at, forbiddenBy });
  }

  /** What reached it on a topic. */
  heard(topic: string): readonly Message[] {
    return this.#parts.connection.inbox.messages.filter((message) => message.topic === topic);
  }

  /**
   * A fence: asks in its own name, and waits for the answer; whatever the server did with what it was sent before, it has done then.
   * A server that has closed the connection has done so too, and one that no longer answers an intruder has had its deadline.
   */
  async fence(): Promise<void> {
    const { connection, ledger, deadline } = this.#parts;
    const { productKey, deviceName } = this.identity;
    const topic = `/ext/ntp/${productKey}/${deviceName}`;
    if (connection.inbox.closed === undefined) await connection.subscribe(`${topic}/response`, 0);
    if (connection.inbox.closed !== undefined) return;
    const digits = String(ledger.unused(this.#now()));
    this.#publish(`${topic}/request`, digits);
    await connection.inbox.until(() => this.heard(`${topic}/response`).find(({ payload }) => payload.includes(digits)), deadline);
  }

  #publish(topic: string, digits: string): number {
    const payload = `{"deviceSendTime":${digits}}`;
    assertValid('request', payload);
    return this.#parts.connection.publish(topic, payload, 0);
  }

  #now(): number {
    return Math.floor(wallMsAt(nowUs()));
  }
}
