import { type Exchange, type Request, type Response, serverTimesOf } from '../message/exchange.ts';
import { halved } from '../time/formula.ts';
import type { ClientRun } from './client-run.ts';
import type { ReportedTime } from './reported-time.ts';

/** What the formula gives for an exchange, as far as the suite can know the client's clock. Times are doubled, in ms. */
export interface ExpectedTime extends Exchange {
  readonly twiceLow: bigint;
  readonly twiceHigh: bigint;
  /** deviceRecvTime - deviceSendTime, in ms: at least and at most. */
  readonly elapsed: readonly [number, number];
  /** Whether it is what a clock shows that was set by the result, up to the report; else it is the result. */
  readonly later: boolean;
  /** In words, with the uncertainty. */
  readonly text: string;
}

/**
 * The longest time from a client's reading of its clock to the arrival of its request, in ms, where its stamp does not tell. The Rules say so.
 * The packet before the request may have come earlier than that. Then the client may have read its clock at any time since: a report that
 * only this would explain is not judged.
 */
const unseenMs = 50;

/**
 * A stamp that is no further behind the suite's clock than this, in ms, may come from it: then the difference is the time to the suite. It
 * may come from another clock as well, so that nothing is decided by it. The features say so.
 */
export const mostBehindMs = 5000;

/** An elapsed time that is known less well than this, in ms, does not show a report to be right: the scenario measures again. */
const mostUncertainMs = 100;

/**
 * How far whole milliseconds on both of the client's clock readings, and halves of stamps that are rounded, may put its result off, in ms,
 * doubled. The Rules say so; how halves are rounded is judged on a controlled clock.
 */
const twiceRounding = 3n;

/** The name of {@link TooUncertain} in Cucumber's messages, which keep only the name of an error's class. */
export const tooUncertainName = 'TooUncertain';

/** The suite cannot judge: the machine is too busy, or the client reports too late. */
export class TooUncertain extends Error {
  override readonly name = tooUncertainName;
}

/**
 * The times that a client may report, for each valid response that was sent before the report: by the report's own stamps where it has
 * them and the trace allows them, by the controlled clock where there is one, else between the least and the most that can have elapsed on
 * the client's clock. Each is the formula's result, or that result plus the time until the report: a corrected clock at the moment of
 * printing.
 *
 * @param seconds the client reports whole seconds
 * @throws TooUncertain when the report is none of the times that are known well, and one of those that are known too little
 */
export function expectedTimes(
  clientRun: Pick<ClientRun, 'setup' | 'requests'>,
  report: ReportedTime,
  seconds: boolean,
): ExpectedTime[] {
  const all = possibleTimes(clientRun, report, seconds);
  const known = all.filter(({ elapsed: [least, most] }) => (most - least) / 2 <= mostUncertainMs);
  if (!isRight(report, known) && isRight(report, all)) {
    throw new TooUncertain(
      `the client's own clock is known to no better than ${mostUncertainMs} ms, which is too little to judge its time: run on a ` +
        'machine that is less busy, let the client write its output without a buffer (PYTHONUNBUFFERED=1, stdbuf -oL, ' +
        'setvbuf), let it report deviceRecvTime as well, or declare the capability "clock" where it is not declared',
    );
  }
  return all;
}

/** What elapsed for a clock that was set by the result and is printed up to so many ms later: that time counts whole, and not half. */
function printedLater([least, most]: readonly [number, number], ms: number): readonly [number, number] {
  return [least, most + 2 * ms];
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
      .flatMap((response) => {
        const elapsed = elapsedOf(clientRun, request, response, report);
        const exact = elapsed.every(([least, most]) => least === most);
        const results = elapsed.flatMap((one) => expectedOf(request, response, one, { seconds, exact, later: false }));
        // A controlled clock stands still until the report; what a monotonic clock counts meanwhile is not known from one start.
        if (clientRun.setup.clock !== undefined) return results;
        const untilReport = (report.atUs - response.message.atUs) / 1000;
        const shown = elapsed.map((one) => printedLater(one, untilReport));
        return [...results, ...shown.flatMap((one) => expectedOf(request, response, one, { seconds, exact, later: true }))];
      }),
  );
}

/** Whether a report is one of the times that it may be. */
export function isRight({ twice }: ReportedTime, times: readonly ExpectedTime[]): boolean {
  return twice !== undefined && times.some(({ twiceLow, twiceHigh }) => twice >= twiceLow && twice <= twiceHigh);
}

function expectedOf(
  request: Request,
  response: Response,
  elapsed: readonly [number, number],
  { seconds, exact, later }: { readonly seconds: boolean; readonly exact: boolean; readonly later: boolean },
): ExpectedTime[] {
  const times = serverTimesOf(response);
  if (times === undefined) return [];
  const sum = times[0] + times[1];
  const [least, most] = elapsed;
  const slack = exact ? 1n : twiceRounding;
  const display = seconds ? 2000n : 0n;
  const twiceLow = sum + BigInt(Math.floor(least)) - slack - display;
  const twiceHigh = sum + BigInt(Math.ceil(most)) + (later ? twiceRounding : slack) + display;
  const text = `${halved((twiceLow + twiceHigh) / 2n)}, to within ${halved((twiceHigh - twiceLow) / 2n)} ms`;
  return [{ twiceLow, twiceHigh, request, response, elapsed, later, text }];
}

