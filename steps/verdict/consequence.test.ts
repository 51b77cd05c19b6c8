import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { finding, place, requirement, scenario, transcriptOf } from '../testing/cucumber-messages.ts';
import { a, b, c, failed, inapplicable, passed, statuses, wish } from '../testing/judged-scenarios.ts';
import { judge } from './judge.ts';

describe('a finding that needs another requirement', () => {
  test('is its consequence when that one fails by itself', () => {
    const judgement = judge([a, b], transcriptOf(failed('server-a', 'server-b'), failed('server-b')), { strict: false });
    assert.deepEqual(statuses(judgement), { 'server-a': 'untested', 'server-b': 'failed' });
    assert.equal(judgement.requirements[0]?.reason, 'cannot be judged while server-b fails');
    assert.equal(judgement.requirements[0]?.scenarios[0]?.failure, undefined);
    assert.equal(judgement.exitCode, 1);
  });

  test('stands when that one passed, was not tested, or is not there', () => {
    assert.equal(
      judge([a, b], transcriptOf(failed('server-a', 'server-b'), passed('server-b')), { strict: false }).counts.failed,
      1,
    );
    assert.equal(judge([a, b], transcriptOf(failed('server-a', 'server-b')), { strict: false }).counts.failed, 1);
    assert.equal(judge([a], transcriptOf(failed('server-a', 'server-x')), { strict: false }).counts.failed, 1);
    assert.equal(judge([a], transcriptOf(failed('server-a', 'server-a')), { strict: false }).counts.failed, 1);
  });

  test('that is itself is no other: it fails by itself, and explains what needs it', () => {
    const judgement = judge([a, b], transcriptOf(failed('server-a', 'server-a'), failed('server-b', 'server-a')), {
      strict: false,
    });
    assert.deepEqual(statuses(judgement), { 'server-a': 'failed', 'server-b': 'untested' });
  });

  test('stands in a circle: two that only need each other both stay failed', () => {
    const judgement = judge([a, b], transcriptOf(failed('server-a', 'server-b'), failed('server-b', 'server-a')), {
      strict: false,
    });
    assert.deepEqual(statuses(judgement), { 'server-a': 'failed', 'server-b': 'failed' });
  });

  test('is a consequence along a chain, in whatever order the requirements stand', () => {
    const messages = [failed('server-a', 'server-b'), failed('server-b', 'server-c'), failed('server-c')];
    for (const requirements of [
      [a, b, c],
      [c, b, a],
      [b, c, a],
    ]) {
      const judgement = judge(requirements, transcriptOf(...messages), { strict: false });
      assert.deepEqual(
        { ...judgement.counts },
        { passed: 0, failed: 1, warning: 0, inapplicable: 0, untested: 2, inconclusive: 0 },
      );
      assert.equal(judgement.requirements.find(({ id }) => id === 'server-a')?.reason, 'cannot be judged while server-c fails');
    }
  });

  test('that fails in one of its scenarios only is the cause of a chain all the same', () => {
    const two = requirement('server-two', [10, 20]);
    const messages = [
      scenario(place('server-two', 10), { outcomes: ['FAILED'], evidence: [finding('server-two')] }),
      scenario(place('server-two', 20)),
      failed('server-a', 'server-two'),
      failed('server-b', 'server-a'),
    ];
    const { requirements } = judge([two, a, b], transcriptOf(...messages), { strict: false });
    assert.deepEqual(
      requirements.map(({ reason }) => reason),
      [undefined, 'cannot be judged while server-two fails', 'cannot be judged while server-two fails'],
    );
  });

  test('is a consequence when any of several that it needs fails by itself', () => {
    const judgement = judge(
      [a, b, c],
      transcriptOf(failed('server-a', 'server-b', 'server-c'), passed('server-b'), failed('server-c')),
      {
        strict: false,
      },
    );
    assert.deepEqual(statuses(judgement), { 'server-a': 'untested', 'server-b': 'passed', 'server-c': 'failed' });
  });

  test('never excuses the failure that explains it, also when the two need each other', () => {
    const two = requirement('server-two', [10, 20]);
    const transcript = transcriptOf(
      scenario(place('server-two', 10), { outcomes: ['FAILED'], evidence: [finding('server-two')] }),
      scenario(place('server-two', 20), { outcomes: ['FAILED'], evidence: [finding('server-two', { needs: ['server-b'] })] }),
      failed('server-b', 'server-two'),
    );
    const judgement = judge([two, b], transcript, { strict: false });
    assert.deepEqual(statuses(judgement), { 'server-two': 'failed', 'server-b': 'untested' });
    assert.deepEqual(
      judgement.requirements[0]?.scenarios.map(({ status }) => status),
      ['failed', 'failed'],
    );
    assert.equal(judgement.exitCode, 1);
  });

  test('is not excused by a warning, which decides nothing', () => {
    const judgement = judge([a, wish], transcriptOf(failed('server-a', 'server-wish'), failed('server-wish')), { strict: false });
    assert.deepEqual(statuses(judgement), { 'server-a': 'failed', 'server-wish': 'warning' });
  });

  test('leaves its requirement failed when another of its scenarios fails by itself', () => {
    const two = requirement('server-two', [10, 20]);
    const transcript = transcriptOf(
      scenario(place('server-two', 10), { outcomes: ['FAILED'], evidence: [finding('server-two', { needs: ['server-b'] })] }),
      scenario(place('server-two', 20), { outcomes: ['FAILED'], evidence: [finding('server-two')] }),
      failed('server-b'),
    );
    const judgement = judge([two, b], transcript, { strict: false });
    assert.deepEqual(statuses(judgement), { 'server-two': 'failed', 'server-b': 'failed' });
    assert.deepEqual(
      judgement.requirements[0]?.scenarios.map(({ status }) => status),
      ['untested', 'failed'],
    );
  });
});

describe('a requirement of several scenarios', () => {
  const two = requirement('server-a', [10, 20]);
  const fails = scenario(place('server-a'), { outcomes: ['FAILED'], evidence: [finding('server-a')] });

  test('that fails in one of them explains what needs it', () => {
    const transcript = transcriptOf(fails, scenario(place('server-a', 20)), failed('server-b', 'server-a'));
    assert.deepEqual(statuses(judge([two, b], transcript, { strict: false })), { 'server-a': 'failed', 'server-b': 'untested' });
  });

  test('conforms where one was tried and the other one does not apply', () => {
    const transcript = transcriptOf(passed('server-a'), scenario(place('server-a', 20), inapplicable('x')));
    assert.equal(judge([two], transcript, { strict: false }).verdict, 'conforms');
  });
});
