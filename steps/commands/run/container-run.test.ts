import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { connectEngine } from '../../harness/implementation/engine.ts';
import { root } from '../../requirements/requirement.ts';
import { call, reportIn, temporaryFolder } from '../../testing/command-line.ts';

/** The base of the fixtures' images; it must be on this machine, because the tests pull nothing. */
const base = 'local/base:latest';

const required = process.env['CONFORMANCE_REQUIRE_DOCKER'] === '1';
const skip = required ? false : await reasonToSkip();

async function reasonToSkip(): Promise<string | false> {
  const engine = await connectEngine().catch(() => undefined);
  if (engine === undefined) return 'no Docker engine answers';
  const there = await engine.client.image.exists(engine.testcontainers.ImageName.fromString(base));
  return there ? false : `the image ${base} is not there`;
}

const folder = temporaryFolder();

/** Runs the suite on a fixture in a container; with ids, only these requirements. */
async function run(name: string, ...ids: string[]) {
  const report = join(folder, name);
  const only = ids.length === 0 ? [] : ['--only', ...ids];
  const target = join(root, `fixtures/targets/${name}.yaml`);
  const ended = await call(['run', target, '--root', root, ...only, '--report', report]);
  return { ...ended, report: reportIn(report) };
}

describe('a run in containers', { skip, timeout: 300_000 }, () => {
  test('certifies the reference server on a broker', async () => {
    const { code, stdout, stderr, report } = await run('reference-on-broker');
    assert.equal(code, 0, stdout + stderr);
    assert.equal(report.verdict, 'conforms');
    assert.match(report.target.imageDigest ?? '', /^sha256:[0-9a-f]{64}$/);
    const { code: checked, stdout: found } = await call(['verify', join(folder, 'reference-on-broker')]);
    assert.equal(checked, 0, found);
    assert.ok(found.includes(`\n               ${report.target.imageDigest}\nresult         PASSED`), found);
  });

  test("arrives at exactly 1571724098125 in the page's example, on the reference client's controlled clock", async () => {
    const { code, stdout, stderr, report } = await run('reference-client-in-container', 'client-worked-example');
    assert.equal(code, 4, stdout + stderr);
    assert.match(report.target.imageDigest ?? '', /^sha256:[0-9a-f]{64}$/);
    const example = report.requirements.find(({ id }) => id === 'client-worked-example');
    assert.equal(example?.status, 'passed', stdout);
    const exact = example.scenarios.filter(({ title }) => title.startsWith("The page's own numbers"));
    assert.deepEqual(
      exact.map(({ information }) => information),
      [['reported 1571724098125'], ['reported 1571724098125']],
    );
  });
});
