import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean } from './nearest-name.ts';

const ids = [
  'server-response-qos0',
  'server-serves-qos0-only',
  'server-long-stays-long',
  'server-long-is-integer',
  'client-signs',
];

test('a misspelt name has one near name, a name that was cut has those with all its words', () => {
  assert.equal(didYouMean('client-sings', ids), ' (did you mean "client-signs"?)');
  assert.equal(didYouMean('server-qos', ids), ' (did you mean "server-response-qos0" or "server-serves-qos0-only"?)');
  assert.equal(didYouMean('server-longs', ids), ' (did you mean "server-long-stays-long" or "server-long-is-integer"?)');
  for (const far of ['x', 'server', 'server-', 'server-zzz']) assert.equal(didYouMean(far, ids), '', far);
});
