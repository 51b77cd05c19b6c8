import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../requirements/requirement.ts';

const run = promisify(execFile);
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

/** The program of each script that runs one of ours first: `node steps/….ts`. */
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
});
