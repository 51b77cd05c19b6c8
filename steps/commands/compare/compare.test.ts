import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { call, temporaryFolder } from '../../testing/command-line.ts';
import { idsOf, must, reportOf } from '../../testing/sample-report.ts';
import type { Report } from '../../verdict/report.ts';

describe('compare', () => {
  const folder = temporaryFolder();
  const write = (name: string, content: Report): string => {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'report.json'), JSON.stringify(content));
    return join(folder, name);
  };
  const [good, bad] = [write('good', reportOf(must('server-a', 'passed'))), write('bad', reportOf(must('server-a', 'failed')))];

  test('exits with 1 if a MUST got worse, and writes text, JSON and a page', async () => {
    const page = join(folder, 'page.html');
    const text = await call(['compare', good, bad, '--page', page]);
    assert.equal(text.code, 1, text.stderr);
    assert.match(text.stdout, /Worse:\n {2}server-a {2}MUST {2}passed → failed\n/);
    assert.match(readFileSync(page, 'utf8'), /A MUST got worse: 1 worse, 0 better\. server-a/);
    const { code, stdout } = await call(['compare', bad, join(good, 'report.json'), '--json']);
    assert.equal(code, 0);
    assert.deepEqual(idsOf((JSON.parse(stdout) as { better: { id: string }[] }).better), ['server-a']);
  });

  test('takes only reports, and only of one role', async () => {
    const { code, stderr } = await call(['compare', good, join(folder, 'none')]);
    assert.deepEqual([code, /none: there is no such report/.test(stderr)], [2, true], stderr);
    const client = reportOf(must('client-a', 'passed'));
    const other = write('client', { ...client, target: { ...client.target, role: 'client' } });
    assert.match((await call(['compare', good, other])).stderr, /compare two of one role/);
    writeFileSync(join(folder, 'x.json'), '{}');
    assert.match((await call(['compare', good, join(folder, 'x.json')])).stderr, /is not a report of this version/);
  });
});
