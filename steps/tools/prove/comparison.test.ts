import assert from 'node:assert/strict';
import { test } from 'node:test';
import { report, trial } from '../../testing/proof-trials.ts';
import { compare } from './comparison.ts';

const kinds = (of: Parameters<typeof compare>[0]): string[] =>
  compare(of).map(({ kind, requirement = '' }) => `${kind} ${requirement}`.trim());

test('what fails and warns exactly as it must is no mistake', () => {
  const exact = report({ 'server-a': 'failed', 'server-b': 'warning', 'server-c': 'untested', 'server-d': 'passed' });
  assert.deepEqual(compare(trial({ fails: ['server-a'], warns: ['server-b'] }, exact)), []);
});

test('a failure that must be there and is not is a missing one, whatever stands in its place', () => {
  for (const status of ['passed', 'warning', 'untested', 'inapplicable'] as const) {
    const mistakes = kinds(
      trial({ fails: ['server-a'], warns: status === 'warning' ? ['server-a'] : [] }, report({ 'server-a': status })),
    );
    assert.deepEqual(mistakes, ['missing failure server-a'], status);
  }
  assert.deepEqual(kinds(trial({ warns: ['server-b'] }, report({ 'server-b': 'passed' }))), ['missing failure server-b']);
});

test('a failure or a warning that must not be there is an additional one', () => {
  const mistakes = kinds(
    trial({ fails: ['server-a'] }, report({ 'server-a': 'failed', 'server-b': 'failed', 'server-c': 'warning' })),
  );
  assert.deepEqual(mistakes, ['additional failure server-b', 'additional failure server-c']);
});

test('a correct implementation that fails is an additional failure', () => {
  const mistakes = kinds(trial({ kind: 'unusual' }, report({ 'server-a': 'failed' })));
  assert.deepEqual(mistakes, ['additional failure server-a']);
});

test('an inconclusive scenario is a mistake of its own, also beside a failure', () => {
  const mistakes = kinds(trial({ fails: ['server-a'] }, report({ 'server-a': 'failed', 'server-b': 'inconclusive' })));
  assert.deepEqual(mistakes, ['inconclusive server-b']);
});

test('a run with faults, or one that came to no verdict, is inconclusive', () => {
  assert.deepEqual(kinds(trial({}, report({ 'server-a': 'passed' }, { faults: ['a hook broke'] }))), ['inconclusive']);
  assert.deepEqual(kinds(trial({}, report({ 'server-a': 'untested' }, { exitCode: 4 }))), ['inconclusive']);
});

test('a run without a report is a crash, and nothing else', () => {
  assert.deepEqual(kinds(trial({ fails: ['server-a'] }, undefined, 'the suite died with code 1')), ['crash']);
});

test('what is passed without anything to judge it by is a mistake, where the implementation says what can be judged', () => {
  const seen = report({ 'server-a': 'failed', 'server-b': 'passed', 'server-c': 'untested' });
  assert.deepEqual(kinds(trial({ fails: ['server-a'] }, seen)), []);
  assert.deepEqual(kinds(trial({ fails: ['server-a'], passes: ['server-b'] }, seen)), []);
  assert.deepEqual(kinds(trial({ fails: ['server-a'], passes: [] }, seen)), ['additional pass server-b']);
  // what can be judged need not be: a client that never gets a time is not started again and again
  assert.deepEqual(kinds(trial({ fails: ['server-a'], passes: ['server-b', 'server-c'] }, seen)), []);
});
