import type { ClientRun } from '../harness/platform/client-run.ts';
import type { ExpectedTime } from '../harness/platform/expected-time.ts';
import type { ReportedTime } from '../harness/platform/reported-time.ts';
import type { Diagnosis } from '../verdict/evidence.ts';

/** How far a time may be from what a known mistake gives, in ms: the clock that it was read from is known to a few. The feature says so. */
export const near = 8;
/** The same where a time is another clock's or far from the right one, and of 32-bit arithmetic, in ms. The feature says so. */
const roughly = { clock: 2000, bits: 60_000, cutBits: 1000 };

/** What a client does that does not come to a time at all. */
export const noTime = 'no time is ever reported';

/** Why a client gets no response, in words. */
export const notSubscribed = 'the client had not subscribed its response topic when the response came';

/** What a client does that reports a time which no response gave it. */
export const unansweredTime = 'the local clock is printed when no response came';

/** What a client does that understands a response in one order of its members only. */
export const membersByPosition = 'the members are read by position';

/** Mistakes in the calculation itself, which any wrong time may show. */
export const calculationMistakes = {
  notSubtracted: 'deviceSendTime is added instead of subtracted',
  offset: 'the offset between the two clocks is reported',
  notHalved: 'the sum is not halved',
  ownClock: "the client's own clock is reported",
  onlySent: 'the time is serverSendTime',
  sentPlusHalf: 'serverSendTime plus half the round trip',
  receivedPlusHalf: 'serverRecvTime plus half the round trip',
  onlyReceived: 'the time is serverRecvTime',
  madeUp: 'a missing member is read as 0, which gives the year 1998',
  seconds: 'a time in seconds',
  microseconds: 'a time in microseconds',
  timeZone: 'the offset of the time zone is added',
  since2000: 'the time counts from 2000',
  saturated: 'a time saturated at 2147483647',
  bits: '32-bit arithmetic',
} as const;

const known = calculationMistakes;

/** What a client does with a response that is not meant for it, or does not fit. */
export const foreignMistakes = {
  topic: 'the topic of an incoming message is not checked',
  echo: 'the returned deviceSendTime is not checked',
} as const;

/** What a client does that takes two equal stamps of the platform for an error. */
export const equalStamps = 'two equal server times are rejected';

/** What a client does that takes a response in the millisecond of its request for an error. */
export const zeroRoundTrip = 'a round trip of 0 is rejected';

/** What a client does whose first time is right, and a later one is not. */
export const laterTimes = 'the first time is right, and a later one is not';

/** What a client does whose claimed deviceRecvTime is not the time at which the response came. */
export const claimedWrongly = 'the clock is read once for both timestamps';

/** What a client does whose sum is wrong by half a millisecond for each stamp. */
export const halvedEarly = 'the times are halved before they are added';

/** What a client does whose sum is right, and whose result is not, by a millisecond. */
export const roundedFurther = 'rounding adds or takes a whole millisecond';

/**
 * What a client probably did to come to a wrong time; undefined when no known mistake fits.
 *
 * @param expected what the formula gives; undefined when the client was not answered
 */
export function diagnoseClientTime(
  clientRun: ClientRun,
  report: ReportedTime,
  expected: ExpectedTime | undefined,
): Diagnosis | undefined {
  if (report.twice === undefined) return undefined;
  const time = Number(report.twice) / 2;
  // Where the platform's time is that of this machine as well, the two cannot be told apart.
  const apart = expected === undefined || Math.abs(rightOf(expected) - report.wallMs) > 10_000;
  const ownClock = apart && Math.abs(time - report.wallMs) < roughly.clock;
  if (expected === undefined) {
    return ownClock ? { kind: unansweredTime, text: "the client's own clock is reported, without an answer" } : undefined;
  }
  return (
    byCalculation(time, expected) ??
    bySize(time, expected) ??
    (ownClock ? own : undefined) ??
    bySurroundings(clientRun, time, expected)
  );
}

const own: Diagnosis = {
  text: "the client's own clock is reported instead of the calculated time",
  kind: known.ownClock,
};

/** 2000-01-01, in ms since 1970. */
const since2000Ms = 946_684_800_000;

