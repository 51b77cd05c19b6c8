import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Envelope } from '@cucumber/messages';
import { schemaFaults } from '../harness/message/schema.ts';
import { Console } from '../report/console.ts';
import { reportPage } from '../report/html/report-page.ts';
import { junitXml } from '../report/junit.ts';
import { buildReport, reportJson } from '../report/report-json.ts';
import { finding, place, requirement, run, type ScenarioCourse, scenario, transcriptOf } from '../testing/cucumber-messages.ts';
import type { Finding } from './evidence.ts';
import type { Expectation, Expectations } from './expectations.ts';
import { judge, type RunCircumstances } from './judge.ts';
import type { Report } from './report.ts';

const a = { ...requirement('server-a', [10, 20]), mistakes: 'seconds' };
const b = requirement('server-b');
const wish = requirement('server-wish', [10], 'should');
const known: Expectation = { id: 'server-a', reason: 'HUB-7', until: '2027-03-31', at: 'expectations.yaml:2:5: expectations[0]' };
const words = 'expected to fail until 2027-03-31: HUB-7';

const passed = (id: string, line = 10): Envelope[] => scenario(place(id, line));
const failed = (id: string, line = 10, more: Partial<Finding> = {}): Envelope[] =>
  scenario(place(id, line), { outcomes: ['FAILED'], evidence: [finding(id, more)] });
const inapplicable: ScenarioCourse = { outcomes: ['SKIPPED'], evidence: [{ kind: 'inapplicable', reason: 'no clock' }] };

/** The report of a run of a and b, with these entries, on 2027-01-01. */
function reportOf(
  entries: readonly Expectation[],
  messages: readonly (readonly Envelope[])[],
  { allowed = false, today = '2027-01-01', oneOfSeveral, ...more }: Partial<Expectations & RunCircumstances> = {},
): Report {
  const part = oneOfSeveral === undefined ? {} : { oneOfSeveral };
  const expectations = { file: 'expectations.yaml', entries, allowed, today, ...part };
  const judgement = judge([a, b, wish], transcriptOf(...messages), { strict: false, ...more, expectations });
  const report = buildReport(run, judgement, new Date(run.started.getTime() + 1_000));
  assert.deepEqual(schemaFaults('report', reportJson(report)), []);
  return report;
}

const rest = [passed('server-b'), passed('server-wish')];
const bothFail = [failed('server-a'), failed('server-a', 20), ...rest];

function verdictOf({ verdict, exitCode, because }: Report): unknown[] {
  return [verdict, exitCode, because];
}

describe('a failure that is expected', () => {
  test('fails the run all the same', () => {
    const report = reportOf([known], bothFail);
    assert.deepEqual(verdictOf(report), ['does not conform', 1, '1 of 3 requirements is not met, as expected: server-a']);
    assert.deepEqual(report.requirements[0]?.expected, { reason: 'HUB-7', until: '2027-03-31' });
    assert.deepEqual(report.expectations, { file: 'expectations.yaml', allowed: false, entries: 1, mistakes: [] });
  });

  test('lets the process go on under --allow-expected, and the verdict as it is', () => {
    assert.deepEqual(verdictOf(reportOf([known], bothFail, { allowed: true })).slice(0, 2), ['does not conform', 0]);
  });

  test('excuses no other requirement', () => {
    const report = reportOf([known], [failed('server-a'), failed('server-a', 20), failed('server-b'), passed('server-wish')], {
      allowed: true,
    });
    const because = '2 of 3 requirements are not met, 1 of them as expected: server-b and server-a';
    assert.deepEqual(verdictOf(report), ['does not conform', 1, because]);
  });

  test('in one scenario excuses no other scenario', () => {
    const entry = { ...known, scenario: 'Scenario 10' };
    const report = reportOf([entry], bothFail, { allowed: true });
    assert.equal(report.exitCode, 1);
    const [result] = report.requirements;
    assert.equal(result?.expected, undefined);
    assert.deepEqual(
      result?.scenarios.map(({ expected }) => expected?.until),
      ['2027-03-31', undefined],
    );
    const both = [entry, { ...known, scenario: place('server-a', 20), until: '2027-02-01' }];
    const second = reportOf(both, bothFail, { allowed: true });
    assert.equal(second.exitCode, 0);
    assert.equal(second.requirements[0]?.expected?.until, '2027-02-01');
  });

  test('in one scenario may be met in the others', () => {
    assert.equal(reportOf([known], [failed('server-a'), passed('server-a', 20), ...rest], { allowed: true }).exitCode, 0);
  });

  test('excuses what cannot be judged because of it, and nothing else that is open', () => {
    const consequence = [
      failed('server-a'),
      failed('server-a', 20),
      failed('server-b', 10, { mistake: 'seconds' }),
      passed('server-wish'),
    ];
    assert.equal(reportOf([known], consequence, { allowed: true }).exitCode, 0);
    const broken = [
      failed('server-a'),
      failed('server-a', 20),
      scenario(place('server-b'), { outcomes: ['FAILED'] }),
      passed('server-wish'),
    ];
    assert.equal(reportOf([known], broken, { allowed: true }).exitCode, 1);
    const part = { allowed: true, selected: new Set([place('server-a'), place('server-a', 20)]) };
    assert.equal(reportOf([known], bothFail.slice(0, 2), part).exitCode, 1);
    const interrupted = reportOf([known], bothFail, { allowed: true, interrupted: 'SIGINT' });
    assert.deepEqual(verdictOf(interrupted).slice(0, 2), ['incomplete', 4]);
  });

  test('does not let pass what else broke, be it in the same requirement', () => {
    const half = [failed('server-a'), scenario(place('server-a', 20), { outcomes: ['FAILED'] }), ...rest];
    assert.equal(reportOf([known], half, { allowed: true }).exitCode, 1);
    const stranger = [...bothFail, passed('server-unknown')];
    assert.equal(reportOf([known], stranger, { allowed: true }).exitCode, 1);
    assert.equal(reportOf([known, { ...known, id: 'server-b' }], stranger, { allowed: true }).exitCode, 1);
  });

  test('may be a recommendation', () => {
    const entry = { ...known, id: 'server-wish' };
    const messages = [passed('server-a'), passed('server-a', 20), passed('server-b'), failed('server-wish')];
    assert.deepEqual(verdictOf(reportOf([entry], messages)).slice(0, 2), ['conforms', 0]);
    assert.equal(reportOf([entry], messages, { strict: true }).exitCode, 1);
    assert.equal(reportOf([entry], messages, { strict: true, allowed: true }).exitCode, 0);
  });

  test('is marked as expected everywhere', () => {
    const report = reportOf([known], bothFail);
    const printed: string[] = [];
    const screen = { write: (text: string) => printed.push(text) };
    new Console(screen, { command: 'run acme.yaml', env: {} }).closing(report, []);
    const text = printed.join('');
    assert.match(text, new RegExp(`\\n {4}known {6}${words}\\n`));
    assert.match(text, new RegExp(`in 2 of 2 scenarios\\n +${words}\\n`));
    assert.match(text, /3 requirements: 2 passed, 1 failed; 1 expected to fail\n/);
    assert.ok(reportPage(report, 'run acme.yaml').includes(words));
  });

  test('is a failure for JUnit, and skipped where it may fail, so that file and exit code agree', () => {
    const refused = junitXml(reportOf([known], bothFail), 'run acme.yaml');
    assert.ok(
      refused.includes(`<failure message="${words}; expected PUBLISH at QoS 0, received PUBLISH at QoS 1" type="failed">`),
    );
    assert.match(refused, /<testsuites [^>]*tests="4" failures="2" errors="0" skipped="0"/);
    const allowed = junitXml(reportOf([known], bothFail, { allowed: true }), 'run acme.yaml');
    assert.ok(
      allowed.includes(`<skipped message="${words}; expected PUBLISH at QoS 0, received PUBLISH at QoS 1" type="expected"/>`),
    );
    assert.match(allowed, /<testsuites [^>]*tests="4" failures="0" errors="0" skipped="2"/);
  });
});

