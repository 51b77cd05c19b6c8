import assert from 'node:assert/strict';
import { test } from 'node:test';
import { now, nowUs, wallMsAt } from './now.ts';

test('the wall time of this moment lies between two looks at Date.now(), give or take a clock step', () => {
  for (let n = 0; n < 200; n += 1) {
    const before = Date.now();
    const time = wallMsAt();
    const after = Date.now();
    assert.ok(time >= before - 2 && time <= after + 2, `${before} ≤ ${time} ≤ ${after}`);
  }
});

test('the wall time goes with the monotonic time, with its fractions of a millisecond', () => {
  // a clock that is set between two calls moves the offset: one of several pairs is not torn by it
  const at = nowUs();
  const apart = Array.from({ length: 20 }, () => wallMsAt(at + 12_345) - wallMsAt(at));
  assert.ok(apart.some((ms) => Math.abs(ms - 12.345) < 1e-3));
});

test('a later moment has a later wall time', () => {
  const at = nowUs();
  assert.ok(wallMsAt(at + 1_000_000) > wallMsAt(at));
  assert.ok(wallMsAt(at - 1_000_000) < wallMsAt(at));
});

test('both clocks advance together', () => {
  const first = now();
  const second = now();
  assert.ok(second.atUs >= first.atUs);
  const before = Date.now();
  const { wallMs } = now();
  const after = Date.now();
  assert.ok(wallMs >= before && wallMs < after + 2, `${before} ${wallMs} ${after}`);
});

test('the wall time is exact in a process that had to wait for a processor as it started', async (context) => {
  const origin = performance.timeOrigin;
  context.after(() => Object.defineProperty(performance, 'timeOrigin', { value: origin }));
  Object.defineProperty(performance, 'timeOrigin', { value: origin + 0.9, configurable: true });
  const again = (await import(new URL('now.ts?again', import.meta.url).href)) as typeof import('./now.ts');
  // At the end of a millisecond Date.now() shows that a wall time is ahead, at its beginning it does not.
  const wall = Date.now();
  while (Date.now() === wall);
  const at = nowUs();
  const apart = again.wallMsAt(at) - wallMsAt(at);
  assert.ok(Math.abs(apart) < 0.3, `${apart} ms apart`);
});
