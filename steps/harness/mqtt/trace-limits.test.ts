import assert from 'node:assert/strict';
import test from 'node:test';
import { now } from '../time/now.ts';
import type { Frame } from './frame.ts';
import { Trace } from './trace.ts';

const frame = (messageId: number, size: number): Frame => ({
  ...now(),
  direction: 'received',
  packet: { cmd: 'puback', messageId },
  bytes: Buffer.alloc(size),
});
const idsOf = (trace: Trace) => [...trace].map(({ packet }) => packet.messageId);

test('the oldest frames go when there are too many, and are counted', () => {
  const trace = new Trace({ frames: 3, bytes: 1000, keeps: 'latest' });
  for (let id = 1; id <= 10; id += 1) trace.record(frame(id, 4));
  assert.deepEqual(idsOf(trace), [8, 9, 10]);
  assert.equal(trace.length, 3);
  assert.equal(trace.dropped, 7);
});

test('the oldest frames go when they have too many bytes, but never the latest', () => {
  const trace = new Trace({ frames: 100, bytes: 100, keeps: 'latest' });
  for (let id = 1; id <= 5; id += 1) trace.record(frame(id, 40));
  assert.deepEqual(idsOf(trace), [4, 5]);
  trace.record(frame(6, 500));
  assert.deepEqual(idsOf(trace), [6]);
  assert.equal(trace.dropped, 5);
});
