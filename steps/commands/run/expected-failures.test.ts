import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { schemaFaults } from '../../harness/message/schema.ts';
import { call, fixtureTarget, reportIn, temporaryFolder } from '../../testing/command-line.ts';

const folder = temporaryFolder();

/** A folder with the target file of a server that breaks only server-response-qos0, and with this file of expectations. */
function prepared(name: string, expectations?: string): { target: string; report: string } {
  const own = join(folder, name);
  mkdirSync(own);
  if (expectations !== undefined) writeFileSync(join(own, 'expectations.yaml'), expectations);
  return { target: fixtureTarget(own, 'faulty/server/qos-of-the-subscription'), report: join(own, 'report') };
}

const entry = '{ id: server-response-qos0, reason: HUB-7, until: 9999-12-31 }';

describe('a server that fails in what expectations.yaml says', () => {
  test('does not conform, and --allow-expected lets it pass without a certificate', async () => {
    const { target, report } = prepared('known', `expectations:\n  - ${entry}\n`);
    const ended = await call(['run', target, '--report', report, '--allow-expected']);
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    assert.match(ended.stdout, /\nexpectations\.yaml: 1 expected to fail and allowed to\n/);
    assert.match(ended.stdout, / {4}known {6}expected to fail until 9999-12-31: HUB-7\n/);
    assert.match(
      ended.stdout,
      /: does not conform, because 1 of \d+ requirements is not met, as expected: server-response-qos0; --allow-expected lets it pass\n$/,
    );
    const written = reportIn(report);
    assert.deepEqual(schemaFaults('report', JSON.stringify(written)), []);
    assert.equal(written.verdict, 'does not conform');
    assert.match(readFileSync(join(report, 'junit.xml'), 'utf8'), /<skipped message="expected to fail until 9999-12-31: HUB-7;/);
    assert.ok(!existsSync(join(report, 'certificate.json')));
  });

  test('fails without the flag, and so does a part of a run with it', async () => {
    const { target, report } = prepared('refused');
    const other = join(folder, 'other.yaml');
    writeFileSync(other, `expectations:\n  - ${entry}\n`);
    const only = ['--only', 'server-response-qos0', '--report', report, '--expectations', other];
    const ended = await call(['run', target, ...only]);
    assert.equal(ended.code, 1, ended.stdout + ended.stderr);
    assert.match(ended.stdout, /is not met, as expected: server-response-qos0\n$/);
    assert.match(readFileSync(join(report, 'junit.xml'), 'utf8'), /<failure message="expected to fail until 9999-12-31: HUB-7;/);
    assert.equal((await call(['run', target, ...only, '--allow-expected'])).code, 1);
  });
});

describe('expectations that are outdated', () => {
  test('fail a run that would pass, with file, line and member', async () => {
    const { target, report } = prepared(
      'stale',
      `expectations:\n  - ${entry}\n  - { id: server-answers-once, reason: x, until: 9999-12-31 }\n`,
    );
    const ended = await call(['run', target, '--report', report, '--allow-expected', '--only', 'server-answers-once']);
    assert.equal(ended.code, 4);
    assert.match(
      ended.stdout,
      /\noutdated: expectations\.yaml:3:5: expectations\[1\]: server-answers-once no longer fails; remove the entry\n/,
    );
  });

  test('excuse nothing after their day', async () => {
    const { target, report } = prepared(
      'late',
      `expectations:\n  - { id: server-response-qos0, reason: x, until: 2001-01-01 }\n`,
    );
    const ended = await call(['run', target, '--report', report, '--allow-expected', '--only', 'server-response-qos0']);
    assert.equal(ended.code, 1);
    assert.match(ended.stdout, /\noutdated: expectations\.yaml:2:5: expectations\[0\]\.until: 2001-01-01 has passed/);
    assert.match(ended.stdout, /is not met: server-response-qos0\n$/);
  });

  test('are reported before anything is started', async () => {
    const { target, report } = prepared(
      'unknown',
      'expectations:\n  - { id: server-response-qos, reason: x, until: 9999-12-31 }\n',
    );
    const ended = await call(['run', target, '--report', report]);
    assert.equal(ended.code, 2);
    assert.match(
      ended.stderr,
      /expectations\.yaml:2:11: expectations\[0\]\.id: is "server-response-qos", which is not a requirement \(did you mean "server-response-qos0"\?\)/,
    );
    assert.ok(!existsSync(report));
  });

  test('must exist if --allow-expected is given', async () => {
    const { target, report } = prepared('missing');
    const ended = await call(['run', target, '--report', report, '--allow-expected']);
    assert.equal(ended.code, 2);
    assert.match(
      ended.stderr,
      /^--allow-expected needs expectations: expectations\.yaml beside the target file, or --expectations FILE\n$/,
    );
  });
});
