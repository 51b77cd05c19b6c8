import { Then } from '@cucumber/cucumber';
import {
  ageOf,
  countsFromStart,
  followed,
  growsBy,
  growthsOf,
  isBlurred,
  isFresh,
  isHasty,
  mayHaveGrown,
  slowUnitOf,
  unitOf,
} from '../harness/platform/client-clock.ts';
import { TooUncertain } from '../harness/platform/expected-time.ts';
import type { Mismatch } from '../support/world.ts';
import type { ClientWorld } from './client-scenario.ts';
import { busyMachine, busyStarts } from './client-silence.ts';
import type { RequestStamp } from './observed-request.ts';

Then(
  'deviceSendTime counts milliseconds: it grows by {float} to {float} in each millisecond',
  async function (this: ClientWorld, least: number, most: number) {
    if (this.scenario.target.result?.unit === 's')
      this.inform('the calculated time is reported in seconds, as the target file says; it is judged to the second');
    const fault = await this.scenario.measured((stamps) => unitFault(stamps, [least, most]));
    const stamps = this.scenario.stamps();
    const clock = followed(stamps);
    if (fault === undefined) {
      this.inform(
        clock === undefined ? 'deviceSendTime grows as time does' : `deviceSendTime follows ${clock.clock}, in ${clock.name}`,
      );
      return undefined;
    }
    if (fault === 'unseen')
      return this.inapplicable(
        "the client asks before the platform has accepted its connection, and its clock begins with each start: the clock's unit cannot be seen",
      );
    return this.fail(fault);
  },
);

/** The stamps of one start, or the two of two starts. */
const between = (stamps: readonly RequestStamp[], from: RequestStamp, to: RequestStamp): readonly RequestStamp[] =>
  from.start === to.start ? stamps.filter(({ start }) => start === from.start) : [from, to];

/** Each stamp is compared with the first one of its start, and the first one of each start with the first of all. */
function pairsOf(stamps: readonly RequestStamp[]): (readonly [RequestStamp, RequestStamp])[] {
  const [first] = stamps;
  return stamps.flatMap((to) => {
    const own = stamps.find(({ start }) => start === to.start);
    const from = own === to ? first : own;
    return from === undefined || from === to ? [] : [[from, to] as const];
  });
}

function unitFault(
  stamps: readonly RequestStamp[],
  rates: readonly [number, number],
): Mismatch | 'unseen' | TooUncertain | undefined {
  for (const [from, to] of pairsOf(stamps)) {
    const growths = growthsOf(from, to);
    const clock = followed([from, to]);
    if (clock?.name === 'milliseconds') continue;
    if (clock === undefined && isBlurred(from, to)) return new TooUncertain(busyStarts);
    if (growths.some((growth) => growsBy(growth, rates))) continue;
    const name = clock?.name ?? followed([to])?.name ?? unitOf(growths) ?? slowUnitOf(between(stamps, from, to));
    // A clock that may have begun anew did not run while the platform withheld its CONNACK.
    if (clock === undefined && from.start !== to.start && isHasty(to) && countsFromNear(from, to)) return 'unseen';
    const grown = Number(to.time - from.time);
    if (mayHaveGrown(from, to, [grown / rates[1], grown / rates[0]])) return new TooUncertain(busyStarts);
    const passed = growths.map(({ passedMs }) => passedMs.toFixed(0));
    return {
      expected: `deviceSendTime in milliseconds, which grows by ${rates.join(' to ')} in each`,
      received: `deviceSendTime ${from.time}, then ${to.time}, ${passed.join(' or ')} ms later on its clock`,
      likely: name === undefined || name === 'milliseconds' ? undefined : { kind: name, text: `deviceSendTime is in ${name}` },
      at: [to.request, '/deviceSendTime'],
    };
  }
  return undefined;
}

/** Whether two stamps are so near to each other that their clock may have begun anew between them. */
const countsFromNear = (from: RequestStamp, to: RequestStamp): boolean => {
  const apart = Number(to.time - from.time);
  return Math.abs(apart) <= Math.max(from.ageMs, to.ageMs);
};

