import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { schemaFaults } from '../../harness/message/schema.ts';
import type { Statement } from '../../report/certificate/statement.ts';
import { call, fixtureTarget, reportIn, temporaryFolder } from '../../testing/command-line.ts';
import type { CallResult } from '../../testing/warm-process.ts';

const folder = temporaryFolder();

const build = { name: 'a server', digest: `sha256:${'5'.repeat(64)}` };

const serverTarget = (fixture: string): string => fixtureTarget(folder, fixture, { build });

/** Runs all shards of a run. @returns their folders */
async function runShards(target: string, of: number): Promise<string[]> {
  const folders = Array.from({ length: of }, (_, index) => join(folder, `shard-${index + 1}-of-${of}`));
  const ended = await Promise.all(
    folders.map((report, index) => call(['run', target, '--shard', `${index + 1}/${of}`, '--report', report])),
  );
  for (const { code, stdout, stderr } of ended) assert.ok(code === 0 || code === 1, stdout + stderr);
  return folders;
}

const merge = (...args: string[]): Promise<CallResult> => call(['merge', ...args, '--report', join(folder, 'merged')]);

/** What a merged run and a whole run must have in common: the verdict, the table of requirements, and the subject of the certificate. */
function essence(report: string): unknown {
  const { verdict, because, exitCode, counts, requirements } = reportIn(report);
  const table = requirements.map(({ id, level, status }) => [id, level, status]);
  const { subject, predicate } = JSON.parse(readFileSync(join(report, 'certificate.json'), 'utf8')) as Statement;
  const { passedTests, warnedTests, failedTests, configuration } = predicate;
  return JSON.stringify([
    verdict,
    because,
    exitCode,
    counts,
    table,
    subject,
    passedTests,
    warnedTests,
    failedTests,
    configuration,
  ]);
}

describe('run --shard, and merge', { timeout: 180_000 }, async () => {
  const target = serverTarget('faulty/server/qos-of-the-subscription');
  const whole = join(folder, 'whole');
  assert.equal((await call(['run', target, '--report', whole])).code, 1);
  const shards = await runShards(target, 3);
  const [first = '', second = '', third = ''] = shards;

  test('have the same result as the whole run, with a certificate that verify accepts', async () => {
    const merged = join(folder, 'merged');
    const { code, stdout, stderr } = await merge(third, first, second);
    assert.equal(code, 1, stdout + stderr);
    assert.match(stdout, /\nmerged from 3 shards: /);
    assert.equal(essence(merged), essence(whole));
    const captures = (report: string): unknown[] =>
      reportIn(report).requirements.flatMap(({ scenarios }) => scenarios.flatMap(({ failure }) => failure?.capture?.file ?? []));
    assert.ok(captures(whole).length > 0);
    assert.deepEqual(captures(merged), [], 'each shard has a capture of its own');
    assert.deepEqual(schemaFaults('report', readFileSync(join(merged, 'report.json'), 'utf8')), []);
    assert.match((await call(['verify', merged])).stdout, /: genuine/);
  });

  test('a shard says that it is one, has no certificate, and exits with 0 if nothing fails', async () => {
    const part = join(folder, 'conforming');
    const { code, stdout } = await call(['run', '--role', 'server', '--shard', '20/40', '--report', part]);
    assert.equal(code, 0, stdout);
    const { verdict, exitCode, shard } = reportIn(part);
    assert.deepEqual([verdict, exitCode, shard], ['incomplete', 0, { number: 20, of: 40 }]);
    assert.deepEqual(schemaFaults('report', readFileSync(join(part, 'report.json'), 'utf8')), []);
    assert.match(stdout, /: incomplete, because it is shard 20 of 40 and nothing failed in it; merge all shards\n$/);
    assert.throws(() => readFileSync(join(part, 'certificate.json')), /ENOENT/);
  });

  test('refuses shards that are missing, duplicate, changed or of another run, and folders without a shard', async () => {
    const changed = join(folder, 'changed');
    const failing = shards.find((shard) => reportIn(shard).counts.failed > 0) ?? '';
    cpSync(failing, changed, { recursive: true });
    const report = join(changed, 'report.json');
    const text = readFileSync(report, 'utf8').replace('"status": "failed"', '"status": "passed"');
    assert.notEqual(text, readFileSync(report, 'utf8'));
    writeFileSync(report, text);
    const other = serverTarget('unusual/server/pretty-json');
    const foreign = join(folder, 'foreign');
    await call(['run', other, '--shard', '2/3', '--report', foreign]);
    const refused: readonly (readonly [readonly string[], RegExp])[] = [
      [[first, third], /^shard 2 of 3 is missing: merge needs all of them, also those that failed\n/],
      [[first, second, third, first], /^shard 1\/3 is given more than once: /],
      [[first, foreign, third], /foreign is not a shard of the same run as \S+: target: fileDigest is "/],
      [shards.map((shard) => (shard === failing ? changed : shard)), /changed is not as the suite wrote it: in report\.json /],
      [[first, whole, third], /whole is not a shard: its run was made without --shard\n/],
      [[first, join(folder, 'nothing'), third], /nothing: expected the reports of "run --shard": ENOENT/],
    ];
    for (const [folders, complaint] of refused) {
      const { code, stderr } = await merge(...folders);
      assert.equal(code, 2, stderr);
      assert.match(stderr, complaint);
    }
  });

  test('parses --shard strictly, and rejects options that would change the whole run', async () => {
    const refused: readonly (readonly [readonly string[], RegExp])[] = [
      [['--shard', '0/3'], /^--shard is "0\/3"; expected the number of a part and that of all parts, such as 2\/5\n/],
      [['--shard', '4/3'], /^--shard is "4\/3"; expected/],
      [['--shard', '999/999'], /^--shard 999\/999: there are \d+ scenarios, so this part has none\n/],
      [['--shard', '1/3', '--fail-fast'], /^--shard runs a part of a whole run, and --fail-fast changes what a whole run is/],
      [['--shard', '1/3', '--sign', 'key'], /^--sign signs a certificate, and a shard gets none: use --sign with "merge"\n/],
    ];
    for (const [args, complaint] of refused) {
      const { code, stderr } = await call(['run', '--role', 'server', ...args, '--report', join(folder, 'refused')]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, complaint);
    }
  });
});
