import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { confinementOf } from '../harness/implementation/confinement.ts';
import { endedByItself, stoppedBySuite } from '../harness/implementation/end.ts';
import type { StartedTarget, Target } from '../harness/implementation/target.ts';
import { schemaFaults } from '../harness/message/schema.ts';
import { writeIncomplete, writeReport } from '../report/report-folder.ts';
import { buildReport, describeTarget, incompleteReport, reportJson } from '../report/report-json.ts';
import { finding, lastHook, place, requirement, run, scenario, transcriptOf } from '../testing/cucumber-messages.ts';
import { judge } from './judge.ts';
import type { Report } from './report.ts';

const finished = new Date('2026-01-02T03:04:07.500Z');
const requirements = [
  ...['server-a', 'server-b', 'server-c', 'server-d', 'server-e'].map((id) => requirement(id)),
  requirement('server-wish', [10], 'should'),
];
const everyStatus = transcriptOf(
  scenario(place('server-a'), { evidence: [{ kind: 'information', text: 'a remark' }] }),
  scenario(place('server-b'), {
    outcomes: ['FAILED'],
    evidence: [finding('server-b', { likely: 'x' }), { kind: 'trace', lines: ['one'] }],
  }),
  scenario(place('server-c'), { outcomes: ['SKIPPED'], evidence: [{ kind: 'inapplicable', reason: 'no clock' }] }),
  scenario(place('server-d'), { outcomes: ['FAILED'] }),
  scenario(place('server-wish'), { outcomes: ['FAILED'], evidence: [finding('server-wish')] }),
  lastHook([
    {
      kind: 'lateFinding',
      requirement: 'server-a',
      scenario: place('server-b'),
      expected: 'x',
      received: 'y',
      trace: ['+0.000 s  → CONNECT'],
    },
  ]),
);
const selected = new Set(requirements.filter(({ id }) => id !== 'server-e').map(({ id }) => place(id)));

function faultsOf(report: Report): readonly string[] {
  return schemaFaults('report', reportJson(report));
}

/** A report of one requirement that passed, changed. */
function conforming(change: Partial<Report> = {}): Report {
  const judgement = judge([requirement('server-a')], transcriptOf(scenario(place('server-a'))), { strict: false });
  return { ...buildReport(run, judgement, finished), ...change };
}

