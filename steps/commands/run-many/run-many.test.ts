import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { schemaFaults } from '../../harness/message/schema.ts';
import { call, fixtureTarget, reportIn, start, temporaryFolder, writeTarget } from '../../testing/command-line.ts';
import type { RunManyReport } from './run-many-report.ts';

const folder = temporaryFolder();

const one = ['--only', 'server-response-qos0'];

describe('run on several targets', { timeout: 120_000 }, () => {
  test('judges each by itself, shows what failed, and puts all of them on one page', async () => {
    const targets = ['unusual/server/pretty-json', 'faulty/server/qos-of-the-subscription'].map((name) =>
      fixtureTarget(folder, name),
    );
    const nowhere = writeTarget(folder, { name: 'no <b>server', role: 'server', process: { command: ['false', '{port}'] } });
    const reports = join(folder, 'reports');
    const { code, stdout, stderr } = await call(['run', ...targets, nowhere, '--report', reports, ...one]);
    assert.equal(code, 4, stdout + stderr);
    assert.match(stdout, /^iot-ntp-conformance \S+: 3 implementations, 2 at once\n/);
    assert.match(stdout, /✖ server-response-qos0 {2}MUST/);
    assert.match(stdout, /did not start/);
    assert.match(stdout, /\ntarget {18}verdict {11}first failure\n/);
    assert.match(
      stdout,
      /\nfaulty\/server\/qos-of- {3}does not conform {2}server-response-qos0: the service publishes at the QoS/,
    );
    assert.match(stdout, /\nno <b>server {12}incomplete {8}no <b>server .* did not start/);
    assert.match(stdout, /\ndoes not conform, because 0 of 3 conform, 1 does not, 2 are incomplete\n$/);
    const text = readFileSync(join(reports, 'run-many.json'), 'utf8');
    assert.deepEqual(schemaFaults('run-many', text), []);
    const { members } = JSON.parse(text) as RunManyReport;
    assert.deepEqual(
      members.map(({ verdict, exitCode }) => [verdict, exitCode]),
      [
        ['incomplete', 4],
        ['does not conform', 1],
        ['incomplete', 3],
      ],
    );
    for (const { folder: own, because } of members) assert.equal(reportIn(join(reports, own)).because, because);
    const page = readFileSync(join(reports, 'index.html'), 'utf8');
    assert.match(page, /<td title="failed">/);
    assert.match(page, /href="faulty-server-qos-of-the-subscription\/index\.html"/);
    assert.match(page, /no &lt;b&gt;server/);
  });

  test('reads every target file before it runs any, and wants different names', async () => {
    const good = fixtureTarget(folder, 'unusual/server/equal-stamps');
    const bad = join(folder, 'bad.yaml');
    writeFileSync(bad, 'name: bad\n');
    const reports = join(folder, 'none');
    const wrong = await call(['run', good, bad, '--report', reports]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /bad\.yaml:1:1: /);
    assert.equal(existsSync(reports), false);
    mkdirSync(join(folder, 'other'));
    const same = fixtureTarget(join(folder, 'other'), 'unusual/server/equal-stamps');
    assert.match((await call(['run', good, same])).stderr, /would write their reports to the same folder/);
    assert.match((await call(['run', good, bad, '--json'])).stderr, /^--json is for one target: name one, or leave it out\n/);
  });

  test('ends at Ctrl-C with what was measured, and begins no further one', async () => {
    const names = ['first', 'second', 'third'];
    const targets = names.map((name) =>
      // No target is ever ready, so the runs do not end.
      writeTarget(folder, {
        name,
        role: 'server',
        process: { command: ['node', '-e', 'setInterval(() => {}, 1000)', '{port}'] },
      }),
    );
    const reports = join(folder, 'ended');
    const { child, end } = start(['run', ...targets, '--report', reports, '--jobs', '2', ...one], { cwd: folder });
    // When a run has written its first report, it handles signals.
    const first = names.slice(0, 2).map((name) => join(reports, name, 'report.json'));
    for await (const _ of watch(folder, { recursive: true, signal: AbortSignal.timeout(30_000) }))
      if (first.every((path) => existsSync(path))) break;
    child.kill('SIGINT');
    const { code, stdout } = await end;
    assert.equal(code, 4, stdout);
    assert.match(stdout, /\nincomplete, because 0 of 3 conform, 3 are incomplete, 1 of them not begun\n$/);
    assert.match(reportIn(join(reports, 'first')).because, /SIGINT/);
  });
});
