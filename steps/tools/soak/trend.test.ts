import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOf, trendOf, windowOf } from './trend.ts';
import type { Sample } from './usage.ts';

/** As many equal runs. */
function samples(count: number, change: (run: number) => Partial<Sample> = () => ({})): Sample[] {
  return Array.from({ length: count }, (_, index) => ({
    run: index + 1,
    order: `random:1-${index + 1}`,
    durationMs: 1000,
    code: 0,
    heapBytes: 50e6,
    residentBytes: 200e6,
    files: 20,
    handles: 1,
    processes: 0,
    deviation: undefined,
    ...change(index + 1),
  }));
}

test('compares the last hundred runs with the first hundred, and thirds where there are fewer', () => {
  assert.equal(windowOf(1000), 100);
  assert.equal(windowOf(60), 20);
  assert.equal(windowOf(1), 1);
  const values = Array.from({ length: 1000 }, (_, index) => index);
  assert.deepEqual(trendOf(values), { first: 50, last: 950, peak: 999, ratio: 19 });
});

test('runs that are all the same have no fault', () => {
  assert.deepEqual(faultsOf(samples(300), 300), []);
});

test('what grows slowly is a fault, and so is one more file or process', () => {
  const leak = samples(1000, (run) => ({ heapBytes: 50e6 + run * 5000, residentBytes: 200e6 + run * 60_000 }));
  assert.deepEqual(faultsOf(leak, 1000), [
    'heap after garbage collection grew by more than 5 %',
    'resident memory grew by more than 15 %',
  ]);
  const held = samples(300, (run) => (run > 150 ? { files: 21, handles: 2, processes: 1 } : {}));
  assert.deepEqual(faultsOf(held, 300), ['open files grew', 'handles of the event loop grew', 'processes grew']);
});

test('the growth of the first runs, which load what all others use, is none', () => {
  const loading = (run: number): Partial<Sample> => ({ residentBytes: 200e6 + run * 5e6 });
  assert.deepEqual(faultsOf(samples(12, loading), 12), []);
  assert.deepEqual(faultsOf(samples(90, loading), 90), ['resident memory grew by more than 15 %']);
});

test('one run that goes otherwise is a fault, with its order, and so is a soak that ended early', () => {
  const other = samples(30, (run) => (run === 7 ? { deviation: 'incomplete, because of SIGINT' } : {}));
  assert.deepEqual(faultsOf(other, 30), ['run 7 (--order random:1-7): incomplete, because of SIGINT']);
  assert.deepEqual(faultsOf(samples(2), 30), ['only 2 of 30 runs came to their end']);
});
