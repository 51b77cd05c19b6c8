import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBusy } from './busy-machine.ts';

test('a machine is busy where more programs want to run than it has processors', () => {
  assert.deepEqual(
    [[2, 9, 9], [2.1, 0, 0], []].map((load) => isBusy(load, 2)),
    [false, true, false],
  );
});
