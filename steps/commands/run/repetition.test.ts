import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { schemaFaults } from '../../harness/message/schema.ts';
import { root } from '../../requirements/requirement.ts';
import { call, reportIn, start, temporaryFolder, writeTarget } from '../../testing/command-line.ts';
import type { Report } from '../../verdict/report.ts';

const folder = temporaryFolder();

/** The target file of a server that is faulty in the second run only: it knows that run by its folder. */
function flaky(name: string): { target: string; report: string } {
  const own = join(folder, name);
  mkdirSync(own);
  const report = join(own, 'report');
  const program = join(own, 'server.mjs');
  writeFileSync(
    program,
    `import { existsSync } from 'node:fs';
const run = (number) => existsSync(${JSON.stringify(report)} + '/run-' + number);
process.argv.splice(2, 0, run(2) && !run(3) ? 'faulty/server/qos-of-the-subscription' : 'faulty/server/steps-of-100-ms');
await import(${JSON.stringify(join(root, 'fixtures/support/start.ts'))});
`,
  );
  return {
    target: writeTarget(own, { name, role: 'server', process: { command: ['node', program, '--port', '{port}'] } }),
    report,
  };
}

describe('run --repeat', () => {
  test('finds a failure in a single run, and keeps the report of each run', async () => {
    const { target, report } = flaky('flaky');
    mkdirSync(join(report, 'run-7'), { recursive: true });
    writeFileSync(join(report, 'run-7/report.json'), '{}');
    const ended = await call(['run', target, '--report', report, '--repeat', '3', '--only', 'server-response-qos0', '--json']);
    assert.equal(ended.code, 1, ended.stdout + ended.stderr);
    assert.match(ended.stderr, /\n3 runs, each with a folder of its own in .*\n/);
    assert.match(
      ended.stderr,
      // on a busy machine, the suite may say between these lines that it stood still
      /\nrun 1 of 3: incomplete, because .*\n(?:(?:the suite|round trip) .*\n)*run 2 of 3: does not conform, because .*\n(?:(?:the suite|round trip) .*\n)*run 3 of 3: incomplete/,
    );
    assert.match(ended.stderr, /unstable {3}(?:untested in \d+ and )?passed in 2 and failed in 1 of 3 runs; run 2 is shown\n/);
    assert.match(
      ended.stderr,
      /: does not conform, because 1 of \d+ requirements is not met: server-response-qos0 \(in 1 of 3 runs\)\n$/,
    );
    assert.deepEqual(JSON.parse(ended.stdout) as Report, reportIn(report));
    assert.deepEqual(schemaFaults('report', ended.stdout), []);
    assert.deepEqual(reportIn(report).repeat?.unstable, ['server-response-qos0']);
    assert.deepEqual(
      [1, 2, 3].map((run) => reportIn(join(report, `run-${run}`)).verdict),
      ['incomplete', 'does not conform', 'incomplete'],
    );
    for (const name of ['index.html', 'junit.xml']) assert.ok(existsSync(join(report, name)), name);
    assert.ok(!existsSync(join(report, 'run-7')), 'an earlier series');
    assert.match(readFileSync(join(report, 'run-1/messages.ndjson'), 'utf8'), /testRunFinished/);
  });

  // After 0 ms, a run may still be writing its reports; after 20 ms, the next run may not have begun.
  for (const afterMs of [0, 20])
    test(`that is interrupted ${afterMs} ms after a run is incomplete, and keeps what was measured`, async () => {
      const { target, report } = flaky(`interrupted-${afterMs}`);
      const { child, end } = start(['run', target, '--report', report, '--repeat', '9', '--only', 'server-response-qos0']);
      child.stdout?.on('data', (text: Buffer) => {
        if (text.includes('run 2 of 9')) setTimeout(() => child.kill('SIGINT'), afterMs);
      });
      const { code, stdout } = await end;
      assert.equal(code, 4, stdout);
      const { verdict, because, repeat, requirements } = reportIn(report);
      assert.equal(verdict, 'incomplete');
      assert.match(because, /of 9/);
      assert.ok((repeat?.runs.length ?? 0) >= 2 && (repeat?.runs.length ?? 0) < 9);
      assert.equal(requirements.find(({ id }) => id === 'server-response-qos0')?.status, 'failed');
      assert.match(stdout, /: incomplete, because [^\n]*\n$/);
    });

  test('cannot be signed, and needs a number', async () => {
    const { target, report } = flaky('wrong');
    const signed = await call(['run', target, '--report', report, '--repeat', '2', '--sign', 'key.pem']);
    assert.equal(signed.code, 2);
    assert.equal((await call(['run', target, '--repeat', '0'])).code, 2);
    assert.ok(!existsSync(report));
  });
});
