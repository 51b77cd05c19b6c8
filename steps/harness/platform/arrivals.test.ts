import assert from 'node:assert/strict';
import test from 'node:test';
import { Arrivals } from './arrivals.ts';

test('gives each item once, in order, to whoever asks first', async () => {
  const arrivals = new Arrivals<number>();
  arrivals.put(1);
  const first = arrivals.next();
  const second = arrivals.next();
  const third = arrivals.next();
  arrivals.put(2);
  arrivals.put(3);
  assert.deepEqual(await Promise.all([first, second, third]), [1, 2, 3]);
});

test('a wait that was given up takes nothing away', async () => {
  const arrivals = new Arrivals<number>();
  const patience = new AbortController();
  const given = arrivals.next(patience.signal);
  patience.abort(new Error('no request came within 5 s'));
  arrivals.put(1);
  await assert.rejects(given, /no request came within 5 s/);
  assert.equal(await arrivals.next(), 1);
  await assert.rejects(arrivals.next(patience.signal), /no request came/);
});

test('what nobody takes is bounded', async () => {
  const arrivals = new Arrivals<number>();
  for (let item = 1; item <= 1000; item += 1) arrivals.put(item);
  assert.equal(await arrivals.next(), arrivals.dropped + 1);
  assert.ok(arrivals.dropped > 0);
});

test('whoever waits at the end is told so', async () => {
  const arrivals = new Arrivals<number>();
  const waiting = arrivals.next();
  arrivals.close(new Error('the platform was closed'));
  await assert.rejects(waiting, /was closed/);
  await assert.rejects(arrivals.next(), /was closed/);
});