describe('a report', () => {
  test('of every kind of result keeps to its schema', () => {
    const report = buildReport(run, judge(requirements, everyStatus, { strict: false, selected }), finished);
    assert.deepEqual(faultsOf(report), []);
    assert.deepEqual({ ...report.counts }, { passed: 0, failed: 2, warning: 1, inapplicable: 1, untested: 1, inconclusive: 1 });
    assert.equal(report.durationMs, 2_500);
    assert.deepEqual(faultsOf(conforming()), []);
    assert.equal(conforming().verdict, 'conforms');
  });

  test('of a run that has only begun says incomplete, and nothing in it looks tested', () => {
    const report = incompleteReport(run, requirements, selected);
    assert.deepEqual(faultsOf(report), []);
    assert.equal(report.verdict, 'incomplete');
    assert.equal(report.exitCode, 4);
    assert.equal(report.finished, undefined);
    assert.equal(report.because, 'the run did not finish');
    assert.deepEqual({ ...report.counts }, { passed: 0, failed: 0, warning: 0, inapplicable: 0, untested: 1, inconclusive: 5 });
  });

  test('that contradicts itself breaks its schema', () => {
    const { finished: _, ...unfinished } = conforming();
    const [passed] = conforming().requirements;
    assert.ok(passed?.scenarios[0]);
    const scenario = passed.scenarios[0];
    for (const wrong of [
      unfinished,
      conforming({ exitCode: 1 }),
      conforming({ verdict: 'incomplete' }),
      conforming({ faults: ['x'] }),
      conforming({ counts: { ...conforming().counts, inconclusive: 1 } }),
      conforming({ requirements: [{ ...passed, status: 'untested' }] }),
      conforming({ requirements: [{ ...passed, scenarios: [{ ...scenario, status: 'failed' }] }] }),
      conforming({ requirements: [{ ...passed, scenarios: [{ ...scenario, status: 'inconclusive' }] }] }),
      { ...conforming(), extra: 1 },
    ]) {
      assert.notDeepEqual(faultsOf(wrong), []);
    }
  });

  test('describes the target in words, printable and without its secrets', () => {
    const target: Target = {
      file: '/somewhere/acme.yaml',
      name: 'Acme\x1b[31m',
      role: 'server',
      start: { kind: 'process', command: ['serve', '--key', 'hunter2'], cwd: '/', env: {} },
      ready: { port: true, withinMs: 1 },
      devices: [{ productKey: 'a1PkTest01', deviceName: 'dev01' }],
      onlyThese: false,
      clientId: '',
      responseDeadlineMs: 1,
      clockToleranceMs: 1,
      sharedClock: true,
      mqttVersion: '3.1.1',
      capabilities: new Set(['tls']),
      sync: { kind: 'start' },
      timestampTypes: ['long'],
      withinMs: 1,
      secrets: ['hunter2'],
    };
    const started: StartedTarget = {
      target,
      host: '127.0.0.1',
      port: 1,
      output: () => ['key is hunter2\x07'],
      ended: () => endedByItself('exited with code 1'),
      end: Promise.resolve(endedByItself('exited with code 1')),
      write: async () => {},
      signal: async () => {},
      exec: async () => {},
      stop: async () => {},
    };
    assert.deepEqual(describeTarget(target, started), {
      name: 'Acme\\x1B[31m',
      role: 'server',
      file: 'acme.yaml',
      start: 'process serve --key (secret)',
      kind: 'process',
      sharedClock: true,
      capabilities: ['tls'],
      output: ['key is (secret)\\x07'],
      ended: 'exited with code 1',
    });
    assert.equal(describeTarget(target, { ...started, ended: () => stoppedBySuite }).ended, undefined);
    const start = { kind: 'address', protocol: 'mqtt', host: 'localhost', port: 1883 } as const;
    assert.equal(describeTarget({ ...target, start }).start, 'address mqtt://localhost:1883');
    assert.equal(
      describeTarget({
        ...target,
        start: { kind: 'container', image: 'a:1', env: {}, files: [], confinement: confinementOf({}) },
      }).start,
      'container a:1',
    );
    assert.equal(describeTarget(target, undefined, 'embedded reference').file, 'embedded reference');
  });
});

describe('a report folder', () => {
  test('says incomplete from the start, loses what an earlier run left, and is whole at the end', () => {
    const folder = mkdtempSync(join(tmpdir(), 'report-'));
    try {
      writeFileSync(join(folder, 'messages.ndjson'), 'old');
      writeFileSync(join(folder, 'notes.txt'), 'mine');
      writeIncomplete(folder, run, requirements, 'run x', selected);
      assert.deepEqual(readdirSync(folder).sort(), ['index.html', 'junit.xml', 'notes.txt', 'report.json']);
      assert.match(readFileSync(join(folder, 'index.html'), 'utf8'), /<title>Acme IoT Hub 3\.2\.1: incomplete<\/title>/);
      assert.match(readFileSync(join(folder, 'report.json'), 'utf8'), /"verdict": "incomplete"/);
      assert.match(readFileSync(join(folder, 'junit.xml'), 'utf8'), /<error message="the run did not finish"/);
      const files = writeReport(join(folder, 'deeper'), conforming(), 'run x');
      const names = ['index.html', 'report.json', 'junit.xml'];
      assert.deepEqual(
        files,
        names.map((name) => join(folder, 'deeper', name)),
      );
      assert.deepEqual(readdirSync(join(folder, 'deeper')).sort(), ['index.html', 'junit.xml', 'report.json']);
      assert.deepEqual(schemaFaults('report', readFileSync(join(folder, 'deeper/report.json'), 'utf8')), []);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