/** Mistakes in the formula, each with what it gives. */
function byCalculation(time: number, expected: ExpectedTime): Diagnosis | undefined {
  const { request, response, elapsed } = expected;
  const [received, sent] = [Number(response.serverRecvTime?.number), Number(response.serverSendTime?.number)];
  const [least, most] = elapsed;
  const trip = (least + most) / 2;
  // On a controlled clock only the rounding is open.
  const slack = least === most ? 1 : near + (most - least);
  const right = rightOf(expected);
  const device = Number(request.deviceSendTime?.number ?? 0n);
  const early = sumOfHalves(received, sent, device + most, -device);
  const mistakes: readonly (readonly [number, string, string, number?])[] = [
    [sent, known.onlySent, 'the time is serverSendTime: the latency of the link is not counted'],
    [
      sent + trip / 2,
      known.sentPlusHalf,
      'the time is serverSendTime plus half the round trip: the processing time is counted wrongly',
    ],
    [
      received + trip / 2,
      known.receivedPlusHalf,
      'the time is serverRecvTime plus half the round trip: the processing time is counted wrongly',
    ],
    [received, known.onlyReceived, 'the time is serverRecvTime'],
    [right + device, known.notSubtracted, 'a sign error: deviceSendTime is added instead of subtracted'],
    [right - device - trip, known.offset, 'the offset between the two clocks is reported instead of the time'],
    [right * 2, known.notHalved, 'the sum is not halved', 2],
    [(sent + trip) / 2, known.madeUp, 'serverRecvTime is read as 0'],
    [(received + trip) / 2, known.madeUp, 'serverSendTime is read as 0'],
    [right + device / 2, known.madeUp, 'deviceSendTime is read as 0'],
    [right / 1000, known.seconds, 'the time is in seconds'],
    [right - since2000Ms, known.since2000, 'the time counts from 2000-01-01, and not from 1970-01-01'],
    [right * 1000, known.microseconds, 'the time is in microseconds', 1000],
    // Half milliseconds can be told on a controlled clock only.
    ...(least === most ? [[early, halvedEarly, lostHalves] as const] : []),
  ];
  // A time that is multiplied is as much less certain.
  const [found] = mistakes
    .filter(([value, , , times = 1]) => Math.abs(time - value) <= slack * times)
    .toSorted(([a], [b]) => Math.abs(time - a) - Math.abs(time - b));
  // The nearest one counts, and only where it can be told from the right time: none that is further off is named in its place.
  const nearer = found !== undefined && Math.abs(time - found[0]) < Math.abs(time - right);
  if (nearer && Math.abs(found[0] - right) > slack) return { kind: found[1], text: found[2] };
  if (least !== most || Math.abs(time - right) > 2) return undefined;
  return Math.abs(time - early) < 1 ? { kind: halvedEarly, text: lostHalves } : { kind: roundedFurther, text: roundedFurther };
}

const lostHalves = `half milliseconds are lost: ${halvedEarly}`;

/** What comes of stamps that are halved first, as integers are. */
function sumOfHalves(...stamps: readonly number[]): number {
  return stamps.reduce((sum, stamp) => sum + Math.trunc(stamp / 2), 0);
}

/** Mistakes of too small an integer. */
function bySize(time: number, expected: ExpectedTime): Diagnosis | undefined {
  if (time === 2147483647 || time === 4294967295) return { kind: known.saturated, text: 'the time is saturated at 32 bits' };
  // A number of single precision has 24 bits, and one that is right has none below 2^17 only by chance.
  const single = Math.fround(time) === time && Math.abs(time - rightOf(expected)) < 2 ** 17;
  if (single) return { kind: known.bits, text: 'the time went through a 32-bit floating-point number' };
  const modulo = 2 ** 32;
  const rest = (value: number): number => ((value % modulo) + modulo) % modulo;
  const right = rightOf(expected);
  const same = (value: number, other: number): boolean => Math.abs(rest(value) - rest(other)) < roughly.bits;
  const wrapped = Math.abs(time) <= modulo && (same(time, right) || same(time * 2, right * 2));
  if (wrapped) return { kind: known.bits, text: 'the time went through a 32-bit integer' };
  // One of the stamps lost its upper half: the sum is then wrong by a multiple of 2^32.
  const lost = Math.abs(time - right) * 2;
  const cut = lost > modulo / 2 && Math.abs(lost - Math.round(lost / modulo) * modulo) < roughly.cutBits;
  return cut ? { kind: known.bits, text: 'a timestamp went through a 32-bit integer' } : undefined;
}

/** Mistakes that come from where the client runs, or from whom it believes. */
function bySurroundings({ setup }: ClientRun, time: number, expected: ExpectedTime): Diagnosis | undefined {
  const right = rightOf(expected);
  const is = (other: number): boolean => Math.abs(time - other) <= roughly.clock;
  const falsified = setup.answers.find(({ offByMs, echoOffByMs }) => offByMs !== 0 || echoOffByMs !== 0);
  if (
    falsified !== undefined &&
    [falsified.offByMs, falsified.offByMs - falsified.echoOffByMs / 2].some((off) => is(right + off))
  ) {
    const kind = falsified.on === 'its own' ? foreignMistakes.echo : foreignMistakes.topic;
    return { kind, text: 'the time is taken from the false response that came first' };
  }
  const quarters = Math.round((time - right) / 900_000);
  if (quarters !== 0 && Math.abs(quarters) <= 56 && is(right + quarters * 900_000)) {
    const side = quarters > 0 ? 'ahead of' : 'behind';
    return { kind: known.timeZone, text: `a time zone is added: the time is ${Math.abs(quarters) / 4} h ${side} UTC` };
  }
  const small = time > 0 && time < right / 1.5;
  return small ? { kind: known.madeUp, text: 'a member of the response is read as 0, or in part' } : undefined;
}

/** The time that the formula gives, in ms. */
export function rightOf({ twiceLow, twiceHigh }: ExpectedTime): number {
  return Number(twiceLow + twiceHigh) / 4;
}
