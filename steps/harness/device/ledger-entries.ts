import type { Request, Response } from '../message/exchange.ts';
import type { Message } from '../message/message.ts';

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

/** A longer payload is not kept as a whole after its scenario; in bytes. */
const mostKeptBytes = 16 * 1024;

/** The message with the beginning of its payload. */
export function shortened(message: Message): Message {
  return { ...message, payload: Buffer.from(message.payload.subarray(0, mostKeptBytes)) };
}

/** Keeps only the beginning of what answered a request where it is long: a run has thousands of responses. */
export function condense({ responses }: Request): void {
  for (const [index, response] of responses.entries()) {
    const { message, payload } = response;
    if (message.payload.length <= mostKeptBytes) continue;
    responses[index] = {
      ...response,
      message: shortened(message),
      payload: {
        ...payload,
        text: `${Buffer.from(payload.text.slice(0, 2000)).toString()}…`,
        members: new Map(),
        json: undefined,
      },
    };
  }
}

/** Whether a payload is that of an earlier response, as far as that is kept. */
export function isSame(earlier: Response, payload: Buffer): boolean {
  const kept = earlier.message.payload;
  return kept.equals(kept.length === mostKeptBytes ? payload.subarray(0, mostKeptBytes) : payload);
}

/** The order in which each device has sent its requests. */
export class RequestOrder {
  readonly #latest = new Map<string, Request>();
  readonly #before = new WeakMap<Request, Request>();

  add(request: Request): void {
    const latest = this.#latest.get(request.responseTopic);
    if (latest !== undefined) this.#before.set(request, latest);
    this.#latest.set(request.responseTopic, request);
  }

  /** The request that the same device sent before this one; undefined for its first one. */
  before(request: Request): Request | undefined {
    return this.#before.get(request);
  }
}
