import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Target } from '../harness/implementation/target.ts';
import type { ClientRun } from '../harness/platform/client-run.ts';
import { TooUncertain } from '../harness/platform/expected-time.ts';
import { origin, played, playedRequest, reported } from '../testing/client-starts.ts';
import { FakeWorld, fail, say } from '../testing/fake-world.ts';
import { connectionOf } from '../testing/made-up-clients.ts';

const unit = 'deviceSendTime counts milliseconds: it grows by 0.5 to 2 in each millisecond';
const age = 'deviceSendTime is read for each request: at most 500 ms older in one than in another, at most 200 ms old';

/** The same, with a platform that took 1 s to accept the connection. */
const slow = (...requests: readonly (readonly [asked: number, deviceSendTime: number | bigint])[]): ClientRun => {
  const clientRun = start(...requests);
  return Object.assign(clientRun, { setup: { ...clientRun.setup, slowConnectMs: 1000 } });
};

/** A start whose requests come at these times after its first connection, with these stamps. */
function start(...requests: readonly (readonly [asked: number, deviceSendTime: number | bigint])[]): ClientRun {
  const [[asked, deviceSendTime] = [0, 0], ...more] = requests;
  const clientRun = played({ asked, deviceSendTime, answered: asked + 10 });
  for (const [at, time] of more)
    clientRun.requests.push(playedRequest(clientRun, { asked: at, deviceSendTime: time, answered: at + 10 }));
  clientRun.connections = [connectionOf({})];
  return Object.assign(clientRun, { started: { atUs: 0, wallMs: origin } });
}

function world(clientRuns: readonly ClientRun[], again: readonly ClientRun[] = clientRuns, own: Partial<Target> = {}): FakeWorld {
  let next = 0;
  const perform = (): ClientRun => again[next++ % again.length] as ClientRun;
  const made = new FakeWorld('client-unit-milliseconds', { target: own, perform });
  made.client.clientRuns.push(...clientRuns);
  return made;
}

describe('the unit', () => {
  test('is told, and a display in seconds as well', async () => {
    const runs = [start([100, origin + 90], [1100, origin + 1090])];
    const good = world(runs);
    await say(good, unit);
    assert.deepEqual(good.informed, ['deviceSendTime follows the wall clock, in milliseconds']);
    const seconds = world(runs, runs, { result: { kind: 'log', log: 'x', unit: 's' } });
    await say(seconds, unit);
    assert.equal(seconds.informed.length, 2);
    const other = world([start([100, 7], [1100, 1007])]);
    await say(other, unit);
    assert.deepEqual(other.informed, ['deviceSendTime grows as time does']);
  });

  test('is wrong in any request, and named', async () => {
    const second = Math.floor(origin / 1000);
    const { likely, mistake, received } = await fail(world([start([100, origin], [1100, second + 1])]), unit);
    assert.deepEqual([likely, mistake], ['deviceSendTime is in seconds', 'seconds']);
    assert.match(received, /1000 ms later/);
    await fail(world([start([100, 7], [600, 507], [1100, 8])]), unit);
  });

  test('is measured again before it is failed', async () => {
    const bad = start([100, 7], [1100, 8]);
    const good = start([100, 7], [1100, 1008]);
    const once = world([bad], [good]);
    await say(once, unit);
    assert.deepEqual(once.client.clientRuns, [good]);
    assert.deepEqual((await fail(world([bad], [bad]), unit)).mistake, 'seconds');
  });

  test('cannot be seen of a client that does not wait until it is accepted', async () => {
    const hasty = world([start([20, 7]), slow([30, 5])]);
    assert.equal(await say(hasty, unit), 'skipped');
    // more than its age apart: no clock that began anew
    await fail(world([start([20, 7]), slow([30, 5_000_000])]), unit);
  });
});

