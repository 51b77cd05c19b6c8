import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourcesInWords } from '../../verdict/repeat.ts';
import { measureUsage, type ResourceUsage, usageTrend } from './resource-usage.ts';

const usages = (count: number): ResourceUsage[] =>
  Array.from({ length: count }, (_, index) => ({ residentBytes: 2 ** 27 + index, heapBytes: 2 ** 25, openFiles: 20 + index }));

test('the usage of a series is that of its first and its last tenth, and that of a short one is not compared', () => {
  assert.equal(usageTrend(usages(19)), undefined);
  const trend = usageTrend(usages(30));
  assert.deepEqual(trend, {
    runs: 3,
    first: { residentBytes: 2 ** 27 + 1, heapBytes: 2 ** 25, openFiles: 21 },
    last: { residentBytes: 2 ** 27 + 28, heapBytes: 2 ** 25, openFiles: 48 },
  });
  assert.ok(trend);
  assert.equal(
    resourcesInWords(trend),
    'resources of the suite, medians of the first and the last 3 runs: resident memory 128.0 → 128.0 MiB, heap 32.0 → 32.0 MiB, open files 21 → 48',
  );
});

test('the heap is measured after a garbage collection', async () => {
  const before = await measureUsage();
  let buffers: Buffer[] = Array.from({ length: 64 }, () => Buffer.alloc(2 ** 20, 1));
  assert.equal(buffers.length, 64);
  buffers = [];
  const after = await measureUsage();
  assert.ok(after.heapBytes - before.heapBytes < 2 ** 24, `${after.heapBytes - before.heapBytes} bytes more`);
  assert.ok(after.residentBytes > 0);
});
