import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { callAfresh, fixtureTarget, reportIn, temporaryFolder } from '../../testing/command-line.ts';

const folder = temporaryFolder();

/** A module that the suite's process loads first. It throws as soon as a file exists. */
function breakerOnceThere(name: string, file: string, how: string): string {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(
    path,
    `import { existsSync } from 'node:fs';
const timer = setInterval(() => {
  if (!existsSync(${JSON.stringify(file)})) return;
  clearInterval(timer);
  ${how}
}, 5);
timer.unref();`,
  );
  return path;
}

describe('an error that nothing in the suite expects', { timeout: 60_000 }, () => {
  for (const [name, how] of [
    ['exception', "throw new TypeError('made up');"],
    ['rejection', "Promise.reject(new TypeError('made up'));"],
  ] as const)
    test(`ends a run with exit code 4, in one line, and leaves an incomplete report (${name})`, async () => {
      const report = join(folder, name);
      const breaker = breakerOnceThere(name, join(report, 'messages.ndjson'), how);
      const env = { NODE_OPTIONS: `--import ${breaker}` };
      const { code, stderr } = await callAfresh(
        ['run', fixtureTarget(folder, 'unusual/server/pretty-json'), '--report', report, '--root', '/'],
        {
          env,
        },
      );
      assert.equal(code, 4, stderr);
      assert.match(stderr, /^The suite is at fault, and has judged nothing: TypeError: made up$/m);
      const [, details = ''] = /^ {2}Details for a bug report: (.*)$/m.exec(stderr) ?? [];
      assert.match(readFileSync(details, 'utf8'), /TypeError: made up\n\s+at /);
      assert.doesNotMatch(stderr, /^\s+at /m);
      assert.equal(reportIn(report).verdict, 'incomplete');
    });
});
