import { Given, Then } from '@cucumber/cucumber';
import { ClockResolution } from '../harness/device/clock-resolution.ts';
import { claimedProcessing, estimateServerTime } from '../harness/device/server-time.ts';
import { type Exchange, roundTrip, type Timestamp } from '../harness/message/exchange.ts';
import { SuiteFault } from '../harness/text/suite-fault.ts';
import { halved, twiceTheTime } from '../harness/time/formula.ts';
import { wallMsAt } from '../harness/time/now.ts';
import { diagnoseServerTime, otherUnit } from './server-diagnosis.ts';
import type { ServerWorld } from './server-scenario.ts';

const stamps = ['serverRecvTime', 'serverSendTime'] as const;

/** Clocks of common systems move in ticks of up to 15.6 ms: none of them is a fault. Milliseconds. */
const tick = 16;

/** A time of the server, or the blame for one that cannot be read. */
function timeOf(world: ServerWorld, { response }: Exchange, name: (typeof stamps)[number]): bigint {
  const time = response[name]?.number;
  if (time !== undefined) return time;
  return world.fail({
    expected: `${name} in decimal digits`,
    received: response.payload.text,
    at: [response, response[name] === undefined ? 'payload' : `/${name}`],
  });
}

Given("the server's clock stands at {timestamp}", function (this: ServerWorld, { digits }: Timestamp) {
  this.scenario.serverRun.setClock(Number(digits));
});

Then('each server time is the current time in milliseconds', async function (this: ServerWorld) {
  const exchange = await this.scenario.answer();
  const now = wallMsAt(exchange.response.message.atUs);
  const tolerance = this.scenario.serverRun.started.target.clockToleranceMs;
  for (const name of stamps) {
    const time = timeOf(this, exchange, name);
    if (Math.abs(Number(time) - now) <= tolerance) continue;
    this.fail({
      expected: `${name} within ${tolerance} ms of ${Math.floor(now)}`,
      received: `${name} ${time}`,
      likely: diagnoseServerTime(time, now),
      at: [exchange.response, `/${name}`],
    });
  }
});

Then("the server's times are not all multiples of 10 ms", function (this: ServerWorld) {
  const { step } = new ClockResolution().addAll(this.scenario.exchanges);
  if (step === 1) return;
  const seen = new Set(this.scenario.exchanges.map(({ response }) => response.serverSendTime?.number));
  this.fail({
    expected: 'times that have millisecond resolution',
    received: `steps of ${step} ms: ${[...seen].slice(0, 5).join(', ')} in ${this.scenario.exchanges.length} exchanges`,
    likely: step === 1000 ? 'a clock of seconds, multiplied by 1000' : undefined,
  });
});

Then('both server times advance as real time does', function (this: ServerWorld) {
  for (const name of stamps) requireSteady(this, name);
});