/**
 * How long before the arrival of a request the client read its clock for it, in ms. The reported time shows this where it is right with that
 * age and wrong without it; undefined elsewhere.
 *
 * @param seconds the client reports whole seconds
 */
export function countedAge(
  clientRun: Pick<ClientRun, 'setup' | 'requests'>,
  request: Request,
  report: ReportedTime,
  seconds: boolean,
): number | undefined {
  const behindMs = request.message.wallMs - Number(request.deviceSendTime?.number ?? 0n);
  if (clientRun.setup.clock !== undefined || behindMs <= unseenMs || behindMs >= mostBehindMs) return undefined;
  // What came soon after the packet before it was late on the way, and not old.
  const { atUs } = request.message;
  if ((atUs - (request.beforeUs ?? atUs)) / 1000 < behindMs - unseenMs) return undefined;
  // Without the packet before, a clock of its own that is behind was read shortly before the request came.
  const own = { ...request, beforeUs: atUs };
  const times = possibleTimes({ setup: clientRun.setup, requests: [own] }, report, seconds);
  const right = times.filter((time) => isRight(report, [time]));
  return right.length > 0 && right.every(({ elapsed: [least] }) => least >= behindMs - 1) ? behindMs : undefined;
}

/** What a claimed deviceRecvTime claims to have elapsed since deviceSendTime, in ms; undefined without such a claim. */
export function claimedElapsed({ deviceSendTime }: Request, { deviceRecvTime }: ReportedTime): number | undefined {
  const sent = deviceSendTime?.number;
  return deviceRecvTime === undefined || sent === undefined ? undefined : Number(deviceRecvTime - sent);
}

/**
 * Whether a claimed time can have elapsed: by the controlled clock exactly, else within the bounds that the trace gives, to the
 * whole milliseconds, or the step, of the client's clock.
 */
export function canHaveElapsed(
  clientRun: Pick<ClientRun, 'setup'>,
  request: Request,
  response: Response,
  report: ReportedTime,
): boolean {
  const claimed = claimedElapsed(request, report);
  if (claimed === undefined) return true;
  return seenElapsed(clientRun, request, response, report).some(
    ([least, most]) => claimed >= Math.floor(least) - 1 && claimed <= Math.ceil(most) + 1,
  );
}

/** What elapsed on the client's clock, in ms, at least and at most: what it claims, where the trace allows it, or what the trace shows. */
function elapsedOf(
  clientRun: Pick<ClientRun, 'setup'>,
  request: Request,
  response: Response,
  report: ReportedTime,
): (readonly [number, number])[] {
  const claimed = claimedElapsed(request, report);
  if (claimed !== undefined && canHaveElapsed(clientRun, request, response, report)) return [[claimed, claimed]];
  return seenElapsed(clientRun, request, response, report);
}

/**
 * What can have elapsed on the client's clock, by the trace. A stamp a little behind the clock of this machine has two explanations, each
 * with its own bounds: the client read this clock so long before the request arrived, or it read another clock, which is behind.
 */
function seenElapsed(
  { setup }: Pick<ClientRun, 'setup'>,
  { message, beforeUs = message.atUs, deviceSendTime }: Request,
  response: Response,
  report: ReportedTime,
): (readonly [number, number])[] {
  if (setup.clock !== undefined) {
    const stood = setup.clock.receives - setup.clock.sends;
    return [[stood, stood]];
  }
  const sent = deviceSendTime?.number;
  const step = stepOf(sent);
  const least = (response.message.atUs - message.atUs) / 1000 - step;
  // It had received the response when it reported, and reads no clock afterwards but the corrected one.
  const most = (report.atUs - message.atUs) / 1000 + step;
  const behind = message.wallMs - Number(sent ?? 0n);
  const follows = behind >= -1 && behind < mostBehindMs;
  if (follows && behind <= unseenMs) return [[least, most + Math.max(0, behind) + 1]];
  const own = [least, most + unseenMs] as const;
  // Since the packet before, which on a busy machine may be long.
  const sinceMs = (message.atUs - beforeUs) / 1000;
  const all = sinceMs > unseenMs ? [own, [least, most + sinceMs] as const] : [own];
  return follows ? [[least + behind - 1, most + behind + 1], ...all] : all;
}

/** The step of a clock by a stamp of it, in ms, beyond the millisecond: many small systems count in hundredths of a second. */
function stepOf(sent: bigint | undefined): number {
  return sent !== undefined && sent % 10n === 0n ? 10 : 0;
}
