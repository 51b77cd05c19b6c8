import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digits, duration, niceStep, whole } from './numbers.ts';

test('durations have a suitable unit and three digits', () => {
  const told = [0, 0.534, 12.34, 25, 999.4, 1250, 60_000, 300_000, 7_200_000, -3_600_000 * 3, 20_780 * 86_400_000].map(duration);
  assert.deepEqual(told, [
    '0 ms',
    '0.53 ms',
    '12.3 ms',
    '25 ms',
    '999 ms',
    '1.25 s',
    '60 s',
    '5 min',
    '2 h',
    '−3 h',
    '20,780 days',
  ]);
});

test('numbers are grouped, and have a true minus', () => {
  assert.deepEqual([digits(1234567), digits(-0.001), digits(-1.5), digits(100.04)], ['1,234,567', '0', '−1.5', '100']);
});

test('ticks are 1, 2 or 5 times a power of ten apart', () => {
  assert.deepEqual([niceStep(25, 3), niceStep(0.7, 5), niceStep(40, 5), niceStep(6, 3)], [10, 0.2, 10, 2]);
});

test('whole numbers are distinguished from other text', () => {
  assert.deepEqual(
    [whole('12'), whole('-3'), whole(''), whole('1.5'), whole('(secret)'), whole(undefined)],
    [12n, -3n, undefined, undefined, undefined, undefined],
  );
});
