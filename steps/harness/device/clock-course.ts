import type { Request, Response } from '../message/exchange.ts';

/** How far one clock may seem to be from itself besides what exchanges and steps leave open, in ms. The Rule says so. */
const spareMs = 50;

/** A time of the server, and how far it is ahead of the suite's monotonic clock at least and at most, in ms: it belongs to its exchange. */
interface Offset {
  readonly time: bigint;
  readonly least: number;
  readonly most: number;
  readonly request: Request;
}

/** A time that fits neither the times before it nor those after it. */
export interface OddTime {
  readonly time: bigint;
  readonly request: Request;
  /** How far it is ahead of the clock that the other times show, in ms. */
  readonly aheadMs: number;
}

/**
 * Follows one of the server's two times through the run. A clock that was set once stays where it was set: that is no odd time, and neither
 * is what the clock's owner corrects step by step.
 */
export class ClockCourse {
  /** The time that it follows. */
  readonly member: 'serverRecvTime' | 'serverSendTime';
  #latest: Offset | undefined;
  /** The latest one before the clock came to where it is now. */
  #before: Offset | undefined;

  constructor(member: 'serverRecvTime' | 'serverSendTime') {
    this.member = member;
  }

  /**
   * Takes in a response to a request.
   *
   * @param step of the server's clock, in ms
   * @returns an odd time, once a later one fits those before it
   */
  add(request: Request, response: Response, step: number): OddTime | undefined {
    const time = response[this.member]?.number;
    if (time === undefined) return undefined;
    const found = {
      time,
      least: Number(time) - response.message.atUs / 1000,
      most: Number(time) - request.message.atUs / 1000,
      request,
    };
    const spare = spareMs + step;
    const fits = ({ least, most }: Offset): boolean => least <= found.most + spare && found.least <= most + spare;
    const [odd, before] = [this.#latest, this.#before];
    this.#latest = found;
    if (odd === undefined || fits(odd)) return undefined;
    this.#before = odd;
    return before !== undefined && fits(before)
      ? { time: odd.time, request: odd.request, aheadMs: Math.round((odd.least + odd.most - found.least - found.most) / 2) }
      : undefined;
  }
}
