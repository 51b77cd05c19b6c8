import assert from 'node:assert/strict';
import test from 'node:test';
import { now } from '../time/now.ts';
import { FrameLog, type RecordedFrame } from './frame-log.ts';

const frame = (messageId: number, size: number): RecordedFrame => ({
  ...now(),
  direction: 'received',
  packet: { cmd: 'puback', messageId },
  bytes: Buffer.alloc(size),
});
const idsOf = (log: FrameLog) => [...log].map(({ packet }) => packet.messageId);

test('the oldest frames go when there are too many, and are counted', () => {
  const log = new FrameLog({ frames: 3, bytes: 1000 });
  for (let id = 1; id <= 10; id += 1) log.add(frame(id, 4));
  assert.deepEqual(idsOf(log), [8, 9, 10]);
  assert.equal(log.length, 3);
  assert.equal(log.dropped, 7);
});

test('the oldest frames go when they have too many bytes, but never the latest', () => {
  const log = new FrameLog({ frames: 100, bytes: 100 });
  for (let id = 1; id <= 5; id += 1) log.add(frame(id, 40));
  assert.deepEqual(idsOf(log), [4, 5]);
  log.add(frame(6, 500));
  assert.deepEqual(idsOf(log), [6]);
  assert.equal(log.dropped, 5);
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
