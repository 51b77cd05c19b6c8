import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Envelope } from '@cucumber/messages';
import type { Requirement } from '../requirements/requirement.ts';
import { finding, place, requirement, scenario, transcriptOf } from '../testing/cucumber-messages.ts';
import { a, b, c, failed, inapplicable, on, passed, statuses, wish } from '../testing/judged-scenarios.ts';
import { judge } from './judge.ts';

/** The same requirement, which is about these mistakes. */
const about = (one: Requirement, mistakes: string): Requirement => ({ ...one, mistakes });

describe('a failure of a requirement that depends on another', () => {
  const onB = on(a, 'server-b');

  test('is its consequence when that one fails by itself', () => {
    const judgement = judge([onB, b], transcriptOf(failed('server-a'), failed('server-b')), { strict: false });
    assert.deepEqual(statuses(judgement), { 'server-a': 'untested', 'server-b': 'failed' });
    assert.equal(judgement.requirements[0]?.reason, 'cannot be judged while server-b fails');
    assert.equal(judgement.requirements[0]?.scenarios[0]?.failure, undefined);
    assert.equal(judgement.exitCode, 1);
  });

  test('stands when that one passed, was not tested, or is not there', () => {
    assert.equal(judge([onB, b], transcriptOf(failed('server-a'), passed('server-b')), { strict: false }).counts.failed, 1);
    assert.equal(judge([onB, b], transcriptOf(failed('server-a')), { strict: false }).counts.failed, 1);
    assert.equal(judge([onB], transcriptOf(failed('server-a')), { strict: false }).counts.failed, 1);
  });

  test('is a consequence along a chain, for any order of the requirements', () => {
    const messages = [failed('server-a'), failed('server-b'), failed('server-c')];
    const onC = on(b, 'server-c');
    for (const requirements of [
      [onB, onC, c],
      [c, onC, onB],
      [onC, c, onB],
    ]) {
      const judgement = judge(requirements, transcriptOf(...messages), { strict: false });
      assert.deepEqual(
        { ...judgement.counts },
        { passed: 0, failed: 1, warning: 0, inapplicable: 0, untested: 2, inconclusive: 0 },
      );
      assert.equal(judgement.requirements.find(({ id }) => id === 'server-a')?.reason, 'cannot be judged while server-c fails');
    }
  });

  test('is a consequence of one that fails in one of its scenarios only', () => {
    const two = requirement('server-two', [10, 20]);
    const messages = [failed('server-two'), passed('server-two', 20), failed('server-a'), failed('server-b')];
    const { requirements } = judge([two, on(a, 'server-two'), on(b, 'server-a')], transcriptOf(...messages), { strict: false });
    assert.deepEqual(
      requirements.map(({ reason }) => reason),
      [undefined, 'cannot be judged while server-two fails', 'cannot be judged while server-two fails'],
    );
  });

  test('is a consequence when any of several fails by itself', () => {
    const judgement = judge(
      [on(a, 'server-b', 'server-c'), b, c],
      transcriptOf(failed('server-a'), passed('server-b'), failed('server-c')),
      { strict: false },
    );
    assert.deepEqual(statuses(judgement), { 'server-a': 'untested', 'server-b': 'passed', 'server-c': 'failed' });
  });

  test('is not the only consequence: a scenario that is too uncertain to judge is one as well, along a chain', () => {
    const uncertain = (id: string) =>
      scenario(place(id), { outcomes: ['FAILED'], message: 'too little is known', type: 'TooUncertain' });
    const chain = [c, on(b, 'server-c'), on(a, 'server-b')];
    const judged = (...course: readonly Envelope[][]) => judge(chain, transcriptOf(...course), { strict: false });
    const judgement = judged(failed('server-c'), uncertain('server-b'), uncertain('server-a'));
    assert.deepEqual(statuses(judgement), { 'server-c': 'failed', 'server-b': 'untested', 'server-a': 'untested' });
    assert.equal(judgement.requirements.at(-1)?.reason, 'cannot be judged while server-c fails');
    const alone = judged(passed('server-c'), uncertain('server-b'), uncertain('server-a'));
    assert.deepEqual(statuses(alone), { 'server-c': 'passed', 'server-b': 'inconclusive', 'server-a': 'inconclusive' });
    assert.equal(alone.requirements.at(-1)?.reason, 'too little is known');
  });

  test('hides no fault of the suite', () => {
    const broken = scenario(place('server-a'), { outcomes: ['FAILED'], message: 'x is undefined', type: 'TypeError' });
    const judgement = judge([on(a, 'server-b'), b], transcriptOf(broken, failed('server-b')), { strict: false });
    assert.equal(statuses(judgement)['server-a'], 'inconclusive');
  });

  test('is not excused by a warning, which decides nothing', () => {
    const judgement = judge([on(a, 'server-wish'), wish], transcriptOf(failed('server-a'), failed('server-wish')), {
      strict: false,
    });
    assert.deepEqual(statuses(judgement), { 'server-a': 'failed', 'server-wish': 'warning' });
  });

  test('stands if a message is wrong and the other failure is only silence', () => {
    const two = on(requirement('server-two', [10, 20]), 'server-b');
    const silent = failed('server-b', { cause: 'silence' });
    const transcript = transcriptOf(failed('server-two', { cause: 'silence' }), failed('server-two', {}, 20), silent);
    const judgement = judge([two, b], transcript, { strict: false });
    assert.deepEqual(statuses(judgement), { 'server-two': 'failed', 'server-b': 'failed' });
    assert.deepEqual(
      judgement.requirements[0]?.scenarios.map(({ status }) => status),
      ['untested', 'failed'],
    );
    const wrong = transcriptOf(failed('server-two', { cause: 'silence' }), failed('server-two', {}, 20), failed('server-b'));
    assert.deepEqual(statuses(judge([two, b], wrong, { strict: false })), { 'server-two': 'untested', 'server-b': 'failed' });
  });
});