Then(
  'deviceSendTime is read for each request: at most {duration} older in one than in another, at most {duration} old',
  async function (this: ClientWorld, mostOlderMs: number, mostOldMs: number) {
    const fault = await this.scenario.measured((stamps) => ageFault(stamps, mostOlderMs) ?? countedFault(stamps, mostOldMs));
    if (fault !== undefined) this.fail(fault);
    const [first, second] = this.scenario.stamps();
    if (second !== undefined && first?.time === second.time)
      this.inform(`deviceSendTime was ${first.time} twice, which a clock that counts from the program's start may show`);
  },
);

function ageFault(stamps: readonly RequestStamp[], mostOlderMs: number): Mismatch | TooUncertain | undefined {
  for (const [from, to] of pairsOf(stamps)) {
    const growths = growthsOf(from, to);
    // Without a wait for the CONNACK two starts show nothing but a constant, and a clock of this machine is none.
    const apart = from.start !== to.start && to.withheldMs === 0;
    if (apart && (from.time !== to.time || followed([from, to]) !== undefined)) continue;
    const same = from.time === to.time;
    const constant = same && from.start !== to.start && !countsFromStart([from, to]);
    // The clock of this machine shows it in one start: what was read after the CONNACK is younger than the connection by the whole wait.
    const ageMs = from.start === to.start ? undefined : ageOf(to);
    const old = ageMs !== undefined && ageMs > Math.max(mostOlderMs, to.ownConnectedMs - mostOlderMs);
    if (ageMs === undefined && !constant && isBlurred(from, to)) return new TooUncertain(busyStarts);
    if (!old && !constant && (ageMs !== undefined || isFresh(growths, mostOlderMs))) continue;
    // What falls behind evenly has another unit, and no age.
    if (!old && !constant && slowUnitOf(between(stamps, from, to)) !== undefined) continue;
    const [{ grown }] = growths;
    const mayBeFresh = mayHaveGrown(from, to, [Number(grown) - mostOlderMs, Number(grown) + mostOlderMs]);
    if (!old && !constant && mayBeFresh) return new TooUncertain(busyStarts);
    const passed = growths.map(({ passedMs }) => passedMs.toFixed(0));
    return {
      expected: `a deviceSendTime that is read for each request, and at most ${mostOlderMs} ms older in one than in another`,
      received: `deviceSendTime ${from.time}, then ${to.time}: it grew by ${grown} while ${passed.join(' or ')} ms passed`,
      likely: likelyAge(from, to),
      at: [to.request, '/deviceSendTime'],
    };
  }
  return undefined;
}

/** Stamps whose age is seen by the times that the client calculates with them. A busy machine delays one request, and not each. */
function countedFault(stamps: readonly RequestStamp[], mostOldMs: number): Mismatch | TooUncertain | undefined {
  const [old] = stamps.toSorted((a, b) => (a.countedMs ?? 0) - (b.countedMs ?? 0));
  if (old === undefined || (old.countedMs ?? 0) <= mostOldMs) return undefined;
  // A busy machine delays a request, but not for ever.
  if (old.crowded && (old.countedMs ?? 0) < 2 * mostOldMs) return new TooUncertain(busyMachine);
  return {
    expected: `a deviceSendTime that is read when the request is sent, and at most ${mostOldMs} ms old when it comes`,
    received: `deviceSendTime ${old.time}, which was ${(old.countedMs ?? 0).toFixed(0)} ms old: the reported time counts them`,
    likely: 'the clock is read long before the request is sent',
    at: [old.request, '/deviceSendTime'],
  };
}

function likelyAge(from: RequestStamp, to: RequestStamp): string {
  if (from.time === to.time && from.start === to.start) return 'the timestamp of the first request is used again';
  if (from.time === 1234n && to.time === 1234n) return "a constant: the number from the documentation's example";
  if (from.time === to.time && !countsFromStart([from, to])) return 'a constant';
  return from.start === to.start ? 'an earlier timestamp is used again' : 'the clock is read before the client connects';
}
