import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Envelope } from '@cucumber/messages';
import { schemaFaults } from '../harness/message/schema.ts';
import { Console } from '../report/console.ts';
import { reportPage } from '../report/html/report-page.ts';
import { junitXml } from '../report/junit.ts';
import { buildReport, reportJson } from '../report/report-json.ts';
import { finding, lastHook, place, requirement, run, scenario, transcriptOf } from '../testing/cucumber-messages.ts';
import type { Finding, LateFinding } from './evidence.ts';
import type { Expectation, Expectations } from './expectations.ts';
import { judge, type RunCircumstances } from './judge.ts';
import { combine } from './repeat.ts';
import type { Report } from './report.ts';

const a = { ...requirement('server-a'), mistakes: 'seconds' };
const b = requirement('server-b');
const wish = requirement('server-wish', [10], 'should');

type RunMessages = readonly (readonly Envelope[])[];
const passed = (id: string): Envelope[] => scenario(place(id));
const failed = (id: string, received = 'nothing', more: Partial<Finding> = {}): Envelope[] =>
  scenario(place(id), { outcomes: ['FAILED'], evidence: [finding(id, { received, ...more })] });
const broken = (id: string): Envelope[] => scenario(place(id), { outcomes: ['FAILED'] });

const good: RunMessages = [passed('server-a'), passed('server-b'), passed('server-wish')];
const bad: RunMessages = [failed('server-a'), passed('server-b'), passed('server-wish')];

function runOf(course: RunMessages, circumstances: Partial<RunCircumstances> = {}, more: Partial<Report['target']> = {}): Report {
  const judgement = judge([a, b, wish], transcriptOf(...course), { strict: false, ...circumstances });
  const about = { ...run, target: { ...run.target, ...more }, strict: circumstances.strict === true };
  return buildReport(about, judgement, new Date(run.started.getTime() + 1_000));
}

function series(reports: readonly Report[], more: { asked?: number; cut?: boolean; expectations?: Expectations } = {}): Report {
  const [first, ...others] = reports;
  assert.ok(first);
  const folders = reports.map((_, index) => `run-${index + 1}`);
  const report = combine({ asked: reports.length, cut: false, ...more, reports: [first, ...others], folders });
  assert.deepEqual(schemaFaults('report', reportJson(report)), []);
  return report;
}

function verdictOf({ verdict, exitCode, because }: Report): unknown[] {
  return [verdict, exitCode, because];
}

