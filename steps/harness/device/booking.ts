import { type Request, type Response, responseOf } from '../message/exchange.ts';

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

/** As much of a payload as is kept to the end of the run. */
export function beginningOf(payload: Buffer): Buffer {
  return payload.subarray(0, mostBytes);
}

/** A response as it is kept when its scenario is over. */
export function shortened(response: Response): Response {
  const { message, request } = response;
  if (message.payload.length <= mostBytes) return response;
  return responseOf({ ...message, payload: Buffer.from(beginningOf(message.payload)) }, request);
}

/** The most responses to one request that are kept; two are one too many already. */
export const mostResponses = 10;
