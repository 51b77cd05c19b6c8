import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Answers, FakeWorld, fail, said, say, worldWith } from '../testing/fake-world.ts';

describe('no exchange took less than the server claims', () => {
  const sentence = 'no exchange took less than the server claims, to within 2 ms or one step of the clock';
  const id = 'server-stamps-within-exchange';

  test('within a millisecond for each of two stamps that are rounded', async () => {
    await say(await worldWith(new FakeWorld(id), [0, 2.5, 0, 4]), sentence);
    const { expected, received } = await fail(await worldWith(new FakeWorld(id), [0, 2.5, 0, 5]), sentence);
    assert.match(expected, /of 2\.500 ms at the most/);
    assert.match(received, /^5 ms/);
  });

  test('and a time that cannot be read is failed', async () => {
    for (const name of ['serverSendTime', 'serverRecvTime'] as const) {
      const payload = JSON.stringify({ deviceSendTime: 0, serverRecvTime: 1, serverSendTime: 1, [name]: 'now' });
      const world = await worldWith(new FakeWorld(id), [0, 2, 1, 1, { digits: '0', payload }]);
      assert.equal((await fail(world, sentence)).expected, `${name} in decimal digits`);
    }
  });

  test('in each exchange: little in the others makes up for nothing', async () => {
    const exchanges = [0, 100, 200].map((at) => [at, 2, at, at + (at === 100 ? 25 : 0)] as const);
    await fail(await worldWith(new FakeWorld(id), ...exchanges), sentence);
  });

  test('with stamps that are rounded in different directions, in every exchange', async () => {
    await say(await worldWith(new FakeWorld(id), ...[0, 3, 6, 9, 12].map((at) => [at, 2, at, at + 3] as const)), sentence);
  });

  test('no exchange is a fault of the suite', async () => {
    await assert.rejects(say(new FakeWorld(id), sentence), /no exchange/);
  });
});

describe('both server times lie between publish and arrival', () => {
  const sentence = 'both server times lie between publish and arrival, to within 2 ms or one step of the clock';
  const id = 'server-stamps-within-exchange';
  // Published at 0.5, heard at 10.5: whole milliseconds are then half a millisecond from each bound.
  const judge = (received: number, sent = received) =>
    worldWith(new FakeWorld(id), [0.5, 10, 1, 1], [100.5, 10, 100 + received, 100 + sent]);

  test('and the milliseconds that are cut off, before and after', async () => {
    await say(await judge(-1), sentence);
    await say(await judge(12), sentence);
    assert.match((await fail(await judge(-2, 5), sentence)).received, /^serverRecvTime \d+, 2\.5 ms before publish/);
    assert.match((await fail(await judge(5, 13), sentence)).received, /^serverSendTime \d+, 2\.5 ms after arrival/);
  });

  test('and the step of a clock that has steps', async () => {
    const judgeTicks = async (tick: number): Promise<FakeWorld> => {
      const world = await worldWith(new FakeWorld(id));
      for (let at = 0; at < 300; at += 1.25) world.exchange(at, 0.5, Math.floor(at / tick) * tick, Math.floor(at / tick) * tick);
      return world;
    };
    for (const tick of [1, 4, 15, 16]) await say(await judgeTicks(tick), sentence);
  });

  test('says on which side it is', async () => {
    assert.match((await fail(await judge(-18, 5), sentence)).likely ?? '', /older than the request/);
    assert.match((await fail(await judge(5, 13), sentence)).likely ?? '', /lies in the future/);
    const late = await fail(await judge(3_600_000), sentence);
    assert.match(late.likely ?? '', /a time zone/);
  });
});

describe('the quickest show both ends of an exchange', () => {
  const sentence =
    'the quickest show both ends of an exchange within what the link takes one way + 1 ms or one step of the clock';
  const id = 'server-stamps-within-exchange';

  test('where one has either end', async () => {
    await say(await worldWith(new FakeWorld(id), [0, 10, 1, 5], [20, 10, 25, 29]), sentence);
  });

  test('and a stamp that is always late or early is told by what the server claims', async () => {
    for (const [received, sent, likely] of [
      [9, 9, 'both timestamps are taken when the response is sent'],
      [0, 0, 'both timestamps are taken when the request is received'],
      [6, 9, 'serverRecvTime is not the moment at which the request came'],
      [0, 3, 'serverSendTime is not the moment at which the response left'],
    ] as const) {
      const world = await worldWith(new FakeWorld(id), [0, 10, received, sent], [20, 10, 20 + received, 20 + sent]);
      assert.equal((await fail(world, sentence)).likely, likely);
    }
  });

  test('and what a broker needs on the way is no fault of the server', async () => {
    await say(await worldWith(new FakeWorld(id), [0, 10, 5, 5], [20, 10, 24, 26]), sentence);
  });

  test('the device asks on until they are seen', async () => {
    const more = 'after 1 ms the device asks until both ends of an exchange are seen to within 1 ms, at most 200 times in 3 s';
    const seen = await worldWith(new FakeWorld(id), [0, 2, 1, 1]);
    await seen.server.device.subscribe(seen.server.device.responseTopic);
    await say(seen, more);
    assert.equal(seen.server.exchanges.length, 2);
    const answers: Answers = ({ echo, now, count }) => {
      const quick = count >= 4;
      return [said(echo, now + (quick ? 1 : 5), now + (quick ? 1 : 5), { after: quick ? 2 : 10 })];
    };
    const slow = new FakeWorld(id, { answers });
    await say(slow, 'a device whose clock is right');
    await say(slow, more);
    assert.equal(slow.server.exchanges.length, 4);
  });
});
