import assert from 'node:assert/strict';
import { uptime } from 'node:os';
import { describe, test } from 'node:test';
import { countsFromStart, type SeenStamp, stampUnit } from './client-clock.ts';

const now = Date.now();

/** Two stamps, seen 120 ms and 430 ms after the start of their programs, 700 ms apart. */
const seen = (first: number | bigint, second: number | bigint, more: Partial<SeenStamp> = {}): [SeenStamp, SeenStamp] => [
  { time: BigInt(first), wallMs: now, atUs: 5_000_000, ageMs: 120, ...more },
  { time: BigInt(second), wallMs: now + 700, atUs: 5_700_000, ageMs: 430, ...more },
];

const whole = Math.round;

describe('the unit of a stamp', () => {
  for (const [name, perMs] of [
    ['milliseconds', 1],
    ['seconds', 0.001],
    ['microseconds', 1e3],
    ['nanoseconds', 1e6],
  ] as const) {
    test(`is ${name} by the wall clock`, () => {
      const unit = stampUnit(seen(whole(now * perMs), whole((now + 700) * perMs)));
      assert.deepEqual(unit, { name, follows: `follows the wall clock, in ${name}`, clock: 'wall' });
    });

    test(`is ${name} by the controlled clock`, () => {
      const time = whole(1_571_724_098_000 * perMs);
      assert.equal(stampUnit(seen(time, time, { clockMs: 1_571_724_098_000 })).name, name);
    });

    test(`is ${name} by the machine's uptime`, () => {
      const up = uptime() * 1000;
      const unit = stampUnit(seen(whole(up * perMs), whole((up + 700) * perMs)));
      assert.deepEqual([unit.name, unit.clock], [name, 'uptime']);
    });

    test(`is ${name} by how far two stamps of another epoch are apart`, () => {
      const [first, second] = seen(10 ** 14, 10 ** 14 + 2000 * perMs);
      const unit = stampUnit([first, { ...second, atUs: first.atUs + 2_000_000 }]);
      assert.deepEqual([unit.name, unit.clock], [name, 'none']);
    });
  }

  test('is milliseconds by a wall clock that is wrong by hours', () => {
    assert.equal(stampUnit(seen(now - 36_000_000, now - 36_000_000 + 700)).clock, 'wall');
    assert.equal(stampUnit(seen(now - 130_000_000, now - 130_000_000 + 700)).clock, 'none');
  });

  test("is milliseconds where no stamp exceeds the program's age", () => {
    assert.equal(stampUnit(seen(90, 60)).name, 'milliseconds');
    assert.match(stampUnit(seen(90, 60)).follows, /counts from the program's start/);
  });

  test("is microseconds where both stamps are an age of the program's in them", () => {
    assert.deepEqual([stampUnit(seen(90_000, 80_000)).name], ['microseconds']);
  });

  test('is that of the uptime when it was seen, not of now', () => {
    const [first, second] = seen(0, 0);
    const earlier = [first, second].map((stamp) => ({
      ...stamp,
      time: BigInt(whole(uptime() * 1000 - 60_000)),
      wallMs: now - 60_000,
    }));
    assert.equal(stampUnit(earlier).clock, 'uptime');
    assert.equal(stampUnit(earlier.map((stamp) => ({ ...stamp, time: stamp.time + 7000n }))).clock, 'none');
  });

  test('is what all stamps follow, not one of them', () => {
    assert.equal(stampUnit(seen(now, 4_000_000_000)).clock, 'none');
    assert.equal(stampUnit(seen(90_000, 9_000_000)).name, 'no known unit');
  });

  test('is told by the rate of two stamps that is half to twice what it would be', () => {
    // 700 ms apart
    const after = (ms: number) => stampUnit(seen(10 ** 14, 10 ** 14 + ms)).name;
    assert.deepEqual([1330, 1400, 420, 350].map(after), ['milliseconds', 'no known unit', 'milliseconds', 'no known unit']);
    assert.equal(stampUnit(seen(10 ** 14 + 700, 10 ** 14)).name, 'no known unit');
  });

  test("is microseconds of an age that is a twentieth of the program's at the least", () => {
    const aged = (...micro: [number, number]) => stampUnit(seen(...micro, { ageMs: 1000 })).name;
    assert.equal(aged(1_000_000, 52_000), 'microseconds');
    assert.equal(aged(999_000, 48_500), 'no known unit');
    assert.equal(aged(1_001_000, 52_000), 'no known unit');
  });

  test('is not known for a constant, or for nothing', () => {
    assert.equal(stampUnit(seen(4_000_000_000, 4_000_000_000).slice(0, 1)).name, 'no known unit');
    assert.equal(stampUnit(seen(1234, 1234)).name, 'no known unit');
    assert.equal(stampUnit([]).name, 'no known unit');
  });
});

test("a clock that counts from the program's start is never ahead of its age, nor below 0", () => {
  assert.ok(countsFromStart(seen(121, 0)));
  assert.ok(!countsFromStart(seen(122, 0)));
  assert.ok(!countsFromStart(seen(100, -1)));
});
