import type { Exchange, Request, Response, TimestampType } from '../message/exchange.ts';
import type { LateMistake } from './late-mistake.ts';

/** A response in another type than others like it. */
type Mistyped = readonly [what: Pick<LateMistake, 'mistake'>, request: Request, expected: string, received: string];

/**
 * Whether a server answers each type of request in one way in the whole run. One that answers a type never rightly has another mistake,
 * which is judged by itself.
 */
export class AnsweredTypes {
  readonly #right = new Set<TimestampType>();
  readonly #wrong = new Map<TimestampType, Exchange>();
  readonly #told = new Set<TimestampType>();

  /**
   * Takes in the first response to a request.
   *
   * @returns what a late mistake says where its type was answered in another one, as soon as it is known that it is answered rightly
   *   elsewhere; once for each type
   */
  add(request: Request, response: Response): Mistyped | undefined {
    const { timestamp } = request;
    const { deviceSendTime, serverRecvTime, serverSendTime } = response;
    // What is asked with an unusual number may be written in an unusual way, and only a right echo tells whose response it is.
    if (timestamp?.unique !== true || String(deviceSendTime?.number) !== timestamp.digits) return undefined;
    const { type } = timestamp;
    const own = type === 'Long' ? 'number' : 'string';
    const times = [deviceSendTime, serverRecvTime, serverSendTime].filter(
      (time) => time?.type === 'number' || time?.type === 'string',
    );
    if (times.every((time) => time?.type === own)) this.#right.add(type);
    else if (!this.#wrong.has(type)) this.#wrong.set(type, { request, response });
    const wrong = this.#wrong.get(type);
    if (wrong === undefined || this.#told.has(type) || !this.#right.has(type)) return undefined;
    this.#told.add(type);
    const expected = `three ${type}s, as in other responses to a ${type}`;
    return [
      { mistake: 'a request is answered in another type than others like it' },
      wrong.request,
      expected,
      wrong.response.payload.text,
    ];
  }
}
