import { Given, Then } from '@cucumber/cucumber';
import { ClockResolution } from '../harness/device/clock-resolution.ts';
import { estimateServerTime } from '../harness/device/server-time.ts';
import { type Exchange, roundTrip, type Timestamp } from '../harness/message/exchange.ts';
import { halved, twiceTheTime } from '../harness/time/formula.ts';
import { wallMsAt } from '../harness/time/now.ts';
import type { TimeReference } from '../support/parameter-types.ts';
import type { Diagnosis } from '../verdict/evidence.ts';
import { diagnoseServerTime, otherUnit, stampsOfStart } from './server-diagnosis.ts';
import type { ServerWorld } from './server-scenario.ts';
import { stamps, timeOf, toWithin } from './stamp.ts';
import { stopClock } from './stop-clock.ts';

Given("the server's clock stands at {timestamp}", function (this: ServerWorld, { digits }: Timestamp) {
  stopClock(this.scenario.serverRun, Number(digits));
});

Then(
  'each server time is {serverTime}, to within {tolerance}',
  async function (this: ServerWorld, stopped: number | undefined, ms: number | undefined) {
    const exchange = await this.scenario.answer();
    const right = stopped ?? wallMsAt(exchange.response.message.atUs);
    const tolerance = ms === undefined ? this.scenario.target.clockToleranceMs : toWithin(this, ms);
    for (const name of stamps) {
      const time = timeOf(this, exchange, name);
      if (Math.abs(Number(time) - right) <= tolerance) continue;
      this.fail({
        expected: `${name} within ${tolerance} ms of ${Math.floor(right)}`,
        received: `${name} ${time}`,
        likely: (stopped === undefined ? likelyStanding(this, time) : undefined) ?? diagnoseServerTime(time, right),
        at: [exchange.response, `/${name}`],
      });
    }
  },
);

/** A time that the whole run has shown for longer than any clock shows one, in ms, is not a matter of its unit. */
const longestStep = 1100;

function likelyStanding({ scenario }: ServerWorld, time: bigint): Diagnosis | undefined {
  const { longest, latest } = scenario.serverRun.ledger.run.clockResolution;
  return longest > longestStep && latest === time ? { kind: stampsOfStart, text: takenOnce } : undefined;
}

const takenOnce = 'the stamp is taken once and used in every answer';

Then("the server's times are not all multiples of {duration}", function (this: ServerWorld, ms: number) {
  const { exchanges } = this.scenario;
  const times = new Set(exchanges.flatMap((exchange) => stamps.map((name) => timeOf(this, exchange, name))));
  const { wholeStep } = new ClockResolution().addAll(exchanges);
  const last = exchanges.at(-1);
  // One time is a whole second by chance once in 1000 cases.
  if (last === undefined || times.size < 2 || wholeStep < ms) return;
  this.fail({
    expected: `times that are not all multiples of ${ms} ms`,
    received: `steps of ${wholeStep} ms: ${[...times].slice(0, 5).join(', ')} in ${exchanges.length} exchanges`,
    likely: ms < 1000 ? undefined : 'the times are whole seconds',
    at: [last.response, ...stamps.map((name) => `/${name}`)],
  });
});

Then(
  'no server time stays the same for longer than {duration}, unless it moves in steps of {int} or {int} ms',
  function (this: ServerWorld, ms: number, fine: number, coarse: number) {
    const resolution = new ClockResolution().addAll(this.scenario.exchanges);
    if (resolution.longest <= ms || [fine, coarse].includes(resolution.wholeStep)) return;
    const seen = new Set(this.scenario.exchanges.map((exchange) => timeOf(this, exchange, 'serverSendTime')));
    const last = this.scenario.exchanges.at(-1);
    this.fail({
      expected: `times that move on after ${ms} ms at the latest, or in steps of ${fine} or ${coarse} ms`,
      received: `the same time for ${resolution.longest.toFixed(1)} ms: ${[...seen].slice(0, 5).join(', ')} in ${this.scenario.exchanges.length} exchanges`,
      likely: seen.size === 1 ? { kind: stampsOfStart, text: takenOnce } : 'the stamp comes from a cache',
      ...(last === undefined ? {} : { at: [last.response, ...stamps.map((name) => `/${name}`)] as const }),
    });
  },
);

Then(
  'both server times advance as real time does, to within {duration} or one step of the clock',
  function (this: ServerWorld, ms: number) {
    for (const name of stamps) requireSteady(this, name, toWithin(this, ms));
  },
);

