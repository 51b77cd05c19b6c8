import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { halved, twiceTheTime } from './formula.ts';

const page = JSON.parse(
  readFileSync(new URL('../../../fixtures/support/worked-example.json', import.meta.url), 'utf8'),
) as Record<string, string>;
const big = (name: string): bigint => BigInt(page[name] ?? '');
const times = {
  deviceSendTime: big('deviceSendTime'),
  serverRecvTime: big('serverRecvTime'),
  serverSendTime: big('serverSendTime'),
  deviceRecvTime: big('deviceRecvTime'),
};

test("the page's worked example gives the page's result", () => {
  const time = halved(twiceTheTime(times));
  assert.equal(time, page['time']);
  // serverSendTime alone misses the latency of 10 ms
  assert.equal(BigInt(time) - times.serverSendTime, 10n);
});

test('an odd sum keeps its half millisecond', () => {
  assert.equal(halved(twiceTheTime({ ...times, deviceRecvTime: times.deviceRecvTime + 1n })), '1571724098125.5');
});

test('no digit is lost beyond 2^53', () => {
  const far = { deviceSendTime: 0n, serverRecvTime: 9007199254740993n, serverSendTime: 9007199254740993n, deviceRecvTime: 0n };
  assert.equal(halved(twiceTheTime(far)), '9007199254740993');
});

test('a negative result is written with its sign', () => {
  assert.equal(halved(-3n), '-1.5');
  assert.equal(halved(-1n), '-0.5');
  assert.deepEqual([halved(0n), halved(1n)], ['0', '0.5']);
});
