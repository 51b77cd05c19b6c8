import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { idsOf, must, reportOf, requirement, scenario } from '../../testing/sample-report.ts';
import { changesSince, compareReports } from './report-comparison.ts';

describe('a comparison', () => {
  test('says what got worse, better, and otherwise', () => {
    const old = reportOf(must('a', 'passed'), must('b', 'failed'), must('c', 'failed'), must('d', 'passed'), must('e', 'passed'));
    const now = reportOf(
      must('a', 'failed'),
      must('b', 'passed'),
      must('c', 'untested'),
      must('d', 'untested'),
      must('e', 'passed'),
    );
    const { worse, better, other, mustGotWorse } = compareReports(old, now);
    assert.deepEqual([idsOf(worse), idsOf(better), idsOf(other), mustGotWorse], [['a', 'd'], ['b'], ['c'], true]);
  });

  test('says what is new and gone in the set, and whose text changed', () => {
    const digest = 'f'.repeat(64);
    const { added, removed, reworded } = compareReports(
      reportOf(must('a', 'passed'), must('b', 'passed')),
      reportOf(must('b', 'passed', { digest }), must('c', 'failed')),
    );
    assert.deepEqual([idsOf(added), idsOf(removed), reworded], [['c'], ['a'], ['b']]);
  });

  test('lets a SHOULD get worse without a word about MUST', () => {
    const level = 'should';
    const { worse, mustGotWorse } = compareReports(
      reportOf(must('a', 'passed', { level })),
      reportOf(must('a', 'warning', { level })),
    );
    assert.deepEqual([idsOf(worse), mustGotWorse], [['a'], false]);
  });

  test('with an earlier run leaves out what one of the two did not select', () => {
    const unselected = requirement('untested', [scenario('untested', 0, { untested: 'not selected' })]);
    const earlier = reportOf(must('a', 'failed'), must('b', 'passed'), { ...unselected, id: 'c' });
    const now = reportOf(must('a', 'passed'), { ...unselected, id: 'b' }, must('c', 'failed'));
    const { better, worse, added, removed } = changesSince(earlier, now) ?? {};
    assert.deepEqual([better?.map(({ id }) => id), worse, added, removed], [['a'], [], [], []]);
  });

  test('is not made with another implementation, or a run that broke', () => {
    const now = reportOf(must('a', 'passed'));
    assert.equal(changesSince({ ...now, target: { ...now.target, name: 'other' } }, now), undefined);
    assert.equal(changesSince({ ...now, faults: ['it broke'] }, now), undefined);
    const { finished: _, ...lasting } = now;
    assert.equal(changesSince(lasting, now), undefined);
  });
});
