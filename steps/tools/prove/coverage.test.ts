import assert from 'node:assert/strict';
import { test } from 'node:test';
import { implementation, report, requirement, situation, trial } from '../../testing/proof-trials.ts';
import { gaps, proveSituations } from './coverage.ts';

const a = requirement('server-a');
const b = requirement('server-b', 'should');

test('a requirement that no faulty implementation breaks is a gap, and one that only an unusual one names as well', () => {
  const unusual = implementation({ kind: 'unusual', warns: ['server-b'] });
  const found = gaps([a, b], [implementation({ fails: ['server-a'] }), unusual], []);
  assert.deepEqual(found, ['server-b: no implementation in fixtures/faulty/server/ breaks it']);
});

test('a situation of a MUST that no implementation fails is a gap; one of a SHOULD is not', () => {
  const both = implementation({ fails: ['server-a'], warns: ['server-b'] });
  const situations = proveSituations([a, b], [trial({}, report({ 'server-a': 'passed', 'server-b': 'passed' }))]);
  assert.deepEqual(gaps([a, b], [both], situations), [
    'server-a: no implementation fails "server-a 1" (features/server/server-a.feature:1)',
    'server-a: no implementation fails "server-a 2" (features/server/server-a.feature:2)',
  ]);
});

test('a situation that is only untested because of another failure is not failed', () => {
  const situations = proveSituations([a], [trial({}, report({ 'server-a': 'untested' }))]);
  assert.deepEqual(situations[0]?.failedBy, []);
});

test('a situation is proven by every implementation that fails it', () => {
  const failed = report({ 'server-a': 'failed' });
  const [first] = proveSituations(
    [a],
    [trial({ name: 'one' }, failed), trial({ name: 'two' }, failed), trial({ name: 'three' }, undefined)],
  );
  assert.deepEqual(first?.failedBy, ['one', 'two']);
});

test('a situation is not failed by what came to light in it and belongs to another requirement', () => {
  const plain = report({ 'server-a': 'passed', 'server-b': 'warning' });
  const [own, other] = plain.requirements;
  if (own === undefined || other === undefined) assert.fail('the report has both requirements');
  const late = situation(own.situations[0]?.place ?? '', 'failed');
  const requirements = [own, { ...other, situations: [...other.situations, late] }];
  const situations = proveSituations([a, b], [trial({}, { ...plain, requirements })]);
  assert.deepEqual(
    situations.map(({ failedBy }) => failedBy.length),
    [0, 0, 1, 1],
  );
});

test('a situation that passes and exchanges no packet judges the suite, and is exempt', () => {
  const plain = report({ 'server-a': 'passed' });
  const requirements = plain.requirements.map((result) => ({
    ...result,
    situations: result.situations.map(({ place }) => situation(place, 'passed', [])),
  }));
  const situations = proveSituations([a], [trial({}, { ...plain, requirements })]);
  assert.match(situations[0]?.exempt ?? '', /exchanges no packet/);
  assert.deepEqual(gaps([a], [implementation({ fails: ['server-a'] })], situations), []);
});

test('a situation that is inapplicable everywhere is exempt only where it needs a capability', () => {
  const inapplicable = trial({}, report({ 'server-a': 'inapplicable' }));
  const needing = { ...a, situations: a.situations.map((one) => ({ ...one, capabilities: ['clock'] })) };
  assert.match(proveSituations([needing], [inapplicable])[0]?.exempt ?? '', /capability clock/);
  assert.equal(proveSituations([a], [inapplicable])[0]?.exempt, undefined);
});
