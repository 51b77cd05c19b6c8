import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Answers, FakeWorld, fail, said, say, worldWith } from '../testing/fake-world.ts';

/** Where the clock is not shared, an error counts as such even when it does not grow. */
const apart = (): FakeWorld => new FakeWorld('server-stamps-are-fresh', { target: { sharedClock: false } });

describe('each server time is the current time in milliseconds', () => {
  const sentence = 'each server time is the current time in milliseconds, to within the "clockTolerance" of the target file';
  const judge = (received: number, sent: number) => worldWith(new FakeWorld('server-unit-milliseconds'), [0, 10, received, sent]);

  test('within the tolerance of the target file either way', async () => {
    await say(await judge(-980, 1000), sentence);
    for (const [received, sent, name] of [
      [-1000, 0, /^serverRecvTime/],
      [1020, 0, /^serverRecvTime/],
      [0, -1000, /^serverSendTime/],
      [0, 1020, /^serverSendTime/],
    ] as const) {
      const finding = await fail(await judge(received, sent), sentence);
      assert.match(finding.received, name);
      assert.deepEqual(finding.cause, undefined);
    }
  });

  test('and a time that cannot be read is failed', async () => {
    const answers: Answers = ({ echo }) => [{ payload: `{"deviceSendTime":${echo},"serverRecvTime":"now","serverSendTime":1}` }];
    const world = new FakeWorld('server-unit-milliseconds', { answers });
    await say(world, 'a device whose clock is right');
    await say(world, 'the device asks');
    const { expected } = await fail(world, sentence);
    assert.equal(expected, 'serverRecvTime in decimal digits');
  });
});

test('times that are all multiples of 10 ms are failed, and times that are not are none', async () => {
  const sentence = "the server's times are not all multiples of 10 ms";
  const id = 'server-millisecond-steps';
  const steps = (by: number) => [0, 1, 2, 3, 4, 5].map((n) => [n * by, 1, n * by, n * by] as const);
  const coarse = new FakeWorld(id);
  const fine = new FakeWorld(id);
  // the origin is any millisecond: the first one is made a multiple of 1000
  const shift = 1000 - (Number(new FakeWorld(id).exchange(0, 1, 0, 0).request.timestamp?.digits) % 1000);
  for (const [at, took, received, sent] of steps(1000)) coarse.exchange(at + shift, took, received + shift, sent + shift);
  for (const [at, took, received, sent] of steps(7)) fine.exchange(at, took, received, sent);
  await say(fine, sentence);
  const { received, likely } = await fail(coarse, sentence);
  assert.match(received, /^steps of 1000 ms: \d+000, /);
  assert.match(received, / in 6 exchanges$/);
  assert.equal(likely, undefined);
  const tens = new FakeWorld(id);
  for (const [at, took, received, sent] of steps(10)) tens.exchange(at + shift, took, received + shift, sent + shift);
  assert.equal((await fail(tens, sentence)).likely, undefined);
});

describe('both server times advance as real time does', () => {
  const sentence = 'both server times advance as real time does, to within 5 ms or one step of the clock';
  // A stamp lies between publish and arrival, 2.5 ms later: with 5 ms to spare it may be that much off from one exchange to another.
  const judge = (received: number, sent: number) =>
    worldWith(apart(), [0, 2.5, 1, 1], [100, 2.5, received, sent], [203, 2.5, 204, 204]);

  test('what the sentence leaves open is none of its faults', async () => {
    const world = await judge(94, 94);
    await say(world, sentence);
    assert.deepEqual(world.informed, [
      'serverRecvTime moved on by 203 ms in 203.0 ms of real time, in 3 exchanges',
      'serverSendTime moved on by 203 ms in 203.0 ms of real time, in 3 exchanges',
    ]);
    await say(await judge(108, 108), sentence);
  });

  test('more than that is one, behind and ahead, in either time', async () => {
    for (const [received, sent, name] of [
      [93, 101, 'serverRecvTime'],
      [101, 93, 'serverSendTime'],
      [109, 101, 'serverRecvTime'],
      [101, 109, 'serverSendTime'],
    ] as const) {
      const finding = await fail(await judge(received, sent), sentence);
      assert.match(finding.expected, new RegExp(`^${name} moves on as real time does, to within 5 ms`));
      assert.deepEqual(finding.likely, undefined);
      assert.deepEqual(finding.cause, undefined);
    }
  });

  test('a stamp that never changes and a clock that drifts are told from others', async () => {
    const judgeTwo = (later: number) => worldWith(apart(), [0, 2, 1, 1], [400, 2, later, later]);
    assert.match((await fail(await judgeTwo(1), sentence)).likely ?? '', /taken once/);
    assert.match((await fail(await judgeTwo(409), sentence)).likely ?? '', /^drift/);
  });

  test('on a shared clock, errors that do not grow are left to the requirement that is about them', async () => {
    const world = new FakeWorld('server-stamps-are-fresh');
    for (let at = 0; at < 300; at += 10) world.exchange(at, 2, at + (at % 20 === 0 ? 12 : -12), at + (at % 20 === 0 ? 12 : -12));
    await say(world, sentence);
    assert.match(world.informed.join(), /errors of up to 2\d\.\d ms that do not grow/);
  });

  test('no exchange is a fault of the suite', async () => {
    await assert.rejects(say(new FakeWorld('server-stamps-are-fresh'), sentence), /no exchange/);
  });
});

