import type { Identity } from '../implementation/target.ts';

/** The topics of the service, which has two for each device. */
const responses = /^\/ext\/ntp\/[^/]+\/[^/]+\/response$/;

/**
 * True for the NTP response topic of some device. What a server sends on any other topic belongs to another service of the platform,
 * which sends to devices at any moment and unasked: it is kept in the trace, and judged by nothing.
 */
export function isResponseTopic(topic: string): boolean {
  return responses.test(topic);
}

/** A device's request or response topic. */
export function topicOf(
  { productKey, deviceName }: Pick<Identity, 'productKey' | 'deviceName'>,
  end: 'request' | 'response',
): string {
  return `/ext/ntp/${productKey}/${deviceName}/${end}`;
}
