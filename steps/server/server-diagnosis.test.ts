import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnoseServerTime, otherUnit } from './server-diagnosis.ts';

/** The page's example: 2019-10-22. */
const now = 1_571_724_098_110;
const at = BigInt(now);
const hour = 3_600_000n;

for (const [what, time, diagnosis] of [
  ['in seconds', at / 1000n, 'the time is in seconds'],
  ['in microseconds', at * 1000n, 'the time is in microseconds'],
  ['in nanoseconds', at * 1_000_000n, 'the time is in nanoseconds'],
  ['in ticks of 100 ns', at * 10_000n, 'the time is in ticks of 100 ns'],
  ['8 h ahead', at + 8n * hour, 'a time zone is added: the time is 8 h ahead of UTC'],
  ['3.5 h behind', at - (7n * hour) / 2n, 'a time zone is added: the time is 3.5 h behind UTC'],
  ['8 h and 5 s ahead', at + 8n * hour + 5000n, 'a time zone is added: the time is 8 h ahead of UTC'],
  ['the greatest signed 32-bit number', 2147483647n, 'the time is saturated at 32 bits'],
  ['the greatest unsigned 32-bit number', 4294967295n, 'the time is saturated at 32 bits'],
  ['the low 32 bits, unsigned', BigInt.asUintN(32, at), 'the time went through a 32-bit integer'],
  ['the low 32 bits, signed', BigInt.asIntN(32, at), 'the time went through a 32-bit integer'],
  ['0', 0n, 'the time was never set'],
  ['an hour', hour, "the time counts from the server's start, not from 1970"],
  ['in seconds, a day off but for a second', at / 1000n - 86_398n, 'the time is in seconds'],
  ['in seconds, a day and two off', at / 1000n - 86_402n, "the time counts from the server's start, not from 1970"],
  ['a quarter of an hour ahead', at + hour / 4n, 'a time zone is added: the time is 0.25 h ahead of UTC'],
  ['14 h ahead', at + 14n * hour, 'a time zone is added: the time is 14 h ahead of UTC'],
  ['14 and a quarter of an hour ahead', at + 14n * hour + hour / 4n, undefined],
  ['8 h and 59 s ahead', at + 8n * hour + 59_000n, 'a time zone is added: the time is 8 h ahead of UTC'],
  ['8 h and 60 s ahead', at + 8n * hour + 60_000n, undefined],
  ['the low 32 bits, 59 s off', BigInt.asUintN(32, at) + 59_000n, 'the time went through a 32-bit integer'],
  ['the low 32 bits, 60 s off', BigInt.asUintN(32, at) + 60_000n, undefined],
  ['1 ms', 1n, "the time counts from the server's start, not from 1970"],
  ['30 days but for a millisecond', 30n * 24n * hour - 1n, "the time counts from the server's start, not from 1970"],
  ['30 days', 30n * 24n * hour, undefined],
  ['in microseconds, a day off', (at - 24n * hour) * 1000n, undefined],
  ['right', at, undefined],
  ['a minute late', at - 60_000n, undefined],
  ['two hours and seven minutes ahead', at + 2n * hour + 420_000n, undefined],
  ['a year ahead', at + 365n * 24n * hour, undefined],
  ['negative', -at, undefined],
  ['of 40 digits', 10n ** 39n, undefined],
] as const) {
  test(`a time that is ${what} is ${diagnosis === undefined ? 'not explained' : 'recognised'}`, () => {
    assert.equal(diagnoseServerTime(time, now), diagnosis);
  });
}

test('a time in milliseconds is in no other unit, however far off', () => {
  assert.equal(otherUnit(at, now), undefined);
  assert.equal(otherUnit(at + 1_000_000_000n, now), undefined);
  assert.equal(otherUnit(at / 1000n, now), 'seconds');
});
