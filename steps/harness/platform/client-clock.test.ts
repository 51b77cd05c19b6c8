import assert from 'node:assert/strict';
import { uptime } from 'node:os';
import { describe, test } from 'node:test';
import {
  ageOf,
  countsFromStart,
  followed,
  growsBy,
  growthsOf,
  isBlurred,
  isFresh,
  isHasty,
  type SeenStamp,
  slowUnitOf,
  unitOf,
} from './client-clock.ts';

const now = Date.now();
const rates = [0.5, 2] as const;

/** A stamp that was seen so many ms after the first one. */
const seen = (time: number | bigint, afterMs: number, more: Partial<SeenStamp> = {}): SeenStamp => ({
  time: BigInt(time),
  wallMs: now + afterMs,
  atUs: 5_000_000 + afterMs * 1000,
  start: 0,
  ageMs: 120,
  connectedMs: 20,
  withheldMs: 0,
  ...more,
});

/** A quick start, and one 3 s later in which the platform takes 1 s to accept the connection. */
const starts = (first: number | bigint, second: number | bigint): [SeenStamp, SeenStamp] => [
  seen(first, 0),
  seen(second, 3000, { start: 1, ageMs: 1120, connectedMs: 1020, withheldMs: 1000 }),
];

const inMs = (from: SeenStamp, to: SeenStamp): boolean => growthsOf(from, to).some((growth) => growsBy(growth, rates));
const fresh = (from: SeenStamp, to: SeenStamp): boolean => isFresh(growthsOf(from, to), 500);

describe('two starts', () => {
  for (const [name, epoch] of [
    ['1970', 0],
    ['2000', Date.UTC(2000, 0)],
    ['30 years ahead', now + 30 * 31_557_600_000],
  ] as const) {
    test(`show milliseconds and a fresh stamp on a clock from ${name} that begins anew`, () => {
      const pair = starts(epoch + 100, epoch + 1110);
      assert.ok(inMs(...pair) && fresh(...pair));
    });

    test(`show milliseconds and a fresh stamp on a clock from ${name} that runs on`, () => {
      const pair = starts(epoch + 100, epoch + 3100);
      assert.ok(inMs(...pair) && fresh(...pair));
    });

    test(`show a stamp on a clock from ${name} that is from before the connection`, () => {
      assert.ok(!fresh(...starts(epoch + 100, epoch + 120)));
      assert.ok(!fresh(...starts(epoch + 100, epoch + 1700)));
    });
  }

  test('show a stamp of the wall clock that is from before the connection, whenever the second start was', () => {
    assert.ok(fresh(...starts(now, now + 3000)));
    for (const passed of [2000, 2400, 1000]) assert.ok(!fresh(...starts(now - 1, now + passed - 1)));
  });

  test('show seconds, microseconds and nanoseconds on both kinds of clocks', () => {
    for (const [name, first, begun, ranOn] of [
      ['seconds', 40, 41, 43],
      ['microseconds', 100_000, 1_110_000, 3_100_000],
      ['nanoseconds', 10 ** 8, 1.11 * 10 ** 9, 3.1 * 10 ** 9],
    ] as const) {
      for (const second of [begun, ranOn]) {
        const pair = starts(first, second);
        assert.ok(!inMs(...pair) && fresh(...pair), name);
        assert.equal(unitOf(growthsOf(...pair)), name);
      }
    }
  });

  test('show a constant', () => assert.ok(!fresh(...starts(1234, 1234))));
});

