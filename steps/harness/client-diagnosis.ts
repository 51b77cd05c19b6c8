import type { ExpectedTime } from './expected-time.ts';
import type { Performance, ReportedTime } from './performance.ts';

/** How far a time may be from what a known mistake gives, in ms: the clock that it was read from is known to a few. */
const near = 8;

/**
 * What a client probably did to come to a wrong time; undefined when no known mistake fits.
 *
 * @param expected what the formula gives; undefined when the client was not answered
 */
export function diagnoseClientTime(
  performance: Performance,
  report: ReportedTime,
  expected: ExpectedTime | undefined,
): string | undefined {
  if (report.twice === undefined) return undefined;
  const time = Number(report.twice) / 2;
  const is = (other: number, within = near): boolean => Math.abs(time - other) <= within;
  if (expected === undefined)
    return is(report.wallMs, 2000) ? "the client's own clock is reported, without an answer" : undefined;
  return byCalculation(time, expected, is) ?? bySurroundings(performance, report, expected, time, is);
}

type Near = (other: number, within?: number) => boolean;

function byCalculation(
  time: number,
  { delivered, request, elapsed, twiceLow, twiceHigh }: ExpectedTime,
  is: Near,
): string | undefined {
  const [received, sent] = [Number(delivered.serverRecvTime), Number(delivered.serverSendTime)];
  const [least, most] = elapsed;
  const trip = (least + most) / 2;
  const slack = near + (most - least);
  const right = Number(twiceLow + twiceHigh) / 4;
  const device = Number(request.deviceSendTime?.number ?? 0n);
  const wrong: readonly (readonly [string, number])[] = [
    ['the time is serverSendTime: the latency of the link is not counted', sent],
    ['the time is serverSendTime plus half the round trip: the processing time is counted twice', sent + trip / 2],
    ['the time is serverRecvTime plus half the round trip: the processing time is counted by half', received + trip / 2],
    ['the time is serverRecvTime', received],
    ['a sign error: deviceSendTime is added instead of subtracted', right + device],
    ['the offset between the two clocks is reported instead of the time', right - device - trip],
    ['the sum is not halved', right * 2],
    ['serverRecvTime is read as 0', (sent + trip) / 2],
    ['serverSendTime is read as 0', (received + trip) / 2],
    ['deviceSendTime is read as 0', right + device / 2],
    ['the time is in seconds', right / 1000],
    ['the time is in microseconds', right * 1000],
  ];
  if (time === 2147483647 || time === 4294967295) return 'the time is saturated at 32 bits';
  const distinct = wrong.filter(([, value]) => Math.abs(value - right) > slack);
  return distinct.find(([, value]) => is(value, Math.abs(value) < 1e11 ? slack : slack))?.[0];
}

function bySurroundings(
  { scene }: Performance,
  report: ReportedTime,
  { twiceLow, twiceHigh }: ExpectedTime,
  time: number,
  is: Near,
): string | undefined {
  const right = Number(twiceLow + twiceHigh) / 4;
  const quarters = Math.round((time - right) / 900_000);
  if (is(report.wallMs, 2000)) return "the client's own clock is reported instead of the calculated time";
  const falsified = scene.answers.find(({ offByMs, echoOffByMs }) => offByMs !== 0 || echoOffByMs !== 0);
  if (
    falsified !== undefined &&
    [falsified.offByMs, falsified.offByMs - falsified.echoOffByMs / 2].some((off) => is(right + off, 2000))
  ) {
    return 'the time is taken from the false response that came first';
  }
  if (quarters !== 0 && Math.abs(quarters) <= 56 && is(right + quarters * 900_000, 5000)) {
    return `a time zone is added: the time is ${Math.abs(quarters) / 4} h ${quarters > 0 ? 'ahead of' : 'behind'} UTC`;
  }
  const modulo = 2 ** 32;
  const wraps = [right, right * 2].some(
    (value) => Math.abs(((((time * (value === right ? 1 : 2)) % modulo) + modulo) % modulo) - (value % modulo)) < 60_000,
  );
  if (wraps && Math.abs(time) <= modulo) return 'the time went through a 32-bit integer';
  return time > 0 && time < right / 1.5 ? 'a member of the response is read as 0 or in part' : undefined;
}
