import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { before, describe, test } from 'node:test';
import type { Envelope } from '@cucumber/messages';
import { schemaFaults } from '../../harness/message/schema.ts';
import { readRequirements, root } from '../../requirements/requirement.ts';
import { call, fixtureTarget, reportIn, temporaryFolder } from '../../testing/command-line.ts';
import type { CallResult } from '../../testing/warm-process.ts';
import type { Report } from '../../verdict/report.ts';

const folder = temporaryFolder();
const requirements = readRequirements('server');
const ids = requirements.map(({ id }) => id);

/** The reference declares no capability: requirements that need one are inapplicable, and it meets all others. */
const expected = requirements.map(({ id, capabilities }) => `${id} ${capabilities.length > 0 ? 'inapplicable' : 'passed'}`);

/** The line of the list with the result of a requirement. */
function lineOf(id: string, { stdout }: CallResult): string {
  return stdout.split('\n').find((line) => line.split(/\s+/)[2] === id) ?? '';
}

describe('a run on the embedded reference server', () => {
  let ended: CallResult;
  before(async () => {
    ended = await call(['run', '--role', 'server', '--report', 'whole'], { cwd: folder });
  });

  test('certifies it', () => {
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    assert.match(ended.stdout, /reference server: conforms, because every requirement that applies was tested and is met\n$/);
    assert.equal(ended.stderr, '');
  });

  test('says in its first line what is judged', () => {
    assert.match(
      ended.stdout,
      /^iot-ntp-conformance \d+\.\d+\.\d+: reference server \(server, embedded reference\), \d+ requirements\n/,
    );
  });

  test('shows the result of every requirement', () => {
    assert.deepEqual(
      ids.map((id) => `${id} ${lineOf(id, ended).trim().split(' ')[0]}`),
      expected,
    );
  });

  test('has neither colour nor progress in a pipe', () => {
    assert.ok(!ended.stdout.includes('\x1b'));
    assert.ok(!ended.stdout.includes('\r'));
  });

  test('writes its reports into the named folder', () => {
    assert.match(
      ended.stdout,
      /\nreports in whole: index\.html, report\.json, junit\.xml, specification\.html, messages\.ndjson\n/,
    );
    const report = reportIn(join(folder, 'whole'));
    assert.deepEqual(schemaFaults('report', JSON.stringify(report)), []);
    assert.equal(report.verdict, 'conforms');
    assert.deepEqual(
      report.requirements.map(({ id, status }) => `${id} ${status}`),
      expected,
    );
    assert.match(readFileSync(join(folder, 'whole/index.html'), 'utf8'), /<title>reference server[^<]*: conforms<\/title>/);
    const tested = report.requirements.filter(({ status }) => status === 'passed');
    for (const { id, scenarios } of tested) {
      const exchanges = scenarios.flatMap((scenario) => scenario.exchanges ?? []);
      assert.ok(exchanges.length > 0, id);
    }
    assert.ok(readFileSync(join(folder, 'whole/junit.xml'), 'utf8').includes('<testsuite name="server-response-qos0" '));
    const messages = readFileSync(join(folder, 'whole/messages.ndjson'), 'utf8').trimEnd().split('\n');
    for (const line of messages) JSON.parse(line);
    assert.ok(messages.at(-1)?.includes('"testRunFinished"') ?? false);
  });
});

describe('a run', () => {
  test('of some requirements only is incomplete, and says why', async () => {
    const report = join(folder, 'only');
    const ended = await call(['run', '--only', 'server-response-qos0', '@server-unit-milliseconds', '--report', report]);
    assert.equal(ended.code, 4);
    assert.match(ended.stdout, /reference server: incomplete, because \d+ requirements untested\n$/);
    assert.match(ended.stdout, new RegExp(`untested +${ids.length - 2} requirements not selected`));
    const { verdict, counts } = reportIn(report);
    assert.equal(verdict, 'incomplete');
    assert.equal(counts.passed, 2);
  });

  test('in random order prints its seed, which repeats the order', async () => {
    const ids = ['server-response-qos0', 'server-unit-milliseconds', 'server-echoes-send-time', 'server-string-stays-string'];
    const selection = ['run', '--only', ...ids];
    const orderOf = (report: string): string[] => {
      const lines = readFileSync(join(report, 'messages.ndjson'), 'utf8').split('\n');
      const pickles = new Map<string, string>();
      return lines.flatMap((line) => {
        const { pickle, testCase } = line === '' ? {} : (JSON.parse(line) as Envelope);
        if (pickle !== undefined) pickles.set(pickle.id, `${pickle.uri}:${pickle.location?.line}`);
        return testCase === undefined ? [] : [pickles.get(testCase.pickleId) ?? ''];
      });
    };
    const [first, again, plain] = ['first', 'again', 'plain'].map((name) => join(folder, name)) as [string, string, string];
    const { stdout } = await call([...selection, '--order', 'random', '--report', first]);
    const { order = '' } = reportIn(first);
    assert.match(order, /^random:\d+$/);
    assert.ok(stdout.split('\n', 1)[0]?.endsWith(`, order ${order}`), stdout);
    await call([...selection, '--order', order, '--report', again]);
    await call([...selection, '--report', plain]);
    assert.deepEqual(orderOf(again), orderOf(first));
    assert.deepEqual(orderOf(first).toSorted(), orderOf(plain).toSorted());
    assert.equal(reportIn(plain).order, undefined);
    assert.deepEqual(schemaFaults('report', JSON.stringify(reportIn(first))), []);
  });

  test('by tags runs what they select', async () => {
    const report = join(folder, 'tags');
    const { code } = await call(['run', '--role', 'server', '--tags', '@should and not @clock', '--report', report]);
    assert.equal(code, 4);
    const tested = reportIn(report).requirements.filter(({ status }) => status !== 'untested');
    assert.ok(tested.length > 0);
    for (const { level, status } of tested) assert.equal(`${level} ${status}`, 'should passed');
  });

  test('with --json prints the report on stdout and nothing else there', async () => {
    const report = join(folder, 'json');
    const ended = await call(['run', '--role', 'server', '--json', '--only', 'server-response-qos0', '--report', report]);
    assert.deepEqual(schemaFaults('report', ended.stdout), []);
    assert.deepEqual(JSON.parse(ended.stdout) as Report, reportIn(report));
    assert.match(ended.stderr, /^iot-ntp-conformance .*embedded reference/);
    assert.match(ended.stderr, /incomplete, because/);
  });

  test('reads a target file relative to the working directory', async () => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    const target = relative(elsewhere, join(root, 'fixtures/targets/reference-server.yaml'));
    const ended = await call(['run', target, '--only', 'server-response-qos0', '--report', 'out'], { cwd: elsewhere });
    assert.equal(ended.code, 4, ended.stdout + ended.stderr);
    const { counts, target: described } = reportIn(join(elsewhere, 'out'));
    assert.equal(counts.passed, 1);
    assert.equal(described.file, 'reference-server.yaml');
    assert.ok(!existsSync(join(elsewhere, 'conformance-report')));
  });

  test('without a terminal, uses colours only on request', async () => {
    const args = ['run', '--only', 'server-response-qos0', '--report', join(folder, 'colour')];
    assert.ok((await call(args, { env: { FORCE_COLOR: '1' } })).stdout.includes('\x1b[32m'));
    assert.ok(!(await call(args, { env: { NO_COLOR: '1' } })).stdout.includes('\x1b'));
  });
});