describe('two requests of one start', () => {
  test('show milliseconds by half to twice the rate, and how old a stamp is', () => {
    assert.deepEqual(
      [490, 500, 2000, 2010].map((grown) => inMs(seen(7, 0), seen(7 + grown, 1000))),
      [false, true, true, false],
    );
    assert.deepEqual(
      [0, 499, 500].map((grown) => fresh(seen(7, 0), seen(7 + grown, 1000))),
      [false, false, true],
    );
  });

  test('show a clock that was set to the calculated time, also where that is in whole seconds', () => {
    const timeMs = 1_800_000_000_000n;
    const calculated = { timeMs, atUs: 5_010_000, coarse: false };
    const [from, to] = [seen(946_684_800_000, 0), seen(timeMs + 990n, 1000, { calculated })];
    assert.ok(inMs(from, to) && fresh(from, to));
    assert.ok(!inMs(from, { ...to, time: timeMs + 3_600_990n }));
    const coarse = { ...to, calculated: { ...calculated, coarse: true }, time: timeMs + 1980n };
    assert.ok(inMs(from, coarse));
  });

  test('show another unit after the first request, which is no question of age', () => {
    const pair = [seen(now, 0), seen(Math.floor(now / 1000) + 1, 1000)] as const;
    assert.ok(!inMs(...pair) && fresh(...pair));
    assert.equal(followed([pair[1]])?.name, 'seconds');
  });

  test('show a stamp that is used again, also after the clock was to be set', () => {
    const calculated = { timeMs: BigInt(now + 3_600_000), atUs: 5_010_000, coarse: false };
    assert.ok(!fresh(seen(now, 0), seen(now, 1000, { calculated })));
  });
});

describe('what stamps follow', () => {
  for (const [name, perMs] of [
    ['milliseconds', 1],
    ['seconds', 0.001],
    ['microseconds', 1e3],
    ['nanoseconds', 1e6],
  ] as const) {
    test(`is the wall clock or the uptime, in ${name}`, () => {
      assert.deepEqual(followed([seen(Math.round(now * perMs), 0)]), { name, clock: 'the wall clock' });
      const up = uptime() * 1000 - (Date.now() - now);
      assert.deepEqual(followed([seen(Math.round(up * perMs), 0)])?.name, name);
    });
  }

  test('is a wall clock that is wrong by hours, and not one that is wrong by days', () => {
    assert.equal(followed([seen(now - 36_000_000, 0)])?.clock, 'the wall clock');
    assert.equal(followed([seen(now - 130_000_000, 0)]), undefined);
    assert.equal(followed([seen(now, 0), seen(4_000_000_000_000, 1)]), undefined);
  });
});

test('a start in which the client had to wait is compared with one that was quicker by half of the wait', () => {
  const [quick, slow] = starts(0, 1000);
  assert.ok(!isBlurred(quick, slow) && !isHasty(slow));
  assert.ok(!isBlurred({ ...quick, connectedMs: 520 }, slow));
  assert.ok(isBlurred({ ...quick, connectedMs: 521 }, slow));
  const hasty = { ...slow, connectedMs: 999 };
  assert.ok(isHasty(hasty) && !isBlurred({ ...quick, connectedMs: 990 }, hasty));
});

test('the age of a stamp is known where it follows the clock of this machine', () => {
  assert.equal(ageOf(seen(now - 300, 0)), 300);
  assert.equal(ageOf(seen(now - 5001, 0)), undefined);
  assert.equal(ageOf(seen(300, 0)), undefined);
});

test("a clock that counts from the program's start is never ahead of its age, nor below 0", () => {
  assert.ok(countsFromStart([seen(121, 0), seen(0, 0)]));
  assert.ok(!countsFromStart([seen(122, 0)]));
  assert.ok(!countsFromStart([seen(-1, 0)]));
});

describe('stamps that fall behind', () => {
  const one = (...stamps: readonly (readonly [time: number, afterMs: number])[]) =>
    stamps.map(([time, afterMs]) => seen(time, afterMs));

  test('evenly are in another unit', () => {
    assert.equal(slowUnitOf(one([5, 0], [55, 500], [105, 1000])), 'clock ticks');
    assert.equal(slowUnitOf(one([0, 0], [0, 600], [1, 1200])), 'seconds');
    assert.equal(slowUnitOf(starts(5, 105)), 'clock ticks');
  });

  test('at once, or not at all, are old', () => {
    for (const stamps of [
      one([7, 0], [7, 500], [7, 1000]),
      one([7, 0], [7, 600], [607, 1200]),
      one([7, 0], [27, 1000]),
      one([7, 0]),
      starts(100, 120),
    ])
      assert.equal(slowUnitOf(stamps), undefined);
  });
});

test('a stamp that is not read again is old, also where another unit would make little of it', () => {
  const calculated = { timeMs: BigInt(now) + 3_600_000n, atUs: 5_515_000, coarse: false };
  assert.ok(!fresh(seen(now, 0), seen(now, 1000, { calculated })));
});
