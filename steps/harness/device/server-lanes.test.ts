import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FakeWorld } from '../../testing/fake-world.ts';
import { ServerLanes, type WaitingScenario } from './server-lanes.ts';
import type { ServerRun } from './server-run.ts';

const run = (target = {}): ServerRun => new FakeWorld('server-answers-request', { target }).serverRun;
const scenario = (place: string, number: number, more: Partial<WaitingScenario> = {}): WaitingScenario => ({
  place,
  number,
  alone: false,
  names: [],
  ...more,
});

/** What entered, in order, while others wait. */
function queue(lanes: ServerLanes): { enter: (one: WaitingScenario) => Promise<ServerRun>; readonly entered: string[] } {
  const entered: string[] = [];
  const enter = async (one: WaitingScenario): Promise<ServerRun> => {
    const lane = await lanes.enter(one);
    entered.push(one.place);
    return lane;
  };
  return { enter, entered };
}

describe('the lanes in front of a server', { timeout: 20_000 }, () => {
  test('have devices of their own', async () => {
    const lanes = new ServerLanes(run(), { count: 3 });
    const three = await Promise.all(['a', 'b', 'c'].map((place) => lanes.enter(scenario(place, 1))));
    const names = three.flatMap(({ devices }) => [devices.first, devices.sibling, devices.third]).map((one) => one?.deviceName);
    assert.equal(new Set(names).size, 9);
    assert.deepEqual([...(three[0]?.beside ?? [])], ['b', 'c']);
  });

  test('hold back what comes later, what must be alone, and what uses the same device', async () => {
    const turns = [1, 1, 1, 2, 3].map((number) => ({ number, alone: false }));
    const lanes = new ServerLanes(run(), { count: 8, turns });
    const { enter, entered } = queue(lanes);
    const later = enter(scenario('later', 3));
    const single = enter(scenario('alone', 2, { alone: true }));
    const first = await enter(scenario('first', 1));
    const named = await enter(scenario('named', 1, { names: ['pk/probe-1'] }));
    const same = enter(scenario('same', 1, { names: ['pk/probe-1'] }));
    lanes.leave(first);
    assert.deepEqual(entered, ['first', 'named']);
    lanes.leave(named);
    lanes.leave(await same);
    assert.deepEqual(entered.slice(2, 3), ['same']);
    lanes.leave(await single);
    await later;
    assert.deepEqual(entered, ['first', 'named', 'same', 'alone', 'later']);
  });

  test('are one near the server, and as many as it allows far from it', () => {
    const counts = [
      { ms: 1, target: {} },
      { ms: 200, target: {} },
      { ms: 200, target: { limits: { connections: 20 } } },
      { ms: 200, target: { onlyThese: true } },
    ].map(({ ms, target }) => {
      const far = run(target);
      far.state.roundTripMs = ms;
      return ServerLanes.countFor(far);
    });
    assert.deepEqual(counts, [1, 16, 5, 1]);
  });
});
