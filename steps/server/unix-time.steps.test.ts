import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EnvironmentError } from '../harness/implementation/errors.ts';
import type { StartedTarget } from '../harness/implementation/target.ts';
import { FakeWorld, fail, say } from '../testing/fake-world.ts';

const id = 'server-unix-time';

describe('another start of the server', () => {
  const sentence = 'another start of the server with TZ=CST-8';
  const started = (another?: () => Promise<StartedTarget>): FakeWorld => {
    const world = new FakeWorld(id);
    if (another !== undefined) Object.assign(world.serverRun.started, { another });
    return world;
  };

  test('is made where the suite can, and ended with the scenario', async () => {
    let stopped = 0;
    const asked: unknown[] = [];
    const stop = async (): Promise<void> => {
      stopped += 1;
    };
    const other = { stop } as unknown as StartedTarget;
    const world = new FakeWorld(id);
    const another = async (env: unknown): Promise<StartedTarget> => {
      asked.push(env);
      return other;
    };
    Object.assign(world.serverRun.started, { another });
    // Without a second device nothing is asked of the other start.
    Object.defineProperty(world.serverRun.devices, 'sibling', { value: undefined });
    assert.equal(await say(world, sentence), undefined);
    assert.deepEqual(asked, [{ TZ: 'CST-8' }]);
    await world.server.end();
    assert.equal(stopped, 1);
  });

  test('shows nothing where it does not become ready, or the suite starts nothing', async () => {
    const alone = started();
    assert.equal(await say(alone, sentence), 'skipped');
    assert.match(JSON.stringify(alone.evidence), /cannot start this server a second time/);
    const locked = started(() => Promise.reject(new EnvironmentError('did not start')));
    assert.equal(await say(locked, sentence), 'skipped');
    await assert.rejects(
      async () =>
        say(
          started(() => Promise.reject(new Error('a bug'))),
          sentence,
        ),
      /a bug/,
    );
  });
});

describe('both starts give the same time', () => {
  const sentence = "the server's time is that of its other start, to within 1 min and the round trips";
  const judge = (apart: number): FakeWorld => {
    const world = new FakeWorld(id);
    world.exchange(0, 2, 1, 1);
    world.exchange(20, 2, 21 + apart, 21 + apart);
    return world;
  };

  test('to within what is said', async () => {
    await say(judge(59_000), sentence);
    await say(judge(-59_000), sentence);
  });

  test("and whole hours between them are the server's local time", async () => {
    assert.match((await fail(judge(8 * 3_600_000), sentence)).likely ?? '', /^the server's local time/);
    assert.equal((await fail(judge(-400_000), sentence)).likely, undefined);
  });
});

test('each server time is the one at which its clock stands', async () => {
  const sentence = 'each server time is 2147483648000, to within 1 ms or one step of the clock';
  const judge = (time: number): FakeWorld => {
    const payload = `{"deviceSendTime":1,"serverRecvTime":${time},"serverSendTime":${time}}`;
    const world = new FakeWorld(id, { answers: ({ echo }) => [{ payload: payload.replace(':1,', `:${echo},`) }] });
    // The suite has stopped it.
    world.serverRun.ledger.run.clockAside = true;
    return world;
  };
  for (const [time, likely] of [
    [2147483648000, 'none'],
    [-2147483648000, 'the seconds went through a 32-bit integer'],
    [2147483647000, 'the time is saturated at 32 bits'],
  ] as const) {
    const world = judge(time);
    await say(world, 'a device that hears its response topic');
    await say(world, 'the device asks');
    if (likely === 'none') await say(world, sentence);
    else assert.equal((await fail(world, sentence)).likely, likely);
  }
});
