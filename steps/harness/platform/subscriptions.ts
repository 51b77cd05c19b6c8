import type { ISubscribePacket } from 'mqtt-packet';
import type { QoS } from '../message/message.ts';
import { covers } from '../mqtt/topic-filter.ts';
import type { Time } from '../time/now.ts';

/** A subscription of a client. */
export interface Subscription extends Time {
  readonly filter: string;
  readonly requestedQos: QoS;
  readonly grantedQos: QoS;
  /** MQTT 5: to be returned with every message that the subscription brings. */
  readonly identifier?: number;
}

/** The most subscriptions that are kept of a connection once they were replaced or removed. */
const mostKept = 1000;

/** The subscriptions of one connection. */
export class Subscriptions {
  readonly #byFilter = new Map<string, Subscription>();
  /** Every subscription that was asked for, also those that were replaced or removed. */
  readonly asked: Subscription[] = [];

  /** By topic filter, in the order in which they came. */
  get byFilter(): ReadonlyMap<string, Subscription> {
    return this.#byFilter;
  }

  /** @param highest the highest QoS that is granted */
  add({ subscriptions, properties }: ISubscribePacket, highest: QoS, time: Time): void {
    const identifier = properties?.subscriptionIdentifier;
    for (const { topic, qos } of subscriptions) {
      const subscription = {
        ...time,
        filter: topic,
        requestedQos: qos,
        grantedQos: Math.min(qos, highest) as QoS,
        ...(identifier === undefined ? {} : { identifier }),
      };
      this.#byFilter.set(topic, subscription);
      if (this.asked.length < mostKept) this.asked.push(subscription);
    }
  }

  /** Takes over those of an earlier connection. */
  restore(byFilter: ReadonlyMap<string, Subscription>): void {
    for (const [filter, subscription] of byFilter) this.#byFilter.set(filter, subscription);
  }

  /** @returns whether there was one */
  remove(filter: string): boolean {
    return this.#byFilter.delete(filter);
  }

  /** The QoS that SUBACK grants for each filter of a SUBSCRIBE. */
  granted({ subscriptions }: ISubscribePacket): QoS[] {
    return subscriptions.map(({ topic, qos }) => this.#byFilter.get(topic)?.grantedQos ?? qos);
  }

  /** Those that cover a topic. */
  covering(topic: string): Subscription[] {
    return [...this.#byFilter.values()].filter(({ filter }) => covers(filter, topic));
  }
}