describe('a series of runs', () => {
  test('conforms when each of them does', () => {
    const report = series([runOf(good), runOf(good), runOf(good)]);
    assert.deepEqual(verdictOf(report), ['conforms', 0, 'every requirement was tested and is met, in each of 3 runs']);
    assert.deepEqual(report.repeat?.unstable, []);
    assert.deepEqual(
      report.repeat?.runs.map(({ folder, verdict }) => `${folder} ${verdict}`),
      ['run-1 conforms', 'run-2 conforms', 'run-3 conforms'],
    );
    assert.equal(report.durationMs, 3_000);
  });

  test('does not conform when a MUST fails once, and shows that once', () => {
    const report = series([runOf(good), runOf(bad), runOf([failed('server-a', 'twice'), ...bad.slice(1)]), runOf(good)]);
    assert.deepEqual(verdictOf(report), ['does not conform', 1, '1 of 3 requirements is not met: server-a (in 2 of 4 runs)']);
    const [scenario] = report.requirements[0]?.scenarios ?? [];
    assert.deepEqual(scenario?.unstable, { counts: { passed: 2, failed: 2 }, run: 2 });
    assert.equal(scenario?.failure?.received, 'nothing');
    assert.deepEqual(report.repeat?.unstable, ['server-a']);
    assert.equal(report.counts.failed, 1);
  });

  test('leads to the capture of the run that is shown', () => {
    const capture = { file: 'exchange.pcapng', frame: 7 };
    const report = series([runOf(good), runOf([failed('server-a', 'nothing', { capture }), ...bad.slice(1)])]);
    const [scenario] = report.requirements[0]?.scenarios ?? [];
    assert.deepEqual(scenario?.failure?.capture, { file: 'run-2/exchange.pcapng', frame: 7 });
  });

  test('that always fails alike does not conform, and is stable', () => {
    const report = series([runOf(bad), runOf(bad)]);
    assert.equal(report.because, '1 of 3 requirements is not met: server-a (in 2 of 2 runs)');
    assert.deepEqual(report.repeat?.unstable, []);
  });

  test('is incomplete if only a recommendation has varying results; with --strict it does not conform', () => {
    const now = [passed('server-a'), passed('server-b'), failed('server-wish')];
    const report = series([runOf(good), runOf(now)]);
    const because = '1 requirement did not have the same result in all 2 runs: server-wish';
    assert.deepEqual(verdictOf(report), ['incomplete', 4, because]);
    assert.match(
      junitXml(report, 'run'),
      /<error message="unstable: passed in 1 and warning in 1 of 2 runs; run 2 is shown" type="unstable">/,
    );
    const strict = series([runOf(good, { strict: true }), runOf(now, { strict: true })]);
    assert.deepEqual(verdictOf(strict).slice(0, 2), ['does not conform', 1]);
    assert.equal(series([runOf(now), runOf(now)]).verdict, 'conforms');
  });

  test('is incomplete when a run of it is, unless another one decides', () => {
    const open = [passed('server-a'), broken('server-b'), passed('server-wish')];
    const report = series([runOf(good), runOf(open)]);
    assert.deepEqual(verdictOf(report), ['incomplete', 4, 'run 2 of 2 is incomplete: 1 requirement inconclusive']);
    assert.deepEqual(report.repeat?.unstable, ['server-b']);
    assert.equal(series([runOf(bad), runOf(open)]).verdict, 'does not conform');
  });

  test('takes no failure from a run in which the suite was at fault', () => {
    const report = series([runOf(good), runOf(bad, { fault: 'the suite is at fault: x' })]);
    assert.deepEqual(verdictOf(report), ['incomplete', 4, 'run 2 of 2 is incomplete: the suite is at fault: x']);
    assert.deepEqual(report.faults, ['run 2: the suite is at fault: x']);
    assert.deepEqual(report.repeat?.unstable, []);
  });

  test('that was cut short is incomplete, regardless of its findings', () => {
    const report = series([runOf(bad), runOf([], { interrupted: 'SIGINT' })], { asked: 5, cut: true });
    assert.deepEqual(verdictOf(report), ['incomplete', 4, 'run 2 of 5 is incomplete: the run was interrupted (SIGINT)']);
    assert.equal(report.requirements[0]?.status, 'failed');
    const gone = { ...runOf([], { fault: 'No Docker engine answers.' }), exitCode: 3 } as const;
    assert.deepEqual(verdictOf(series([runOf(good), gone], { asked: 3, cut: true })).slice(0, 2), ['incomplete', 3]);
    assert.equal(series([runOf(good)], { asked: 2 }).because, 'only 1 of 2 runs were made');
  });

  test('is of one image and one target file', () => {
    const image = (digit: string): Report => runOf(good, {}, { imageDigest: `sha256:${digit.repeat(64)}` });
    const report = series([image('a'), image('b')]);
    assert.deepEqual(verdictOf(report), ['incomplete', 4, 'the image differs in run 2 from run 1']);
    assert.equal(series([image('a'), image('a')]).verdict, 'conforms');
  });

  test('ignores what could not be judged because of another failure', () => {
    const hidden = [failed('server-a'), failed('server-b', 'nothing', { mistake: 'seconds' }), passed('server-wish')];
    const report = series([runOf(good), runOf(hidden)]);
    assert.deepEqual(report.repeat?.unstable, ['server-a']);
    assert.equal(report.requirements[1]?.status, 'untested');
    assert.equal(report.requirements[1]?.reason, 'cannot be judged while server-a fails');
  });

  test('includes the late findings of each run', () => {
    const lateFinding: LateFinding = {
      kind: 'lateFinding',
      requirement: 'server-a',
      scenario: place('server-b'),
      expected: 'x',
      received: 'y',
      trace: ['+0.000 s  → CONNECT'],
    };
    const report = series([runOf(good), runOf([...good, lastHook([lateFinding])])]);
    assert.equal(report.verdict, 'does not conform');
    const late = report.requirements[0]?.scenarios[1];
    assert.deepEqual([late?.title, late?.unstable?.counts], ['late: Scenario 10', { passed: 1, failed: 1 }]);
  });

  test('tells what is unstable, with its counts, on the console and on the page', () => {
    const report = series([runOf(good), runOf(bad), runOf(good)]);
    const printed: string[] = [];
    new Console({ write: (text: string) => printed.push(text) }, { command: 'run acme.yaml', env: {} }).closing(report, []);
    const words = 'passed in 2 and failed in 1 of 3 runs; run 2 is shown';
    assert.match(printed.join(''), new RegExp(` {4}unstable {3}${words}\n`));
    assert.match(printed.join(''), new RegExp(`unstable {2}Scenario 10: ${words}\n`));
    assert.match(printed.join(''), /2 passed, 1 failed; 1 unstable\n/);
    const page = reportPage(report, 'run acme.yaml');
    assert.ok(page.includes(`Unstable: ${words}`));
    assert.ok(page.includes('run-1: conforms, run-2: does not conform, run-3: conforms'));
  });
});

describe('a series with expectations', () => {
  const entry: Expectation = {
    id: 'server-a',
    reason: 'HUB-7',
    until: '2027-03-31',
    at: 'expectations.yaml:2:5: expectations[0]',
  };
  const whole: Expectations = { file: 'expectations.yaml', entries: [entry], allowed: true, today: '2027-01-01' };
  const one = { expectations: { ...whole, oneOfSeveral: true as const } };

  test('goes on if an unstable failure is expected', () => {
    const report = series([runOf(good, one), runOf(bad, one)], { expectations: whole });
    const because = '1 of 3 requirements is not met, as expected: server-a (in 1 of 2 runs)';
    assert.deepEqual(verdictOf(report), ['does not conform', 0, because]);
    assert.match(
      junitXml(report, 'run'),
      /<skipped message="expected to fail until 2027-03-31: HUB-7; [^"]*" type="expected"\/>/,
    );
  });

  test('fails when in no run anything failed that is expected to', () => {
    const report = series([runOf(good, one), runOf(good, one)], { expectations: whole });
    assert.deepEqual(verdictOf(report).slice(0, 2), ['incomplete', 4]);
    assert.match(report.because, /server-a no longer fails/);
  });

  test('fails when something else is unstable', () => {
    const wavering = [failed('server-a'), passed('server-b'), failed('server-wish')];
    assert.equal(series([runOf(bad, one), runOf(wavering, one)], { expectations: whole }).exitCode, 1);
  });
});
