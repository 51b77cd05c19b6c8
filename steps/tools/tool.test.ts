import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../requirements/requirement.ts';

const run = promisify(execFile);
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

/** The program of each script that begins with `node steps/….ts`. */
const programs = Object.entries(scripts).flatMap(([name, script]) => {
  const program = /^node (?:--expose-gc )?(steps\/\S+\.ts)(?: &&|$)/.exec(script)?.[1];
  return program === undefined ? [] : [[name, program] as const];
});

describe('a program for those who work on the suite', { timeout: 60_000, concurrency: 2 }, () => {
  assert.ok(programs.length > 5);
  for (const [name, program] of programs) {
    test(`npm run ${name} -- --help says how it is used, and npm run ${name} -- --malformed that it is not so`, async () => {
      const { stdout } = await run(process.execPath, [join(root, program), '--help']);
      assert.match(stdout, new RegExp(`^Usage: npm run ${name}\\b`, 'm'));
      await assert.rejects(run(process.execPath, [join(root, program), '--malformed']), (error: Error) => {
        const { code, stderr } = error as Error & { code: number; stderr: string };
        assert.equal(code, 2);
        assert.match(stderr, /malformed/);
        assert.doesNotMatch(stderr, /^\s+at /m);
        return true;
      });
    });
  }

  const [[, program] = ['', '']] = programs;
  const help = (redirected: string): Promise<{ stdout: string }> =>
    run('bash', [
      '-c',
      `set -o pipefail; { "$0" "$1" --help 2>&1 1>&3 | cat; } 3> ${redirected}`,
      process.execPath,
      join(root, program),
    ]);

  test('ends silently if its reader closes the pipe', { skip: process.platform === 'win32' }, async () => {
    const { stdout } = await help('>(exec true)');
    assert.equal(stdout, '');
  });

  test('says that a disk is full', { skip: process.platform !== 'linux' }, async () => {
    await assert.rejects(help('/dev/full'), (error: Error) => {
      const { code, stdout } = error as Error & { code: number; stdout: string };
      assert.equal(code, 1);
      assert.match(stdout, /^\S+: the output could not be written \(.*ENOSPC.*\)\n$/);
      return true;
    });
  });
});
