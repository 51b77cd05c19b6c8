import type { Request, Response, TimestampType } from '../message/exchange.ts';
import { responseFaults } from '../message/payload-schema.ts';
import type { LateMistake } from './late-mistake.ts';

/** What a late mistake says of a response that is not as others are. */
type Exception = readonly [what: Pick<LateMistake, 'mistake'>, request: Request, expected: string, received: string];

/** What is wrong with a response, as some Rule lists it under "Usual mistakes:"; undefined where nothing is. */
function faultOf({ timestamp }: Request, response: Response): string | undefined {
  const { deviceSendTime, serverRecvTime, serverSendTime, payload } = response;
  if (serverRecvTime === undefined || serverSendTime === undefined) return 'some responses lack a member';
  if (deviceSendTime === undefined || String(deviceSendTime.number) !== timestamp?.digits)
    return 'some responses have another deviceSendTime than their request';
  const kinds = new Set(responseFaults(payload, timestamp.type).map(({ kind }) => kind));
  if (kinds.has('type')) return 'some responses have another type than others to requests of their type';
  if (!kinds.has('notation')) return undefined;
  return timestamp.type === 'Long' ? 'some Longs are not written as integers' : 'some Strings have more than digits';
}

/** Whether a response is the first, live one to a usual request. What is asked with an unusual number may be answered in an unusual way. */
export function isUsual({ timestamp, message, malformed, forbiddenBy, responses }: Request, response: Response): boolean {
  if (malformed === true || forbiddenBy !== undefined || message.qos !== 0) return false;
  return timestamp?.unique === true && responses[0] === response && !response.message.retain;
}

/** Whether a response has the deviceSendTime of its request. */
export function isEcho({ timestamp }: Request, { deviceSendTime }: Response): boolean {
  return String(deviceSendTime?.number) === timestamp?.digits;
}

/** What a response to a request of this type is like. */
const usual = (type: TimestampType): string =>
  `as in other responses to a ${type}: the deviceSendTime of the request, and three ${type === 'Long' ? 'integers' : 'Strings of digits'}`;

/**
 * Whether a server answers all requests of a type in one way in the whole run. What it never does rightly is another mistake, which is
 * judged by itself.
 */
export class ResponseHabits {
  readonly #right = new Set<TimestampType>();
  /** By type and mistake; without the response once it was told. */
  readonly #wrong = new Map<string, { readonly type: TimestampType; readonly exception?: Exception }>();

  /**
   * Takes in a response.
   *
   * @param sure its deviceSendTime shows whose it is; `alone` where no other request can have caused it, even if its deviceSendTime is wrong
   * @returns what is wrong with responses to requests of its type, as soon as it is known that others are right; each mistake once
   */
  add(request: Request, response: Response, sure: boolean | 'alone'): Exception[] {
    const { timestamp } = request;
    if (timestamp === undefined || !isUsual(request, response)) return [];
    const { type } = timestamp;
    const mistake = faultOf(request, response);
    const key = `${type}: ${mistake}`;
    const certain = isEcho(request, response) ? sure !== false : sure === 'alone';
    if (mistake === undefined) this.#right.add(type);
    else if (certain && !this.#wrong.has(key))
      this.#wrong.set(key, { type, exception: [{ mistake }, request, usual(type), response.payload.text] });
    const known = [...this.#wrong].filter(([, one]) => one.exception !== undefined && this.#right.has(one.type));
    for (const [each, one] of known) this.#wrong.set(each, { type: one.type });
    return known.flatMap(([, { exception }]) => (exception === undefined ? [] : [exception]));
  }
}
