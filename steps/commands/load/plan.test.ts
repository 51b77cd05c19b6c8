import assert from 'node:assert/strict';
import { test } from 'node:test';
import { devicesOf, type Plan, Schedule } from './plan.ts';

test('requests are due at equal intervals, and their number follows from rate and time', () => {
  const schedule = new Schedule({ devices: 50, ratePerSecond: 200, forMs: 1500 });
  assert.equal(schedule.count, 300);
  assert.deepEqual(
    [0, 1, 299].map((request) => schedule.dueUs(request)),
    [0, 5000, 1_495_000],
  );
  assert.deepEqual(
    [0, 4999, 5000, 1e9].map((us) => schedule.dueBy(us)),
    [1, 1, 2, 300],
  );
});

test('without a duration each device asks once, at the rate', () => {
  const schedule = new Schedule({ devices: 50, ratePerSecond: 200 });
  assert.equal(schedule.count, 50);
  assert.equal(schedule.dueUs(49), 245_000);
});

test('several machines share all devices and all requests, each once', () => {
  const whole: Plan = { devices: 103, ratePerSecond: 70, forMs: 1000 };
  const shards = [1, 2, 3, 4, 5].map((number): Plan => ({ ...whole, shard: { number, of: 5 } }));
  const sorted = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);
  assert.deepEqual(sorted(shards.flatMap(devicesOf)), devicesOf(whole));
  const dues = (plan: Plan): number[] => {
    const schedule = new Schedule(plan);
    return Array.from({ length: schedule.count }, (_, request) => Math.round(schedule.dueUs(request)));
  };
  assert.deepEqual(sorted(shards.flatMap(dues)), dues(whole));
  assert.equal(new Schedule(shards[2] as Plan).dueBy(0), 0, 'the third machine does not begin with the first');
});

test('with more machines than devices, the last machine has none', () => {
  assert.deepEqual(devicesOf({ devices: 2, shard: { number: 3, of: 3 } }), []);
});
