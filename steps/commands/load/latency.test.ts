import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Durations } from './latency.ts';

function durationsOf(values: Iterable<number>): Durations {
  const durations = Durations.none();
  for (const us of values) durations.record(us);
  return durations;
}

function* upTo(last: number, step: number): Generator<number> {
  for (let us = step; us <= last; us += step) yield us;
}

const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) <= expected / 1000, `${actual} is not within 0.1 % of ${expected}`);

test('percentiles are within 0.1 %, from a µs to an hour', () => {
  const { count, p50Ms, p90Ms, p99Ms, p999Ms, maxMs } = durationsOf(upTo(1e6, 100)).summary();
  assert.equal(count, 10_000);
  for (const [actual, expected] of [
    [p50Ms, 500],
    [p90Ms, 900],
    [p99Ms, 990],
    [p999Ms, 999],
    [maxMs, 1000],
  ] as const)
    near(actual, expected);
  near(durationsOf([1, 3.6e9]).summary().maxMs, 3.6e6);
});

test('the durations of several machines, written and read and added, are those of all', () => {
  const machines = [durationsOf(upTo(1000, 1)), durationsOf(upTo(5e6, 5000)), durationsOf([9e7])];
  const all = durationsOf([...upTo(1000, 1), ...upTo(5e6, 5000), 9e7]);
  const merged = Durations.none();
  for (const machine of machines) merged.add(Durations.decode(machine.summary().histogram));
  assert.deepEqual(merged.summary(), all.summary());
});

test('without a single duration everything is 0, and can be added', () => {
  const none = Durations.none();
  none.add(Durations.decode(none.summary().histogram));
  const { histogram: _histogram, ...figures } = none.summary();
  assert.deepEqual(figures, { count: 0, p50Ms: 0, p90Ms: 0, p99Ms: 0, p999Ms: 0, maxMs: 0 });
});

test('text that is not a histogram is an error', () => {
  assert.throws(() => Durations.decode('bm90IG9uZQ=='));
});