/** The suite's clock minus the server's must stay the same in all exchanges, as near as round trips and the clock's steps let it be seen. */
function requireSteady(world: ServerWorld, name: (typeof stamps)[number]): void {
  const step = world.scenario.serverRun.ledger.clockResolution.step;
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
  if (apart <= tick + step) return;
  world.fail({
    expected: `${name} moves on as real time does, to within ${tick + step} ms`,
    received: `${name} moved on by ${moved} ms in ${real.toFixed(1)} ms of real time, and was ${apart.toFixed(1)} ms apart from it in between`,
    likely:
      moved === 0
        ? 'the stamp is taken once and answered ever after'
        : 'the stamp comes from a cache, or the clock runs at another speed',
  });
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

Then('serverSendTime is never later after serverRecvTime than the exchange took', function (this: ServerWorld) {
  // A tick of the clock may fall into an exchange, and is then claimed whole; into all of them together falls no more than they took.
  const spare = tick + this.scenario.serverRun.ledger.clockResolution.step + 1;
  for (const exchange of this.scenario.exchanges)
    requireTrueClaim(this, exchange, claimOf(this, exchange), roundTrip(exchange), spare);
  const [first, last] = [this.scenario.exchanges[0], this.scenario.exchanges.at(-1)];
  if (first === undefined || last === undefined) throw new Error('no exchange was made');
  const claimed = this.scenario.exchanges.reduce((sum, exchange) => sum + claimOf(this, exchange), 0);
  requireTrueClaim(this, last, claimed, (last.response.message.atUs - first.request.message.atUs) / 1000, spare);
});

/** How long the server claims to have taken, in ms, or the blame for a time that cannot be read. */
function claimOf(world: ServerWorld, exchange: Exchange): number {
  timeOf(world, exchange, 'serverSendTime');
  timeOf(world, exchange, 'serverRecvTime');
  return claimedProcessing(exchange) ?? 0;
}

/** All in ms; what is claimed and took is that of one exchange, or of all of them together. */
function requireTrueClaim(world: ServerWorld, { response }: Exchange, claimed: number, took: number, spare: number): void {
  if (claimed <= took + spare) return;
  world.fail({
    expected: `a processing time of ${took.toFixed(3)} ms at the most, which is what was needed for one exchange, or for all together`,
    received: `${claimed} ms: ${response.payload.text}`,
    likely: 'the processing time is made up, or serverRecvTime belongs to an earlier exchange',
    at: [response, ...stamps.map((name) => `/${name}`)],
  });
}

Then('both server times lie between publish and arrival', function (this: ServerWorld) {
  const step = this.scenario.serverRun.ledger.clockResolution.step;
  for (const exchange of this.scenario.exchanges) {
    const [published, arrived] = [wallMsAt(exchange.request.message.atUs), wallMsAt(exchange.response.message.atUs)];
    for (const name of stamps) {
      const time = Number(timeOf(this, exchange, name));
      const early = published - (time + 1);
      const late = time - arrived;
      if (early <= tick + step && late <= 1 + step) continue;
      this.fail({
        expected: `${name} between publish, ${published.toFixed(1)}, and arrival, ${arrived.toFixed(1)}`,
        received: `${name} ${time}, ${early > 0 ? `${early.toFixed(1)} ms before publish` : `${late.toFixed(1)} ms after arrival`}`,
        likely:
          diagnoseServerTime(BigInt(time), arrived) ??
          (early > 0 ? 'the stamp is older than the request' : 'the stamp lies in the future'),
        at: [exchange.response, `/${name}`],
      });
    }
  }
});

Then("the server's time is the one that a device whose clock is right is given", async function (this: ServerWorld) {
  const odd = await this.scenario.answer();
  const right = { type: 'Long', digits: String(this.scenario.serverRun.ledger.unused(Math.floor(wallMsAt()))) } as const;
  const usual = await this.scenario.answered(this.scenario.device, this.scenario.device.ask(right));
  timeOf(this, odd, 'serverRecvTime');
  timeOf(this, odd, 'serverSendTime');
  const [a, b] = [estimateServerTime([odd], 1), estimateServerTime([usual], 1)];
  if (a === undefined || b === undefined) throw new Error('both exchanges have stamps');
  const apart = Math.abs(a.offset - b.offset);
  // A clock of seconds may step between the two exchanges.
  const allowed = a.uncertainty + b.uncertainty + 1000;
  if (apart <= allowed) return;
  const seen = wallMsAt(odd.response.message.atUs);
  const unit = otherUnit(timeOf(this, odd, 'serverSendTime'), seen);
  this.fail({
    expected: `the same server time as for a device whose clock is right, ${Math.floor(seen + b.offset)}`,
    received: odd.response.payload.text,
    likely:
      unit === undefined
        ? 'the server calculates its stamps from deviceSendTime'
        : { kind: unit, text: `the time is in ${unit}` },
    at: [odd.response, ...stamps.map((name) => `/${name}`)],
  });
});

/** What the device calculates from the scenario's exchange, twice, in ms; and the server's time when the response arrived, in ms. */
async function calculate(world: ServerWorld): Promise<{ exchange: Exchange; twice: bigint; truth: number }> {
  const exchange = await world.scenario.answer();
  const { request, response } = exchange;
  const twice = twiceTheTime({
    deviceSendTime: BigInt(request.timestamp?.digits ?? ''),
    serverRecvTime: timeOf(world, exchange, 'serverRecvTime'),
    serverSendTime: timeOf(world, exchange, 'serverSendTime'),
    deviceRecvTime: BigInt(world.scenario.device.time(response.message.atUs)),
  });
  return { exchange, twice, truth: world.scenario.serverTimeAt(response.message.atUs) };
}

Then("the device arrives at the server's time to within half the round trip + 1 ms", async function (this: ServerWorld) {
  const { exchange, twice, truth } = await calculate(this);
  const error = Number(twice) / 2 - truth;
  const uncertainty = this.scenario.serverTime?.uncertainty ?? 0;
  const bound = roundTrip(exchange) / 2 + 1;
  const allowed = bound + uncertainty + (this.scenario.step > 1 ? this.scenario.step : 0);
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
  const uncertainty = this.scenario.serverTime?.uncertainty ?? 0;
  this.inform(`serverSendTime alone is ${behind.toFixed(1)} ms behind the server's time when it arrives`);
  if (behind >= latency - uncertainty - this.scenario.step - 1) return;
  this.fail({
    expected: `serverSendTime ${latency} ms or more behind the server's time at arrival, ${truth.toFixed(1)}`,
    received: `${behind.toFixed(1)} ms behind: ${exchange.response.payload.text}`,
    likely: 'serverSendTime is not the moment at which the response left',
    at: [exchange.response, '/serverSendTime'],
  });
});

Then('the formula gives {timestamp}', function (this: ServerWorld, { digits }: Timestamp) {
  const result = halved(pageTime(this));
  if (result !== digits) throw new SuiteFault(`its formula gives ${result}, not ${digits}`);
});

Then('serverSendTime alone misses the latency of {duration}', function (this: ServerWorld, latency: number) {
  const missing = pageTime(this) / 2n - (this.scenario.page.get('serverSendTime') ?? 0n);
  if (missing !== BigInt(latency)) throw new SuiteFault(`serverSendTime alone misses ${missing} ms, not ${latency}`);
});

function pageTime({ scenario: { page } }: ServerWorld): bigint {
  const time = (name: string): bigint => page.get(name) ?? 0n;
  return twiceTheTime({
    deviceSendTime: time('deviceSendTime'),
    serverRecvTime: time('serverRecvTime'),
    serverSendTime: time('serverSendTime'),
    deviceRecvTime: time('deviceRecvTime'),
  });
}