describe('a failure by a mistake that is recognised', () => {
  const listing = about(b, 'seconds; a constant');

  test('is a consequence where the requirement that is about it fails', () => {
    const seconds = failed('server-a', { mistake: 'seconds' });
    const explained = judge([a, listing], transcriptOf(seconds, failed('server-b')), { strict: false });
    assert.deepEqual(statuses(explained), { 'server-a': 'untested', 'server-b': 'failed' });
    const alone = judge([a, listing], transcriptOf(seconds, passed('server-b')), { strict: false });
    assert.deepEqual(statuses(alone), { 'server-a': 'failed', 'server-b': 'passed' });
    const other = judge([a, listing], transcriptOf(failed('server-a', { mistake: 'second' }), failed('server-b')), {
      strict: false,
    });
    assert.deepEqual(statuses(other), { 'server-a': 'failed', 'server-b': 'failed' });
  });

  test('stands where the requirement is about it itself', () => {
    const own = about(a, 'seconds');
    const messages = [failed('server-a', { mistake: 'seconds' }), failed('server-b', { mistake: 'seconds' })];
    const both = judge([own, listing], transcriptOf(...messages), { strict: false });
    assert.deepEqual(statuses(both), { 'server-a': 'failed', 'server-b': 'failed' });
    const depending = judge([on(own, 'server-b'), listing], transcriptOf(...messages), { strict: false });
    assert.deepEqual(statuses(depending), { 'server-a': 'untested', 'server-b': 'failed' }, 'the first one is the cause');
  });

  test('is the cause of what fails by the same mistake, also where it depends on that', () => {
    const own = on(about(a, 'seconds'), 'server-b');
    const messages = [failed('server-a', { mistake: 'seconds' }), failed('server-b', { mistake: 'seconds' }), failed('server-c')];
    const judgement = judge([own, b, on(c, 'server-b')], transcriptOf(...messages), { strict: false });
    assert.deepEqual(statuses(judgement), { 'server-a': 'failed', 'server-b': 'untested', 'server-c': 'untested' });
    assert.equal(judgement.requirements[2]?.reason, 'cannot be judged while server-a fails');
  });

  test('stands in a circle: two that only explain each other both stay failed', () => {
    const messages = [failed('server-a', { mistake: 'two' }), failed('server-b', { mistake: 'one' })];
    const judgement = judge([about(a, 'one'), about(b, 'two')], transcriptOf(...messages), { strict: false });
    assert.deepEqual(statuses(judgement), { 'server-a': 'failed', 'server-b': 'failed' });
  });

  test('never excuses the failure that explains it, also when the two explain each other', () => {
    const two = requirement('server-two', [10, 20]);
    const transcript = transcriptOf(failed('server-two'), failed('server-two', { mistake: 'seconds' }, 20), failed('server-b'));
    const judgement = judge([two, on(listing, 'server-two')], transcript, { strict: false });
    assert.deepEqual(statuses(judgement), { 'server-two': 'failed', 'server-b': 'untested' });
    assert.deepEqual(
      judgement.requirements[0]?.scenarios.map(({ status }) => status),
      ['failed', 'failed'],
    );
    assert.equal(judgement.exitCode, 1);
  });
});

describe('a requirement of several scenarios', () => {
  const two = requirement('server-a', [10, 20]);
  const fails = scenario(place('server-a'), { outcomes: ['FAILED'], evidence: [finding('server-a')] });

  test('that fails in one of them explains what needs it', () => {
    const transcript = transcriptOf(fails, scenario(place('server-a', 20)), failed('server-b'));
    assert.deepEqual(statuses(judge([two, on(b, 'server-a')], transcript, { strict: false })), {
      'server-a': 'failed',
      'server-b': 'untested',
    });
  });

  test('conforms where one was tried and the other one does not apply', () => {
    const transcript = transcriptOf(passed('server-a'), scenario(place('server-a', 20), inapplicable('x')));
    assert.equal(judge([two], transcript, { strict: false }).verdict, 'conforms');
  });
});
