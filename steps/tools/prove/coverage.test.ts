import assert from 'node:assert/strict';
import { test } from 'node:test';
import { implementation, report, requirement, scenario, trial } from '../../testing/proof-trials.ts';
import { gaps, proveScenarios } from './coverage.ts';

const a = requirement('server-a');
const b = requirement('server-b', 'should');

test('a requirement that no faulty implementation breaks is a gap, and one that only an unusual one names as well', () => {
  const unusual = implementation({ kind: 'unusual', warns: ['server-b'] });
  const found = gaps([a, b], [implementation({ fails: ['server-a'] }), unusual], []);
  assert.deepEqual(found, ['server-b: no implementation in fixtures/faulty/server/ breaks it']);
});

test('a scenario of a MUST that no implementation fails is a gap; one of a SHOULD is not', () => {
  const both = implementation({ fails: ['server-a'], warns: ['server-b'] });
  const scenarios = proveScenarios([a, b], [trial({}, report({ 'server-a': 'passed', 'server-b': 'passed' }))]);
  assert.deepEqual(gaps([a, b], [both], scenarios), [
    'server-a: no implementation fails "server-a 1" (features/server/server-a.feature:1)',
    'server-a: no implementation fails "server-a 2" (features/server/server-a.feature:2)',
  ]);
});

test('a scenario that is only untested because of another failure is not failed', () => {
  const scenarios = proveScenarios([a], [trial({}, report({ 'server-a': 'untested' }))]);
  assert.deepEqual(scenarios[0]?.failedBy, []);
});

test('a scenario is proven by every implementation that fails it', () => {
  const failed = report({ 'server-a': 'failed' });
  const [first] = proveScenarios(
    [a],
    [trial({ name: 'one' }, failed), trial({ name: 'two' }, failed), trial({ name: 'three' }, undefined)],
  );
  assert.deepEqual(first?.failedBy, ['one', 'two']);
});

test('a scenario is not failed by what came to light in it and belongs to another requirement', () => {
  const plain = report({ 'server-a': 'passed', 'server-b': 'warning' });
  const [own, other] = plain.requirements;
  if (own === undefined || other === undefined) assert.fail('the report has both requirements');
  const late = scenario(own.scenarios[0]?.place ?? '', 'failed');
  const requirements = [own, { ...other, scenarios: [...other.scenarios, late] }];
  const scenarios = proveScenarios([a, b], [trial({}, { ...plain, requirements })]);
  assert.deepEqual(
    scenarios.map(({ failedBy }) => failedBy.length),
    [0, 0, 1, 1],
  );
});

test('a scenario that passes and exchanges no packet judges the suite, and is exempt', () => {
  const plain = report({ 'server-a': 'passed' });
  const requirements = plain.requirements.map((result) => ({
    ...result,
    scenarios: result.scenarios.map(({ place }) => scenario(place, 'passed', [])),
  }));
  const scenarios = proveScenarios([a], [trial({}, { ...plain, requirements })]);
  assert.match(scenarios[0]?.exempt ?? '', /exchanges no packet/);
  assert.deepEqual(gaps([a], [implementation({ fails: ['server-a'] })], scenarios), []);
});

test('a scenario that is inapplicable everywhere is exempt only where it needs a capability', () => {
  const inapplicable = trial({}, report({ 'server-a': 'inapplicable' }));
  const needing = { ...a, scenarios: a.scenarios.map((one) => ({ ...one, capabilities: ['clock'] })) };
  assert.match(proveScenarios([needing], [inapplicable])[0]?.exempt ?? '', /capability clock/);
  assert.equal(proveScenarios([a], [inapplicable])[0]?.exempt, undefined);
});
