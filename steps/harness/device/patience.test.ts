import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Patience } from './patience.ts';

test('the deadline is spent in full once for each kind of silence', () => {
  let slowest = 50;
  const patience = new Patience(() => slowest);
  assert.equal(patience.within('a String', 2000), 2000);
  patience.spend('a String');
  assert.equal(patience.within('a String', 2000), 150);
  assert.equal(patience.within('a Long', 2000), 2000);
  slowest = 2;
  assert.equal(patience.within('a String', 2000), 100);
  slowest = 900;
  assert.equal(patience.within('a String', 2000), 2000);
  slowest = 0;
  assert.equal(patience.within('a String', 2000), 2000, 'without an answer nothing is known of its speed');
});

test('an answer restores the deadline', () => {
  const patience = new Patience(() => 10);
  patience.spend('a String');
  patience.restore('a String');
  assert.equal(patience.within('a String', 2000), 2000);
});