describe('no server time stays the same for longer', () => {
  const sentence = 'no server time stays the same for longer than 16 ms, unless it moves in steps of 10 or 100 ms';
  /** A server that is asked every 2 ms, 1 ms each, and whose clock was last looked at some time ago. */
  const judge = async (shown: (at: number) => number): Promise<FakeWorld> => {
    const world = await worldWith(apart());
    for (let at = 0; at < 500; at += 2) world.exchange(at, 1, shown(at), shown(at));
    return world;
  };

  test('a tick of the system, and a step of 100 ms, are no cache', async () => {
    await say(await judge((at) => at), sentence);
    await say(await judge((at) => Math.floor(Math.floor(at / 15.625) * 15.625)), sentence);
    await say(await judge((at) => Math.floor(at / 100) * 100 + 5), sentence);
  });

  test('what is renewed later than that is one', async () => {
    for (const [each, likely] of [
      [51, /from a cache/],
      [1000, /taken once/],
    ] as const)
      assert.match((await fail(await judge((at) => Math.floor(at / each) * each), sentence)).likely ?? '', likely);
  });
});

test('times that are whole seconds throughout are failed, where there are two at least', async () => {
  const sentence = "the server's times are not all multiples of 1 s";
  const judge = (...times: readonly number[]) =>
    worldWith(new FakeWorld('server-unit-milliseconds'), ...times.map((time) => [time, 1, time + 5, time + 5] as const));
  assert.equal((await fail(await judge(0, 1000), sentence)).likely, 'the times are whole seconds');
  await say(await judge(0), sentence);
  await say(await judge(0, 1000, 1001), sentence);
});

test('serverRecvTime may equal serverSendTime, and may not be later', async () => {
  const sentence = 'serverRecvTime is never later than serverSendTime';
  const id = 'server-receives-before-sending';
  await say(await worldWith(new FakeWorld(id), [0, 2, 1, 1], [10, 2, 11, 12]), sentence);
  const { received } = await fail(await worldWith(new FakeWorld(id), [0, 2, 1, 1], [10, 2, 12, 11]), sentence);
  assert.match(received, /^serverRecvTime 1 ms later/);
});

describe("the server's time is that of a device whose clock is right", () => {
  const sentence = "the server's time is that of a device whose clock is right, to within 50 ms and the round trips";
  /** The first answer is this many ms off, which is what the odd device hears. */
  const judge = async (off: number, factor = 1, odd?: string): Promise<FakeWorld> => {
    const answers: Answers = ({ echo, now, count }) => {
      if (count === 1 && odd !== undefined) return [{ payload: odd.replace('echo', echo) }];
      const time = (now + (count === 1 ? off : 0)) * (count === 1 ? factor : 1);
      return [said(echo, time, time, { after: 10.3 })];
    };
    const world = new FakeWorld('server-ignores-device-clock', { answers });
    await say(world, 'a device whose clock stands at 4500');
    await say(world, 'the device asks');
    return world;
  };

  test('to within what is said and what the two round trips leave open', async () => {
    // Each exchange took 10.3 ms: the two together leave 11.3 ms open.
    await say(await judge(61), sentence);
    await say(await judge(-61), sentence);
    for (const off of [62, -62]) {
      const { likely, mistake } = await fail(await judge(off), sentence);
      assert.match(likely ?? '', /from deviceSendTime/);
      assert.equal(mistake, undefined);
    }
  });

  test('and a time that cannot be read is failed', async () => {
    for (const [odd, name] of [
      ['{"deviceSendTime":echo,"serverRecvTime":null,"serverSendTime":1}', 'serverRecvTime'],
      ['{"deviceSendTime":echo,"serverRecvTime":1,"serverSendTime":null}', 'serverSendTime'],
    ] as const)
      assert.equal((await fail(await judge(0, 1, odd), sentence)).expected, `${name} in decimal digits`);
  });

  test('leans on the unit where another unit is what is wrong', async () => {
    assert.deepEqual((await fail(await judge(0, 1000), sentence)).mistake, 'microseconds');
  });
});