describe('the age', () => {
  test('of a constant is failed, and named', async () => {
    const judge = (time: number) => world([start([100, time]), slow([1100, time])]);
    assert.equal((await fail(judge(4_000_000_000), age)).likely, 'a constant');
    assert.match((await fail(judge(1234), age)).likely ?? '', /documentation/);
    assert.match((await fail(world([start([100, 90]), slow([1100, 95])]), age)).likely ?? '', /before the client connects/);
  });

  test('of a stamp of the machine is seen in the start that had to wait, however busy the machine is', async () => {
    await say(world([start([900, origin + 900]), slow([1100, origin + 1000])]), age);
    const { likely } = await fail(world([start([900, origin]), slow([1100, origin - 1])]), age);
    assert.match(likely ?? '', /before the client connects/);
  });

  test('of another stamp is not judged where the quick start was no quicker', async () => {
    for (const sentence of [age, unit])
      await assert.rejects(say(world([start([900, 900]), slow([1100, 1100])]), sentence), { name: 'TooUncertain' });
    const later = world([start([900, 900]), slow([1100, 1100])], [start([90, 90]), slow([1100, 1100])]);
    await say(later, age);
  });

  test('of a clock that begins with the program is not judged where that may take so long', async () => {
    const booted = (run: ClientRun, ms: number): ClientRun =>
      Object.assign(run, { started: { atUs: -1000 * ms, wallMs: origin - ms } });
    const pair = (first: number, second: number, bootMs: number) =>
      world([booted(start([10, first]), bootMs), booted(slow([1010, second]), bootMs)]);
    // It began 480 ms before the first connection, and 60 ms before the second one.
    await assert.rejects(say(pair(490, 1070 - 800, 1800), age), TooUncertain);
    await assert.rejects(say(pair(490, 790, 1800), unit), TooUncertain);
    await say(pair(490, 1490, 1800), unit);
    // What no start can explain is failed.
    await fail(pair(490, 790, 100), unit);
    await fail(pair(90, 95, 100), age);
    await fail(pair(490, 490_790, 1800), unit);
  });

  test('of a stamp that is used again in one start is failed', async () => {
    const { likely } = await fail(world([start([100, 90], [700, 690], [1300, 90])]), age);
    assert.equal(likely, 'the timestamp of the first request is used again');
    assert.match((await fail(world([start([100, 90], [1100, 110])]), age)).likely ?? '', /an earlier timestamp/);
  });

  test('is right on a clock that is set to the calculated time', async () => {
    const clientRun = start([100, 946_684_800_000], [1100, 1_900_000_000_980n]);
    clientRun.reports.push(reported(1_900_000_000_000, 120));
    await say(world([clientRun]), age);
    await say(world([clientRun]), unit);
  });

  test('of a stamp that the reported time counts is failed, where each is as old', async () => {
    const counts = (ageMs: number, time: number, busy = 0.5): ClientRun => {
      const clientRun = start([1000, origin + 1000 - ageMs]);
      Object.assign(clientRun.requests[0] ?? {}, { beforeUs: 500_000, busy });
      clientRun.reports.push(reported(time + ageMs / 2, 1012));
      return clientRun;
    };
    // the platform's times of a made-up start, and 10 ms of a link
    const right = 1_571_724_098_110 + 5;
    const judge = (...ages: readonly number[]) => world(ages.map((ageMs) => counts(ageMs, right)));
    assert.match((await fail(judge(400, 300), age)).received, /was 300 ms old: the reported time counts them/);
    await say(judge(400, 10), age);
    await say(judge(150, 150), age);
    // not where the machine was so busy that the request may have waited for a processor
    await assert.rejects(say(world([400, 300].map((ageMs) => counts(ageMs, right, 0.95))), age), TooUncertain);
    assert.match((await fail(world([450, 450].map((ageMs) => counts(ageMs, right, 0.95))), age)).received, /was 450 ms old/);
  });

  test('of what a clock from the start of the program may show twice is told', async () => {
    const young = world([start([20, 9]), slow([20, 9])]);
    await say(young, age);
    assert.equal(young.informed.length, 1);
  });
});

test('a stamp of before its own connection is failed, although another connection had been there for long', async () => {
  const early = slow([2000, origin + 990]);
  await say(world([start([100, origin + 90]), early]), age);
  for (const request of early.requests) Object.assign(request, { connectedUs: request.message.atUs - 1_000_000 });
  const { likely } = await fail(world([start([100, origin + 90]), early]), age);
  assert.equal(likely, 'the clock is read before the client connects');
});

test('a request without a number is failed by both', async () => {
  const clientRun = start([100, 1]);
  Object.assign(clientRun.requests[0] ?? {}, { deviceSendTime: undefined });
  for (const sentence of [unit, age])
    assert.equal((await fail(world([clientRun]), sentence)).expected, 'deviceSendTime in decimal digits');
});
