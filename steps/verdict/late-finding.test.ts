import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lastHook, place, requirement, scenario, transcriptOf } from '../testing/cucumber-messages.ts';
import { a, assertIncomplete, b, failed, inapplicable, on, passed, statuses, wish } from '../testing/judged-scenarios.ts';
import type { LateFinding } from './evidence.ts';
import { judge } from './judge.ts';

describe('a late finding', () => {
  const lateFinding = (id: string, at: string, more: Partial<LateFinding> = {}): LateFinding => {
    return {
      kind: 'lateFinding',
      requirement: id,
      scenario: at,
      expected: 'one answer',
      received: 'a second one',
      trace: ['late'],
      ...more,
    };
  };
  const ranBoth = [passed('server-a'), passed('server-b')];

  test('fails the scenario that it names', () => {
    const judgement = judge([a, b], transcriptOf(...ranBoth, lastHook([lateFinding('server-a', place('server-a'))])), {
      strict: false,
    });
    assert.deepEqual(statuses(judgement), { 'server-a': 'failed', 'server-b': 'passed' });
    assert.deepEqual(
      judgement.requirements[0]?.scenarios.map(({ status, failure }) => [status, failure?.received]),
      [['failed', 'a second one']],
    );
    assert.equal(judgement.exitCode, 1);
  });

  test('without packets fails no implementation', () => {
    const empty = { ...lateFinding('server-a', place('server-a')), trace: [] };
    const judgement = judge([a, b], transcriptOf(...ranBoth, lastHook([empty])), { strict: false });
    assert.deepEqual(statuses(judgement), { 'server-a': 'inconclusive', 'server-b': 'passed' });
    assert.equal(judgement.exitCode, 4);
  });

  test('adds a scenario when the one that it names belongs to another requirement', () => {
    const judgement = judge([a, b], transcriptOf(...ranBoth, lastHook([lateFinding('server-a', place('server-b'))])), {
      strict: false,
    });
    assert.deepEqual(
      judgement.requirements[0]?.scenarios.map(({ title, status }) => [title, status]),
      [
        ['Scenario 10', 'passed'],
        ['late: Scenario 10', 'failed'],
      ],
    );
    const late = judgement.requirements[0]?.scenarios[1];
    assert.deepEqual([late?.place, late?.foundDuring, late?.durationMs], [place('server-b'), 'server-b', 0]);
    assert.deepEqual(statuses(judgement), { 'server-a': 'failed', 'server-b': 'passed' });
  });

  test('counts wherever it was attached, also inside a scenario', () => {
    const attached = scenario(place('server-b'), { evidence: [lateFinding('server-a', place('server-a'))] });
    assert.deepEqual(statuses(judge([a, b], transcriptOf(passed('server-a'), attached), { strict: false })), {
      'server-a': 'failed',
      'server-b': 'passed',
    });
  });

  test('is a warning for a SHOULD', () => {
    const transcript = transcriptOf(
      passed('server-a'),
      passed('server-wish'),
      lastHook([lateFinding('server-wish', place('server-wish'))]),
    );
    assert.deepEqual(statuses(judge([a, wish], transcript, { strict: false })), {
      'server-a': 'passed',
      'server-wish': 'warning',
    });
  });

  test('is added to a failure of the same scenario, and counts once if it occurs twice', () => {
    const lateFindings = [lateFinding('server-a', place('server-a')), lateFinding('server-a', place('server-a'))];
    const judgement = judge([a], transcriptOf(failed('server-a'), lastHook(lateFindings)), { strict: false });
    assert.equal(judgement.requirements[0]?.scenarios[0]?.failure?.received, 'PUBLISH at QoS 1');
    assert.deepEqual(judgement.requirements[0]?.scenarios[0]?.information, ['late: expected one answer, received a second one']);
  });

  test('turns a scenario that was inconclusive into a failure, without the old reason', () => {
    const broke = scenario(place('server-a'), { outcomes: ['FAILED'] });
    const judgement = judge([a], transcriptOf(broke, lastHook([lateFinding('server-a', place('server-a'))])), { strict: false });
    assert.equal(judgement.requirements[0]?.status, 'failed');
    assert.equal(judgement.requirements[0]?.scenarios[0]?.reason, undefined);
  });

  test('is excused by what its requirement depends on if it shows a mistake, and not otherwise', () => {
    const judged = (more: Partial<LateFinding>, own = passed('server-a')) => {
      const late = lastHook([lateFinding('server-a', place('server-a'), more)]);
      return statuses(judge([on(a, 'server-b'), b], transcriptOf(own, failed('server-b'), late), { strict: false }));
    };
    assert.deepEqual(judged({}), { 'server-a': 'failed', 'server-b': 'failed' });
    assert.deepEqual(judged({}, failed('server-a')), { 'server-a': 'failed', 'server-b': 'failed' });
    assert.deepEqual(judged({ mistake: 'the stamp is old' }), { 'server-a': 'untested', 'server-b': 'failed' });
  });

  test('counts where one scenario ran and another one is inapplicable', () => {
    const two = requirement('server-a', [10, 20]);
    const ran = [passed('server-a'), scenario(place('server-a', 20), inapplicable('x'))];
    const judgement = judge([two], transcriptOf(...ran, lastHook([lateFinding('server-a', place('server-a'))])), {
      strict: false,
    });
    assert.deepEqual(statuses(judgement), { 'server-a': 'failed' });
  });

  test('keeps its diagnosis, where it has one', () => {
    const failureOf = (more: Partial<LateFinding>) => {
      const hook = lastHook([lateFinding('server-a', place('server-a'), more)]);
      return judge([a], transcriptOf(passed('server-a'), hook), { strict: false }).requirements[0]?.scenarios[0]?.failure;
    };
    assert.equal(failureOf({ likely: 'twice' })?.likely, 'twice');
    assert.equal(Object.hasOwn(failureOf({}) ?? {}, 'likely'), false);
  });

  test('does not count against a requirement that was not selected or is inapplicable', () => {
    const hook = lastHook([lateFinding('server-a', place('server-b'))]);
    const selected = new Set([place('server-b')]);
    const unselected = judge([a, b], transcriptOf(passed('server-b'), hook), { strict: false, selected });
    assert.deepEqual(statuses(unselected), { 'server-a': 'untested', 'server-b': 'passed' });
    const transcript = transcriptOf(scenario(place('server-a'), inapplicable('x')), passed('server-b'), hook);
    assert.deepEqual(statuses(judge([a, b], transcript, { strict: false })), {
      'server-a': 'inapplicable',
      'server-b': 'passed',
    });
  });

  test('against a requirement that is not in the list leaves the run incomplete', () => {
    const transcript = transcriptOf(passed('server-a'), lastHook([lateFinding('server-x', place('server-a'))]));
    assertIncomplete(judge([a], transcript, { strict: false }), /there is a finding for server-x, which is not a requirement/);
  });
});
