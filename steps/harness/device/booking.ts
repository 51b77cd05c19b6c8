import type { Request } from '../message/exchange.ts';

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

/** The most responses to one request that are kept; two are one too many already. */
export const mostResponses = 10;
