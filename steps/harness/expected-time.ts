import { halved } from './formula.ts';
import type { ClientRequest, Delivered, Performance, ReportedTime } from './performance.ts';

/** What the formula gives for an exchange, as far as the suite can know the client's clock. Times are doubled, in ms. */
export interface ExpectedTime {
  readonly twiceLow: bigint;
  readonly twiceHigh: bigint;
  readonly request: ClientRequest;
  readonly delivered: Delivered;
  /** deviceRecvTime - deviceSendTime, in ms: at least and at most. */
  readonly elapsed: readonly [number, number];
  /** In words, with the uncertainty. */
  readonly text: string;
}

/** How long before the request's arrival a client may have read its clock where its stamp does not tell, in ms. */
const unseenMs = 50;

/** A stamp that is no further behind the suite's clock than this, in ms, follows it: what it is behind is the way to the suite. */
const mostBehindMs = 5000;

/** Beyond this uncertainty, in ms, a latency that is not counted could not be told from one that is. */
const mostUncertainMs = 100;

/** The suite cannot judge: the machine is too busy, or the client reports too late. */
export class TooUncertain extends Error {
  override readonly name = 'TooUncertain';
}

/**
 * The times that a client may report, one for each true answer that was delivered before the report: by the report's own stamps where it
 * has them, by the controlled clock where there is one, else between the least and the most that can have elapsed on the client's clock.
 *
 * @param seconds the client reports whole seconds
 * @throws TooUncertain
 */
export function expectedTimes(performance: Performance, report: ReportedTime, seconds: boolean): ExpectedTime[] {
  const truth = performance.scene.answers.at(-1);
  return performance.requests.flatMap((request) =>
    request.delivered
      .filter(({ answer, heard, atUs }) => answer === truth && heard && atUs <= report.atUs)
      .map((delivered) => expectedOf(performance, request, delivered, report, seconds)),
  );
}

/** Whether a report is one of the times that it may be. */
export function isRight({ twice }: ReportedTime, times: readonly ExpectedTime[]): boolean {
  return twice !== undefined && times.some(({ twiceLow, twiceHigh }) => twice >= twiceLow && twice <= twiceHigh);
}

function expectedOf(
  performance: Performance,
  request: ClientRequest,
  delivered: Delivered,
  report: ReportedTime,
  seconds: boolean,
): ExpectedTime {
  const elapsed = elapsedOf(performance, request, delivered, report);
  const sum = delivered.serverRecvTime + delivered.serverSendTime;
  const [least, most] = elapsed;
  if (most - least > mostUncertainMs * 2) {
    throw new TooUncertain(
      `the client's own clock is known to ${((most - least) / 2).toFixed(0)} ms only, which is too little to judge its time: ` +
        'run on a machine that is less busy, let the client report deviceRecvTime as well, or declare the capability "clock"',
    );
  }
  // Whole milliseconds on both of the client's clock readings, and rounding of the result either way: 1 ms.
  const slack = least === most ? 1n : 2n;
  const display = seconds ? 2000n : 0n;
  const twiceLow = sum + BigInt(Math.floor(least)) - slack - display;
  const twiceHigh = sum + BigInt(Math.ceil(most)) + slack + display;
  const text = `${halved((twiceLow + twiceHigh) / 2n)}, to within ${halved((twiceHigh - twiceLow) / 2n)} ms`;
  return { twiceLow, twiceHigh, request, delivered, elapsed, text };
}

function elapsedOf(
  { scene }: Performance,
  request: ClientRequest,
  delivered: Delivered,
  report: ReportedTime,
): readonly [number, number] {
  if (report.deviceRecvTime !== undefined && request.deviceSendTime?.number !== undefined) {
    const exact = Number(report.deviceRecvTime - request.deviceSendTime.number);
    return [exact, exact];
  }
  if (scene.clock !== undefined) {
    const exact = scene.clock.receives - scene.clock.sends;
    return [exact, exact];
  }
  const least = (delivered.atUs - request.publish.atUs) / 1000;
  const most = (report.atUs - request.publish.atUs) / 1000 + beforeArrival(request);
  return [least, most];
}

/**
 * How long before the request's arrival the client read its clock, at most, in ms: exactly, where its stamp follows the wall clock of
 * this machine; else since the packet before, which on a busy machine may be long.
 */
function beforeArrival({ publish, deviceSendTime }: ClientRequest): number {
  const behind = publish.wallMs - Number(deviceSendTime?.number ?? 0n);
  if (behind >= -1 && behind < mostBehindMs) return Math.max(0, behind) + 1;
  const earlier = [...publish.session.frames].filter(({ atUs }) => atUs < publish.atUs).at(-1) ?? publish.session.accepted;
  return Math.max(unseenMs, (publish.atUs - earlier.atUs) / 1000);
}