describe("the device arrives at the server's time", () => {
  const arrives = "the device arrives at the server's time to within half the round trip + 1 ms";
  const misses = 'serverSendTime alone is behind by the latency of 10 ms or more';
  /** The server's clock is known exactly but for `uncertainty`, and is that of the suite; the device's is as well. */
  const judge = async (
    took: number,
    received: number,
    sent: number,
    { uncertainty = 0, step = 1, contradiction = 0 } = {},
  ): Promise<FakeWorld> => {
    const world = await worldWith(new FakeWorld('server-calibrates'), [0, took, received, sent]);
    world.server.serverTime = { offset: 0, uncertainty, contradiction, step };
    world.server.device = await world.server.play(world.serverRun.identity, {
      clock: (at) => (at - Number(world.server.exchanges[0]?.request.message.atUs)) / 1000,
    });
    const [{ request }] = world.server.exchanges as [FakeWorld['server']['exchanges'][0]];
    // the device's clock began when it asked
    Object.assign(request, { timestamp: { type: 'Long', digits: '0' } });
    return world;
  };

  test('to within half the round trip and 1 ms', async () => {
    // (received + sent + 20) / 2 is the time at arrival, 20, where received + sent = 20; 11 ms are allowed
    const world = await judge(20, 10, 10);
    await say(world, arrives);
    assert.match(
      world.informed.join(),
      /off by -?0\.\d ms; half the round trip \+ 1 ms is 11\.0 ms, the server's time is known to 0\.0 ms/,
    );
    for (const off of [10.5, -10.5]) await say(await judge(20, 10 + off * 2, 10), arrives);
    for (const off of [11.5, -11.5]) {
      const { expected } = await fail(await judge(20, 10 + off * 2, 10), arrives);
      assert.match(expected, /to within 11\.0 ms$/);
    }
  });

  test('counting in what is not known of the clock, and its steps where it has any', async () => {
    await say(await judge(20, 10 + 35, 10, { uncertainty: 7 }), arrives);
    await fail(await judge(20, 10 + 37, 10, { uncertainty: 7 }), arrives);
    await say(await judge(20, 10 + 41, 10, { step: 10 }), arrives);
    await fail(await judge(20, 10 + 43, 10, { step: 10 }), arrives);
    // a step of 1 ms is in the 1 ms already
    await fail(await judge(20, 10 + 23, 10, { step: 1 }), arrives);
  });

  test('and no time where two quick exchanges contradict each other by more', async () => {
    await say(await judge(20, 10, 10, { contradiction: 10 }), arrives);
    assert.match(
      (await fail(await judge(20, 10, 10, { contradiction: 12 }), arrives)).received,
      /contradict each other by 12\.0 ms/,
    );
  });

  test('which serverSendTime alone does not, by the latency back, less what is not known', async () => {
    // 20.5 ms after the request the server's time is 20.5
    await say(await judge(20.5, 5, 12), misses);
    const { received } = await fail(await judge(20.5, 5, 13), misses);
    assert.match(received, /^7\.[45] ms behind/);
    await say(await judge(20.5, 5, 15, { uncertainty: 3 }), misses);
    await fail(await judge(20.5, 5, 16, { uncertainty: 3 }), misses);
    await say(await judge(20.5, 5, 16, { step: 5 }), misses);
    await fail(await judge(20.5, 5, 17, { step: 5 }), misses);
  });
});