/** The suite's clock minus the server's must stay the same in all exchanges, as near as round trips and the clock's steps let it be seen. */
function requireSteady(world: ServerWorld, name: (typeof stamps)[number], spare: number): void {
  // The moment of a stamp lies between publish and arrival: so much is the server's clock behind at least, and at most.
  let atLeast = Number.NEGATIVE_INFINITY;
  let atMost = Number.POSITIVE_INFINITY;
  for (const exchange of world.scenario.exchanges) {
    const time = Number(timeOf(world, exchange, name));
    atLeast = Math.max(atLeast, wallMsAt(exchange.request.message.atUs) - time);
    atMost = Math.min(atMost, wallMsAt(exchange.response.message.atUs) - time);
  }
  const apart = atLeast - atMost;
  const [first, last] = [world.scenario.exchanges[0], world.scenario.exchanges.at(-1)];
  if (first === undefined || last === undefined) throw new Error('no exchange was made');
  const real = (last.request.message.atUs - first.request.message.atUs) / 1000;
  const moved = Number(timeOf(world, last, name) - timeOf(world, first, name));
  world.inform(
    `${name} moved on by ${moved} ms in ${real.toFixed(1)} ms of real time, in ${world.scenario.exchanges.length} exchanges`,
  );
  if (apart <= spare) return;
  const offsets = world.scenario.exchanges.map((exchange) => offsetOf(exchange, Number(timeOf(world, exchange, name))));
  const drifts = growth(offsets) > spare;
  // Random errors do not grow; where the suite reads the same clock, they are another requirement's.
  if (!drifts && moved !== 0 && world.scenario.target.sharedClock) {
    world.inform(`${name} has errors of up to ${apart.toFixed(1)} ms that do not grow`);
    return;
  }
  world.fail({
    expected: `${name} moves on as real time does, to within ${spare} ms`,
    received: `${name} moved on by ${moved} ms in ${real.toFixed(1)} ms of real time, and was ${apart.toFixed(1)} ms apart from it in between`,
    likely: likelyCourse(moved, drifts),
  });
}

/** By how much a time is ahead of the middle of its exchange, in ms. */
const offsetOf = ({ request, response }: Exchange, time: number): number =>
  time - (wallMsAt(request.message.atUs) + wallMsAt(response.message.atUs)) / 2;

/** By how much offsets grow or shrink at least from the first third of them to the last, with their random errors allowed for, in ms. */
function growth(offsets: readonly number[]): number {
  const third = Math.max(1, Math.floor(offsets.length / 3));
  const [first, last] = [medianOf(offsets.slice(0, third)), medianOf(offsets.slice(-third))];
  return Math.abs(last.median - first.median) - first.error - last.error;
}

/**
 * The median of some numbers, and how far from it that of all such numbers may be: how many of them are below the true median has a
 * binomial distribution, and is within three of its standard deviations in 997 of 1000 cases.
 */
function medianOf(some: readonly number[]): { median: number; error: number } {
  const sorted = some.toSorted((x, y) => x - y);
  const at = (index: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(index)))] ?? 0;
  const [middle, spread] = [(sorted.length - 1) / 2, 1.5 * Math.sqrt(sorted.length)];
  return { median: at(middle), error: (at(middle + spread) - at(middle - spread)) / 2 };
}

function likelyCourse(moved: number, drifts: boolean): string | Diagnosis | undefined {
  if (moved === 0) return { kind: stampsOfStart, text: takenOnce };
  return drifts ? 'drift: the clock runs at another speed than real time' : undefined;
}

Then('serverRecvTime is never later than serverSendTime', function (this: ServerWorld) {
  for (const exchange of this.scenario.exchanges) {
    const claimed = Number(timeOf(this, exchange, 'serverSendTime') - timeOf(this, exchange, 'serverRecvTime'));
    if (claimed >= 0) continue;
    this.fail({
      expected: 'serverRecvTime not later than serverSendTime',
      received: `serverRecvTime ${-claimed} ms later: ${exchange.response.payload.text}`,
      likely: 'the two members are swapped',
      at: [exchange.response, ...stamps.map((name) => `/${name}`)],
    });
  }
});

Then(
  "the server's time is that of {timeReference}, to within {duration} and the round trips",
  async function (this: ServerWorld, reference: TimeReference, ms: number) {
    const ofStarts = reference === 'its other start';
    const [usual, ...others] = ofStarts ? this.scenario.exchanges : await withRightClock(this);
    if (usual === undefined || others.length === 0) throw new Error('this sentence needs two exchanges');
    for (const exchange of [usual, ...others]) for (const name of stamps) timeOf(this, exchange, name);
    const { step } = this.scenario.serverRun.ledger.run.clockResolution;
    for (const odd of others) {
      const [a, b] = [estimateServerTime([odd], step), estimateServerTime([usual], step)];
      if (a === undefined || b === undefined) throw new Error('both exchanges have stamps');
      const apart = a.offset - b.offset;
      this.inform(`the two times are ${apart.toFixed(1)} ms apart`);
      if (Math.abs(apart) <= a.uncertainty + b.uncertainty + ms) continue;
      const seen = wallMsAt(odd.response.message.atUs);
      this.fail({
        expected: `the time of ${ofStarts ? 'the first start' : reference}, ${Math.floor(seen + b.offset)}, to within ${ms} ms and the round trips`,
        received: `${odd.response.payload.text}, which is ${Math.round(Math.abs(apart))} ms ${apart > 0 ? 'ahead' : 'behind'}`,
        likely: ofStarts ? likelyZone(apart, ms) : likelySource(timeOf(this, odd, 'serverSendTime'), seen),
        at: [odd.response, ...stamps.map((name) => `/${name}`)],
      });
    }
  },
);

