import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Exchange } from '../message/exchange.ts';
import { ClockResolution } from './clock-resolution.ts';

const grainOf = (...stamps: number[]): ClockResolution => {
  const clockResolution = new ClockResolution();
  for (const stamp of stamps) clockResolution.add(BigInt(stamp));
  return clockResolution;
};

test('a clock of milliseconds has steps of 1 ms, and one odd stamp is enough to be certain', () => {
  assert.equal(grainOf(1571724098001).step, 1);
  assert.ok(grainOf(1571724098001).certain);
});

for (const [step, stamps] of [
  [1000, [1571724098000, 1571724099000]],
  [100, [1571724098100, 1571724098200]],
  [10, [1571724098010, 1571724098020, 1571724098030, 1571724098140]],
] as const) {
  test(`a clock whose stamps are multiples of ${step} ms has steps of ${step} ms`, () => {
    assert.equal(grainOf(...stamps).step, step);
  });
}

test('a clock whose stamps are multiples of 10 ms, and stay the same for 50 ms, has steps of 50 ms', () => {
  const clockResolution = new ClockResolution();
  for (let at = 0; at < 300; at += 5)
    clockResolution.add(BigInt(1571724098000 + Math.floor(at / 50) * 50), { afterUs: at * 1000, beforeUs: at * 1000 + 200 });
  assert.equal(clockResolution.step, 50);
});

test('one stamp seen often says no more than once', () => {
  assert.equal(grainOf(1571724098010, 1571724098010, 1571724098010, 1571724098010).step, 1);
  assert.ok(!grainOf(1571724098010).certain);
});

test('a cache that is renewed each second, but not on the second, is no coarse clock', () => {
  assert.equal(grainOf(1571724098437, 1571724099437).step, 1);
});

test('a multiple of 1000 ms is certain to be no accident after four stamps, and not before', () => {
  const [three, four] = [
    [1000, 2000, 3000],
    [1000, 2000, 3000, 4000],
  ];
  assert.ok(!grainOf(...three).certain);
  assert.ok(grainOf(...four).certain);
  assert.equal(grainOf(1000).step, 1000);
  assert.equal(grainOf(1000, 1001, 2000, 3000, 4000).step, 1);
});

test('both stamps of an exchange tell, where they are there', () => {
  const exchange = (serverRecvTime: bigint | undefined, serverSendTime: bigint | undefined): Exchange => {
    const value = (number: bigint | undefined) => ({ type: 'number', literal: '', number });
    const message = { atUs: 0 };
    const response = { message, serverRecvTime: value(serverRecvTime), serverSendTime: value(serverSendTime) };
    return { request: { message }, response } as unknown as Exchange;
  };
  assert.equal(new ClockResolution().addAll([exchange(1000n, 2000n)]).step, 1000);
  assert.equal(new ClockResolution().addAll([exchange(1000n, 2001n)]).step, 1);
  assert.equal(new ClockResolution().addAll([exchange(1001n, 2000n)]).step, 1);
  assert.equal(new ClockResolution().addAll([exchange(undefined, undefined), exchange(1000n, undefined)]).step, 1000);
});

/** What a clock shows that is looked at every millisecond, which takes half of one. */
const watched = (shown: (ms: number) => number): ClockResolution => {
  const resolution = new ClockResolution();
  for (let ms = 3; ms < 500; ms += 1) resolution.add(BigInt(shown(ms)), { afterUs: ms * 1000, beforeUs: ms * 1000 + 500 });
  return resolution;
};

for (const tick of [4, 15, 15.625, 16]) {
  test(`a clock that ticks every ${tick} ms repeats its values and jumps: a step, rounded up`, () => {
    const { step, longest } = watched((ms) => Math.floor(Math.floor(ms / tick) * tick) + 1);
    assert.ok(step >= tick && step <= tick + 1.1, `${step}`);
    assert.ok(longest <= tick, `${longest}`);
  });
}

test('times with random errors are no steps, though some of them repeat', () => {
  let state = 1;
  const noise = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.round((state / 2 ** 32) * 30);
  };
  assert.equal(watched((ms) => ms + noise()).step, 1);
});

test('a value that stays longer than the clock jumps is no step of it', () => {
  const { step, longest } = watched((ms) => (ms < 100 ? 1 : Math.floor(ms / 16) * 16 + 1));
  assert.equal(step, 1);
  assert.ok(longest > 90, `${longest}`);
});
