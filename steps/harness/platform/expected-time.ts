import { type Exchange, type Request, type Response, serverTimesOf } from '../message/exchange.ts';
import { halved } from '../time/formula.ts';
import type { ClientRun, ReportedTime } from './client-run.ts';

/** What the formula gives for an exchange, as far as the suite can know the client's clock. Times are doubled, in ms. */
export interface ExpectedTime extends Exchange {
  readonly twiceLow: bigint;
  readonly twiceHigh: bigint;
  /** deviceRecvTime - deviceSendTime, in ms: at least and at most. */
  readonly elapsed: readonly [number, number];
  /** In words, with the uncertainty. */
  readonly text: string;
}

/** How long before the request's arrival a client may have read its clock where its stamp does not tell, in ms. */
const unseenMs = 50;

/** A stamp that is no further behind the suite's clock than this, in ms, comes from it; the difference is the time to the suite. */
const mostBehindMs = 5000;

/** Beyond this uncertainty, in ms, a latency that is not counted could not be told from one that is. */
const mostUncertainMs = 100;

/** The suite cannot judge: the machine is too busy, or the client reports too late. */
export class TooUncertain extends Error {
  override readonly name = 'TooUncertain';
}

/**
 * The times that a client may report, for each valid response that was sent before the report: by the report's own stamps where it
 * has them, by the controlled clock where there is one, else between the least and the most that can have elapsed on the client's clock.
 *
 * @param seconds the client reports whole seconds
 * @throws TooUncertain when the report is none of the times that are known well, and another one is known too little
 */
export function expectedTimes(
  clientRun: Pick<ClientRun, 'setup' | 'requests'>,
  report: ReportedTime,
  seconds: boolean,
): ExpectedTime[] {
  const all = possibleTimes(clientRun, report, seconds);
  const width = ({ elapsed: [least, most] }: ExpectedTime): number => most - least;
  const known = all.filter((time) => width(time) <= mostUncertainMs * 2);
  if (known.length < all.length && !isRight(report, known)) {
    throw new TooUncertain(
      `the client's own clock is known to ${(Math.max(...all.map(width)) / 2).toFixed(0)} ms only, which is too little to judge its ` +
        'time: run on a machine that is less busy, let the client report deviceRecvTime as well, or declare the capability "clock"',
    );
  }
  return known;
}

/**
 * The times that a client may report by everything that the suite knows, however little that is: between requests that are far apart it
 * may have read its clock long before it asked.
 */
export function possibleTimes(
  clientRun: Pick<ClientRun, 'setup' | 'requests'>,
  report: ReportedTime,
  seconds: boolean,
): ExpectedTime[] {
  return clientRun.requests.flatMap((request) =>
    request.responses
      .filter(({ preliminary, unsent, message }) => !preliminary && !unsent && message.atUs <= report.atUs)
      .flatMap((response) =>
        elapsedOf(clientRun, request, response, report).flatMap((elapsed) => expectedOf(request, response, elapsed, seconds)),
      ),
  );
}

/** Whether a report is one of the times that it may be. */
export function isRight({ twice }: ReportedTime, times: readonly ExpectedTime[]): boolean {
  return twice !== undefined && times.some(({ twiceLow, twiceHigh }) => twice >= twiceLow && twice <= twiceHigh);
}

function expectedOf(request: Request, response: Response, elapsed: readonly [number, number], seconds: boolean): ExpectedTime[] {
  const times = serverTimesOf(response);
  if (times === undefined) return [];
  const sum = times[0] + times[1];
  const [least, most] = elapsed;
  // Whole milliseconds on both of the client's clock readings, and rounding of the result either way: 1 ms.
  const slack = least === most ? 1n : 2n;
  const display = seconds ? 2000n : 0n;
  const twiceLow = sum + BigInt(Math.floor(least)) - slack - display;
  const twiceHigh = sum + BigInt(Math.ceil(most)) + slack + display;
  const text = `${halved((twiceLow + twiceHigh) / 2n)}, to within ${halved((twiceHigh - twiceLow) / 2n)} ms`;
  return [{ twiceLow, twiceHigh, request, response, elapsed, text }];
}

/**
 * What can have elapsed on the client's clock, in ms: at least and at most. A stamp that is a little behind the clock of this machine
 * was either read from that clock so long before it arrived, or from another clock that is behind; each case has bounds of its own.
 */
function elapsedOf(
  { setup }: Pick<ClientRun, 'setup'>,
  { message, beforeUs = message.atUs, deviceSendTime }: Request,
  response: Response,
  report: ReportedTime,
): (readonly [number, number])[] {
  const exactly = (ms: number): (readonly [number, number])[] => [[ms, ms]];
  const sent = deviceSendTime?.number;
  if (report.deviceRecvTime !== undefined && sent !== undefined) return exactly(Number(report.deviceRecvTime - sent));
  if (setup.clock !== undefined) return exactly(setup.clock.receives - setup.clock.sends);
  const least = (response.message.atUs - message.atUs) / 1000;
  const most = (report.atUs - message.atUs) / 1000;
  const behind = message.wallMs - Number(sent ?? 0n);
  const follows = behind >= -1 && behind < mostBehindMs;
  if (follows && behind <= unseenMs) return [[least, most + Math.max(0, behind) + 1]];
  // Since the packet before, which on a busy machine may be long.
  const own = [least, most + Math.max(unseenMs, (message.atUs - beforeUs) / 1000)] as const;
  return follows ? [[least + behind - 1, most + behind + 1], own] : [own];
}