describe('a run on a faulty server', () => {
  let ended: CallResult;
  const report = join(folder, 'faulty');
  before(async () => {
    const target = fixtureTarget(mkdtempSync(join(folder, 'of two words ')), 'faulty/server/qos-of-the-subscription');
    ended = await call(['run', target, '--report', report]);
  });

  test('does not certify it', () => {
    assert.equal(ended.code, 1, ended.stdout + ended.stderr);
    assert.match(ended.stdout, /: does not conform, because 1 of \d+ requirements is not met: server-response-qos0\n$/);
  });

  test('says what is required, expected and received, the likely cause, and how to repeat it', () => {
    const failure = ended.stdout.slice(ended.stdout.indexOf('✖'), ended.stdout.indexOf('\nserver/topics'));
    assert.match(failure, /^✖ server-response-qos0 {2}MUST {2}the server MUST deliver the response at QoS 0\n/);
    for (const label of ['scenario', 'expected', 'received', 'likely', 'trace', 'repeat'])
      assert.match(failure, new RegExp(`^ {4}${label} `, 'm'));
    assert.match(failure, /likely +the service publishes at the QoS of the subscription/);
    assert.match(failure, /repeat +.* run "\S+of two words .*\.json" --only server-response-qos0\n/);
    assert.doesNotMatch(failure, /\bat .*\.ts:\d+/, 'a stack trace');
  });

  test('shows the failure on its page as well', () => {
    const page = readFileSync(join(report, 'index.html'), 'utf8');
    assert.ok(page.includes('<a href="specification.html#server-response-qos0">'));
    assert.ok(page.includes('<dt>likely</dt><dd>the service publishes at the QoS of the subscription</dd>'));
    assert.ok(!page.includes('world.ts:'), 'a stack trace');
  });

  test('with --fail-fast ends at the first failure, leaves the rest untested, is not certified, and says so', async () => {
    const target = fixtureTarget(folder, 'faulty/server/silent');
    const fast = join(folder, 'fast');
    const { code, stdout } = await call(['run', target, '--fail-fast', '--report', fast]);
    assert.equal(code, 1, stdout);
    const why = /\nno certificate, because --fail-fast left out what comes after a failure\n.*: does not conform, because /;
    assert.match(stdout, why);
    assert.equal(existsSync(join(fast, 'certificate.json')), false);
    const { counts, requirements } = reportIn(fast);
    assert.equal(counts.failed, 1);
    assert.equal(counts.untested, ids.length - 1);
    assert.equal(requirements.at(-1)?.reason, 'not run: --fail-fast');
  });
});

describe('a recommendation that is not met', () => {
  const only = ['--only', 'server-millisecond-steps'];

  test('is a warning, and affects the verdict only with --strict', async () => {
    const target = fixtureTarget(folder, 'faulty/server/steps-of-100-ms');
    const usual = await call(['run', target, ...only, '--report', join(folder, 'usual')]);
    assert.equal(usual.code, 4);
    assert.match(lineOf('server-millisecond-steps', usual), /^ {2}warning /);
    const strict = await call(['run', target, ...only, '--strict', '--report', join(folder, 'strict')]);
    assert.equal(strict.code, 1);
    assert.match(strict.stdout, /does not conform, because 1 of \d+ requirements is not met: server-millisecond-steps\n$/);
    assert.equal(reportIn(join(folder, 'strict')).strict, true);
  });
});
