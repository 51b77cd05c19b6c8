import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildReport } from '../../report/report-json.ts';
import { finding, place, requirement, run, scenario, transcriptOf } from '../../testing/cucumber-messages.ts';
import { judge, type RunCircumstances } from '../../verdict/judge.ts';
import type { Report } from '../../verdict/report.ts';
import { annotationsOf } from './annotations.ts';

const hostile = 'one\n::error::two%0A::error::three\u001b[31m\u202e';

/** A run in which these requirements fail. */
function failing(
  ids: readonly string[],
  { strict = false, ...more }: Partial<RunCircumstances> = {},
  level: 'must' | 'should' = 'must',
): Report {
  const requirements = ids.map((id) => requirement(id, [10], level));
  const scenarios = ids.map((id) =>
    scenario(place(id), { outcomes: ['FAILED'], evidence: [finding(id, { received: hostile })], type: 'Blame' }),
  );
  const judgement = judge(requirements, transcriptOf(...scenarios), { strict, ...more });
  return buildReport({ ...run, strict }, judgement, new Date('2026-01-02T03:04:06.000Z'));
}

const expectations = {
  file: 'expectations.yaml',
  today: '2026-01-02',
  entries: [{ id: 'a', reason: 'HUB-1', until: '2027-01-01', at: 'expectations.yaml:3:5: expectations[0]' }],
};

const levels = (report: Report): string[] => annotationsOf(report, { target: 'ci/acme.yaml' }).map(({ level }) => level);

test('a requirement that is not met is an annotation of the target file', () => {
  const [annotation, ...others] = annotationsOf(failing(['a']), { target: 'ci/acme.yaml' });
  assert.deepEqual(others, []);
  assert.deepEqual(annotation, {
    level: 'error',
    title: 'a: the server MUST do what a says',
    file: 'ci/acme.yaml',
    line: 1,
    message: [
      'scenario: Scenario 10',
      'expected: PUBLISH at QoS 0',
      'received: one\\x0A::error::two%0A::error::three\\x1B[31m\\u{202E}',
      'source: Device connection, step 1',
    ].join('\n'),
  });
});

test('a recommendation is a warning, and an error where it decides', () => {
  assert.deepEqual(levels(failing(['a'], {}, 'should')), ['warning']);
  assert.deepEqual(levels(failing(['a'], { strict: true }, 'should')), ['error']);
});

test('an expected failure is an error, or a notice if it is allowed', () => {
  const told = (allowed: boolean) =>
    annotationsOf(failing(['a'], { expectations: { ...expectations, allowed } }), { target: 't.yaml' });
  assert.deepEqual(
    [told(false), told(true)].map((all) => all.map(({ level }) => level)),
    [['error'], ['notice']],
  );
  assert.match(told(true)[0]?.message ?? '', /\nexpected to fail until 2027-01-01: HUB-1\n/);
});

test('an outdated entry is an annotation at its line', () => {
  const passed = judge([requirement('a')], transcriptOf(scenario(place('a'))), {
    strict: false,
    expectations: { ...expectations, allowed: false },
  });
  const report = buildReport(run, passed, new Date());
  for (const [named, file] of [
    [{}, 'ci/expectations.yaml'],
    [{ expectations: 'known.yaml' }, 'known.yaml'],
  ] as const) {
    const found = annotationsOf(report, { target: 'ci/acme.yaml', ...named }).find(({ title }) => title !== 'incomplete');
    assert.deepEqual([found?.level, found?.file, found?.line], ['error', file, 3]);
    assert.match(found?.message ?? '', /a no longer fails; remove the entry$/);
  }
});

test('a run without a result is one error, regardless of open requirements', () => {
  const requirements = ['a', 'b'].map((id) => requirement(id));
  const report = buildReport(run, judge(requirements, transcriptOf(), { strict: false, fault: 'no engine' }), new Date());
  const [broken, ...others] = annotationsOf(report, { target: 'acme.yaml' });
  assert.deepEqual([broken?.level, broken?.title, others], ['error', 'incomplete', []]);
  assert.match(broken?.message ?? '', /no engine/);
});

test('if there are more than GitHub shows, the last one counts the others', () => {
  const ids = Array.from({ length: 12 }, (_, index) => `id-${index}`);
  const annotations = annotationsOf(failing(ids), { target: 'acme.yaml' });
  assert.equal(annotations.length, 10);
  assert.equal(annotations.at(-1)?.title, '3 more');
  assert.match(annotations.at(-1)?.message ?? '', /^id-9: .+\nid-10: .+\nid-11: .+$/);
  assert.equal(
    annotationsOf(failing(ids.slice(0, 10)), { target: 'acme.yaml' }).at(-1)?.title,
    'id-9: the server MUST do what id-9 says',
  );
});