describe('an expectation', () => {
  const stale = 'expectations.yaml:2:5: expectations[0]: server-a no longer fails; remove the entry';

  test('that no longer fails keeps the run from conforming, and says where it stands', () => {
    const report = reportOf([known], [passed('server-a'), passed('server-a', 20), ...rest], { allowed: true });
    assert.deepEqual(verdictOf(report), ['incomplete', 4, `its expectations are outdated: ${stale}`]);
    assert.deepEqual(report.expectations?.mistakes, [stale]);
    assert.ok(junitXml(report, 'run').includes(`<error message="${stale}" type="incomplete"/>`));
    assert.ok(reportPage(report, 'run').includes('>server-a</a> no longer fails'));
  });

  test('that no longer fails forbids other failures to pass', () => {
    const entry = { ...known, id: 'server-b' };
    assert.equal(reportOf([known, entry], bothFail, { allowed: true }).exitCode, 1);
    const other = { ...known, scenario: 'Scenario 20' };
    const one = reportOf([{ ...known, scenario: 'Scenario 10' }, other], [failed('server-a'), passed('server-a', 20), ...rest], {
      allowed: true,
    });
    assert.equal(one.exitCode, 1);
    assert.match(one.expectations?.mistakes.join() ?? '', /server-a in "Scenario 20" no longer fails/);
  });

  test('that is out of date excuses nothing; on its last day it does', () => {
    const late = reportOf([known], bothFail, { allowed: true, today: '2027-04-01' });
    assert.deepEqual(verdictOf(late), ['does not conform', 1, '1 of 3 requirements is not met: server-a']);
    assert.equal(late.requirements[0]?.expected, undefined);
    assert.deepEqual(late.expectations?.mistakes, [
      'expectations.yaml:2:5: expectations[0].until: 2027-03-31 has passed, so server-a must not fail any more; fix it, or agree on a later date',
    ]);
    assert.equal(reportOf([known], bothFail, { allowed: true, today: '2027-03-31' }).exitCode, 0);
  });

  test('of what is inapplicable matches nothing', () => {
    const report = reportOf(
      [{ ...known, id: 'server-b' }],
      [passed('server-a'), passed('server-a', 20), scenario(place('server-b'), inapplicable), passed('server-wish')],
    );
    assert.deepEqual(verdictOf(report).slice(0, 2), ['incomplete', 4]);
    assert.match(report.because, /server-b is inapplicable here, so nothing can fail; remove the entry/);
  });

  test('is compared with all runs together where this is one of several', () => {
    const one = reportOf([known], [passed('server-a'), passed('server-a', 20), ...rest], { oneOfSeveral: true });
    assert.deepEqual(verdictOf(one).slice(0, 2), ['conforms', 0]);
    assert.deepEqual(one.expectations?.mistakes, []);
  });

  test('of a requirement that was not judged has no effect', () => {
    const report = reportOf([known], [passed('server-b')], { selected: new Set([place('server-b')]) });
    assert.deepEqual(report.expectations?.mistakes, []);
    assert.equal(report.verdict, 'incomplete');
  });
});
