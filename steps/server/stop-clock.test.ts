import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeWorld } from '../testing/fake-world.ts';
import { stopClock } from './stop-clock.ts';

test("the server's clock stands until the scenario ends, where it can be stopped", async () => {
  const moves: string[] = [];
  const clock = { set: (ms: number) => moves.push(`stands at ${ms}`), follow: () => moves.push('follows') };
  const { serverRun } = new FakeWorld('server-worked-example');
  assert.throws(() => stopClock(serverRun, 0), /not under control/);
  stopClock(Object.assign(serverRun, { clock }), 1571724098110);
  await serverRun.end();
  assert.deepEqual(moves, ['stands at 1571724098110', 'follows']);
});
