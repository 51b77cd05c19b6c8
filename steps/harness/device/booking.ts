import { type Request, responseOf } from '../message/exchange.ts';

/** A response with another echo than that of the request that waits, and whose it is when that one's own echo comes as well. */
export interface Doubt {
  readonly doubted: Request;
  readonly owner: Request | undefined;
}

/** True for a request that has no response yet. */
export function isWaiting({ responses }: Request): boolean {
  return responses.length === 0;
}

/** Adds to the list of a key. */
export function append<K, T>(lists: Map<K, T[]>, key: K, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** How many bytes are kept of a response of an earlier scenario, by which it is known where it comes again. */
const mostBytes = 8 * 1024;

/** Whether two payloads are the same, as far as one of an earlier scenario is kept. */
export function beginsAs(a: Buffer, b: Buffer): boolean {
  return a.subarray(0, mostBytes).equals(b.subarray(0, mostBytes));
}

/** The scenario of these requests is over: keeps only the beginning of long responses to them. */
export function shorten(requests: readonly Request[]): void {
  for (const { responses } of requests)
    for (const [index, { message, request }] of responses.entries())
      if (message.payload.length > mostBytes)
        responses[index] = responseOf({ ...message, payload: Buffer.from(message.payload.subarray(0, mostBytes)) }, request);
}

/** The most responses to one request that are kept; two are one too many already. */
export const mostResponses = 10;
