import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root } from '../../requirements/requirement.ts';
import { call, fixtureTarget, reportIn, temporaryFolder } from '../../testing/command-line.ts';

const folder = temporaryFolder();
const id = 'server-long-stays-long';
const target = fixtureTarget(folder, 'faulty/server/always-strings');

describe('a failure', () => {
  test('leads to its requirement on a page beside the report', async () => {
    const { code, stdout, stderr } = await call(['run', target, '--only', id, '--report', 'out'], { cwd: folder });
    assert.equal(code, 1, stdout + stderr);
    assert.ok(stdout.includes(`    explained  ${join('out', 'specification.html')}#${id}\n`), stdout);
    assert.match(stdout, /^reports in out: .*, junit\.xml, specification\.html, messages\.ndjson/m);
    const report = reportIn(join(folder, 'out'));
    const page = readFileSync(join(folder, 'out/specification.html'), 'utf8');
    for (const { id: own, specification } of report.requirements) {
      assert.equal(specification, `specification.html#${own}`);
      assert.ok(page.includes(` id="${own}"`), own);
    }
  });

  test('leads to the site that --docs names, and leaves no page of an earlier run', async () => {
    const docs = ['--docs', 'https://docs.example/ntp'];
    const { code, stdout, stderr } = await call(['run', target, '--only', id, '--report', 'out', ...docs], { cwd: folder });
    assert.equal(code, 1, stdout + stderr);
    assert.ok(stdout.includes(`    explained  https://docs.example/ntp/server.html#${id}\n`), stdout);
    assert.equal(reportIn(join(folder, 'out')).specification, 'https://docs.example/ntp/server.html');
    assert.ok(!existsSync(join(folder, 'out/specification.html')));
  });
});

test('--docs takes nothing but the address of a folder', async () => {
  const { code, stdout, stderr } = await call(['run', target, '--docs', 'javascript:alert(1)'], { cwd: folder });
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /^--docs javascript:alert\(1\): expected the address of a folder/);
});

test('npm run docs writes the site into the named folder', async () => {
  const program = join(root, 'steps/tools/docs-site/docs.ts');
  const { code, stdout, stderr } = await call(['--to', 'site'], { program, cwd: folder });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^5 pages in site, /);
  for (const name of ['index', 'server', 'client', 'words', 'proof'])
    assert.ok(existsSync(join(folder, `site/${name}.html`)), name);
  const wrong = await call(['--two', 'site'], { program, cwd: folder });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /'--two'/);
  assert.doesNotMatch(wrong.stderr, /^\s+at /m, 'a stack trace');
});
