import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plain } from '../../report/paint.ts';
import { loadPage } from './load-page.ts';
import { buildReport, type LoadEnd, type LoadReport, type Measured, nothingMeasured } from './load-report.ts';
import { loadText } from './load-text.ts';
import type { Plan } from './plan.ts';

const plan: Plan = { devices: 20, ratePerSecond: 10, forMs: 3000 };
const target: LoadReport['target'] = {
  name: 'Acme <Hub>',
  role: 'server',
  file: 'acme.yaml',
  start: 'process hub',
  kind: 'process',
  capabilities: [],
  output: [],
};

function reportOf(measured: Partial<Measured>, ending?: Partial<LoadEnd>, ended?: string): LoadReport {
  const circumstances = {
    suite: { name: 'suite', version: '1.0.0' },
    target: { ...target, ...(ended === undefined ? {} : { ended }) },
    plan,
    machines: 1,
    started: new Date(0),
  };
  const finished = ending === undefined ? undefined : { finished: new Date(5000), ...ending };
  return buildReport(circumstances, { ...nothingMeasured(plan), ...measured }, finished);
}

const { counts } = nothingMeasured(plan);

test('a load without a request, or one that has only begun, is not a success', () => {
  assert.deepEqual([reportOf({}, {}).exitCode, reportOf({}, {}).because], [1, 'no request was sent']);
  const begun = reportOf({ counts: { ...counts, asked: 5, answered: 5 } });
  assert.deepEqual([begun.outcome, begun.exitCode, begun.because], ['incomplete', 4, 'the load did not finish']);
});

test('every kind of fault is counted and named', () => {
  const good = { ...counts, asked: 30, answered: 30 };
  assert.equal(reportOf({ counts: good, connected: 20 }, {}).exitCode, 0);
  for (const [measured, because] of [
    [{ counts: { ...good, answered: 28, lost: 2 } }, '2 of 30 requests were not answered'],
    [{ counts: { ...good, unsent: 3 } }, '3 requests were not sent, because their connections had ended'],
    [{ counts: { ...good, doubled: 1 } }, '1 answer was a duplicate'],
    [{ counts: { ...good, foreign: 2 } }, '2 answers went to the wrong device'],
    [{ counts: { ...good, unfit: 1 } }, '1 answer was invalid'],
    [{ counts: { ...good, disconnected: 2 } }, '2 connections ended'],
    [{ counts: good, afterwards: { asked: 20, answered: 19 } }, '1 device got no answer when it asked once more'],
  ] as const) {
    const report = reportOf(measured, {});
    assert.deepEqual([report.outcome, report.exitCode, report.because], ['not answered', 1, because]);
  }
  assert.match(
    reportOf({ counts: good }, {}, 'exited with code 1').because,
    /^the server ended by itself \(exited with code 1\)$/,
  );
  assert.equal(reportOf({ counts: good }, { environment: 'no files' }).exitCode, 3);
});

test('the rate is that of the answers, and the report says if the suite was late', () => {
  const { latency } = nothingMeasured(plan);
  const report = reportOf(
    { counts: { ...counts, asked: 30, answered: 30 }, loadMs: 2000, lateness: { ...latency, p99Ms: 80 } },
    {},
  );
  assert.equal(report.ratePerSecond, 15);
  assert.match(report.remarks.join(), /the suite sent late \(99 % within 80\.0 ms\)/);
});

test('console and page show a load without an answer, and run no text of a server', () => {
  const faults = Array.from({ length: 7 }, (_, index) => `load-${index} got <script>`);
  const report = reportOf({ counts: { ...counts, asked: 7, lost: 7 }, faults }, {});
  const text = loadText(report, plain);
  assert.match(text, / {2}latency +nothing measured\n/);
  assert.match(text, /load-4 got <script>\n {2}more in load\.json\n/);
  const page = loadPage(report);
  assert.match(page, /Load on Acme &lt;Hub&gt;/);
  assert.doesNotMatch(page, /<script|NaN|Infinity|undefined/);
});
