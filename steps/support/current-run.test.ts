import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerLanes } from '../harness/device/server-lanes.ts';
import { FakeWorld } from '../testing/fake-world.ts';
import { currentRun, serverLanes } from './current-run.ts';

test('the lanes are there for the steps once they are set, and the error says what to do when they are not', () => {
  assert.throws(serverLanes, /no implementation under test was started: run/);
  const lanes = new ServerLanes(new FakeWorld('server-answers-request').serverRun);
  currentRun.serverLanes = lanes;
  assert.equal(serverLanes(), lanes);
  currentRun.serverLanes = undefined;
  assert.throws(serverLanes);
});
