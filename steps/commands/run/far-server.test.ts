import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root } from '../../requirements/requirement.ts';
import { call, reportIn, temporaryFolder, writeTarget } from '../../testing/command-line.ts';

const folder = temporaryFolder();

/** A server that takes 40 ms for each answer. It ends at a certain request, or when it has too many requests at the same time. */
const program = join(folder, 'far.ts');
writeFileSync(
  program,
  `import { NtpServer } from '${root}fixtures/reference/ntp-server.ts';
let count = 0;
let inWork = 0;
class Far extends NtpServer {
  override process(...request: Parameters<NtpServer['process']>): void {
    count += 1;
    inWork += 1;
    if (count === Number(process.env['LAST']) || inWork === Number(process.env['AT_ONCE'])) process.exit(3);
    setTimeout(() => {
      inWork -= 1;
      super.process(...request);
    }, 40);
  }
}
new Far().listen(Number(process.argv[2]), '127.0.0.1');`,
);

/** Runs the suite on it. @param env LAST: the request at which it ends; AT_ONCE: how many requests at the same time end it */
async function runOn(name: string, env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const command = ['node', program, '{port}'];
  const file = writeTarget(folder, { name, role: 'server', process: { command, env }, lateAnswers: '100ms' });
  const report = join(folder, name);
  const { code, stdout, stderr } = await call(['run', file, '--report', report, ...args]);
  return { code, stdout, stderr, report: reportIn(report) };
}

describe('a server that is far away', { timeout: 120_000 }, () => {
  test('conforms with several scenarios at once, and the report says so', async () => {
    const { code, stdout, stderr, report } = await runOn('far', {});
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^round trip \d+ ms, 16 scenarios at once$/m);
    assert.ok((report.pace?.roundTripMs ?? 0) >= 40);
    assert.equal(report.pace?.lanes, 16);
  });

  test('runs one scenario at a time with --fail-fast', async () => {
    const { report } = await runOn('one', {}, '--fail-fast', '--only', 'server-long-stays-long');
    assert.equal(report.pace?.lanes, 1);
  });

  const receivedOn = async (name: string, env: Readonly<Record<string, string>>): Promise<string[]> => {
    const { code, report } = await runOn(name, env);
    assert.equal(code, 1);
    const failures = report.requirements.flatMap(({ scenarios }) => scenarios.flatMap(({ failure }) => failure ?? []));
    return failures.map(({ received }) => received);
  };

  test('that ends at its 90th request fails where it ended', async () => {
    const received = await receivedOn('ends', { LAST: '90' });
    assert.ok(
      received.some((text) => text.includes('the server exited with code 3')),
      JSON.stringify(received),
    );
  });

  test('that ends only where several scenarios run fails, and what ran beside is named', async () => {
    const received = await receivedOn('at-once', { AT_ONCE: '12' });
    const named = received.filter((text) => /while this scenario and others ran: features\/server\//.test(text));
    assert.notEqual(named.length, 0, JSON.stringify(received));
  });
});
