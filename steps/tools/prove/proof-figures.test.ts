import assert from 'node:assert/strict';
import { test } from 'node:test';
import { report, requirement, trial } from '../../testing/proof-trials.ts';
import { conclude } from './proof.ts';
import { betweenMarks, readmeText } from './proof-figures.ts';

test('what stands between the marks is replaced, and nothing else', () => {
  const text = 'before\n<!-- prove:begin -->\nold\n<!-- prove:end -->\nafter\n';
  assert.equal(betweenMarks(text, 'new'), 'before\n<!-- prove:begin -->\n\nnew\n\n<!-- prove:end -->\nafter\n');
  assert.equal(betweenMarks(betweenMarks(text, 'old'), 'new'), betweenMarks(text, 'new'));
});

test('a README without the marks, or with several, is an error', () => {
  for (const text of ['', '<!-- prove:end --><!-- prove:begin -->', '<!-- prove:begin --><!-- prove:begin --><!-- prove:end -->'])
    assert.throws(() => betweenMarks(text, 'new'), /README\.md must have the lines/);
});

test('the figures are those of the proof', () => {
  const requirements = [requirement('server-a'), requirement('server-b')];
  const statuses = { 'server-a': 'failed', 'server-b': 'passed' } as const;
  const trials = [
    trial({ fails: ['server-a'] }, report(statuses)),
    trial({ fails: ['server-b'] }, report(statuses)),
    trial({ kind: 'unusual' }, report({ 'server-a': 'passed' })),
  ];
  const proof = conclude(requirements, trials, { whole: true, durationMs: 1 });
  assert.equal(proof.proven, false);
  const text = readmeText(proof);
  for (const figure of ['| 1 of 2 |', '| 1 of 1 |', '| 2 of 4 |']) assert.ok(text.includes(figure), `${figure} in\n${text}`);
});