/** An exchange with a right clock, and the scenario's own that came before it. */
async function withRightClock({ scenario }: ServerWorld): Promise<readonly Exchange[]> {
  const odd = await scenario.answer();
  const right = { type: 'Long', digits: String(scenario.serverRun.ledger.run.unused(Math.floor(wallMsAt()))) } as const;
  await scenario.device.permission();
  return [await scenario.answered(scenario.device, scenario.device.ask(right)), odd];
}

/** A time that moves with the time zone does by whole quarters of an hour, in ms. */
const quarter = 900_000;

function likelyZone(apart: number, ms: number): string | undefined {
  const quarters = Math.round(apart / quarter);
  const isZone = quarters !== 0 && Math.abs(apart - quarters * quarter) <= ms;
  return isZone ? "the server's local time: the offset of its time zone is added" : undefined;
}

function likelySource(time: bigint, seen: number): string | Diagnosis {
  const unit = otherUnit(time, seen);
  return unit === undefined
    ? 'the server calculates its stamps from deviceSendTime'
    : { kind: unit, text: `the time is in ${unit}` };
}

/** What the device calculates from the scenario's exchange, twice, in ms; and the server's time when the response arrived, in ms. */
async function calculate(world: ServerWorld): Promise<{ exchange: Exchange; twice: bigint; truth: number; roundTripMs: number }> {
  const exchange = await world.scenario.answer();
  const { request, response } = exchange;
  const [deviceSendTime, deviceRecvTime] = [request.timestamp?.digits ?? '', world.scenario.device.time(response.message.atUs)];
  const twice = twiceTheTime({
    deviceSendTime: BigInt(deviceSendTime),
    serverRecvTime: timeOf(world, exchange, 'serverRecvTime'),
    serverSendTime: timeOf(world, exchange, 'serverSendTime'),
    deviceRecvTime: BigInt(deviceRecvTime),
  });
  // On a busy machine the device may read its clock some time before its request leaves: its own round trip is the longer one.
  const roundTripMs = Math.max(roundTrip(exchange), deviceRecvTime - Number(deviceSendTime));
  return { exchange, twice, truth: world.scenario.serverTimeAt(response.message.atUs), roundTripMs };
}

Then("the device arrives at the server's time to within half the round trip + 1 ms", async function (this: ServerWorld) {
  const { exchange, twice, truth, roundTripMs } = await calculate(this);
  const error = Number(twice) / 2 - truth;
  const { uncertainty = 0, contradiction = 0, step = 1 } = this.scenario.serverTime ?? {};
  const bound = roundTripMs / 2 + 1;
  if (contradiction > bound) {
    this.fail({
      expected: `the server's times of quick exchanges fit one clock, to within ${bound.toFixed(1)} ms`,
      received: `two of them contradict each other by ${contradiction.toFixed(1)} ms`,
      likely: "the server's time differs from one exchange to the next",
    });
  }
  const allowed = bound + uncertainty + (step > 1 ? step : 0);
  this.inform(
    `calculated ${halved(twice)}, off by ${error.toFixed(1)} ms; half the round trip + 1 ms is ${bound.toFixed(1)} ms, ` +
      `the server's time is known to ${uncertainty.toFixed(1)} ms`,
  );
  if (Math.abs(error) <= allowed) return;
  this.fail({
    expected: `the server's time, ${truth.toFixed(1)}, to within ${allowed.toFixed(1)} ms`,
    received: `${halved(twice)}, off by ${error.toFixed(1)} ms, from ${exchange.response.payload.text}`,
    likely: diagnoseServerTime(timeOf(this, exchange, 'serverSendTime'), wallMsAt()),
    at: [exchange.response, ...stamps.map((name) => `/${name}`)],
  });
});

Then('serverSendTime alone is behind by the latency of {duration} or more', async function (this: ServerWorld, latency: number) {
  const { exchange, truth } = await calculate(this);
  const behind = truth - Number(timeOf(this, exchange, 'serverSendTime'));
  const { uncertainty = 0, step = 1 } = this.scenario.serverTime ?? {};
  this.inform(`serverSendTime alone is ${behind.toFixed(1)} ms behind the server's time when it arrives`);
  if (behind >= latency - uncertainty - step - 1) return;
  this.fail({
    expected: `serverSendTime ${latency} ms or more behind the server's time at arrival, ${truth.toFixed(1)}`,
    received: `${behind.toFixed(1)} ms behind: ${exchange.response.payload.text}`,
    likely: 'serverSendTime is not the moment at which the response left',
    at: [exchange.response, '/serverSendTime'],
  });
});
