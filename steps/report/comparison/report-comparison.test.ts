import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { report, requirement, scenario } from '../../testing/sample-report.ts';
import type { Report, RequirementResult, Status } from '../../verdict/report.ts';
import { changesSince, compareReports } from './report-comparison.ts';

/** A requirement with this id and status. */
const one = (id: string, status: Status, more: Partial<RequirementResult> = {}): RequirementResult => ({
  ...requirement(status),
  id,
  level: 'must',
  ...more,
});
const of = (...requirements: RequirementResult[]): Report => ({ ...report([]), requirements });
const ids = (changes: readonly { readonly id: string }[]): string[] => changes.map(({ id }) => id);

describe('a comparison', () => {
  test('says what got worse, better, and otherwise', () => {
    const old = of(one('a', 'passed'), one('b', 'failed'), one('c', 'failed'), one('d', 'passed'), one('e', 'passed'));
    const now = of(one('a', 'failed'), one('b', 'passed'), one('c', 'untested'), one('d', 'untested'), one('e', 'passed'));
    const { worse, better, other, mustGotWorse } = compareReports(old, now);
    assert.deepEqual([ids(worse), ids(better), ids(other), mustGotWorse], [['a', 'd'], ['b', 'c'], [], true]);
  });

  test('says what is new and gone in the set, and whose text changed', () => {
    const digest = 'f'.repeat(64);
    const { added, removed, reworded } = compareReports(
      of(one('a', 'passed'), one('b', 'passed')),
      of(one('b', 'passed', { digest }), one('c', 'failed')),
    );
    assert.deepEqual([ids(added), ids(removed), reworded], [['c'], ['a'], ['b']]);
  });

  test('lets a SHOULD get worse without a word about MUST', () => {
    const level = 'should';
    const { worse, mustGotWorse } = compareReports(of(one('a', 'passed', { level })), of(one('a', 'warning', { level })));
    assert.deepEqual([ids(worse), mustGotWorse], [['a'], false]);
  });

  test('with an earlier run leaves out what one of the two did not select', () => {
    const unselected = requirement('untested', [scenario('untested', 0, { untested: 'not selected' })]);
    const earlier = of(one('a', 'failed'), one('b', 'passed'), { ...unselected, id: 'c' });
    const now = of(one('a', 'passed'), { ...unselected, id: 'b' }, one('c', 'failed'));
    const { better, worse, added, removed } = changesSince(earlier, now) ?? {};
    assert.deepEqual([better?.map(({ id }) => id), worse, added, removed], [['a'], [], [], []]);
  });

  test('is not made with another implementation, or a run that broke', () => {
    const now = of(one('a', 'passed'));
    assert.equal(changesSince({ ...now, target: { ...now.target, name: 'other' } }, now), undefined);
    assert.equal(changesSince({ ...now, faults: ['it broke'] }, now), undefined);
    const { finished: _, ...lasting } = now;
    assert.equal(changesSince(lasting, now), undefined);
  });
});
