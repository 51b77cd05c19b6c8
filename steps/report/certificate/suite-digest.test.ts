import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../testing/command-line.ts';
import { dirHash } from './suite-digest.ts';

const folder = temporaryFolder();
const command = 'find one two -type f | LC_ALL=C sort | xargs sha256sum | sha256sum';

test("the digest of folders is in-toto's dirHash, which a line of shell computes", { skip: process.platform === 'win32' }, () => {
  for (const name of ['one/b', 'one/B', 'one/a', 'one/a-b', 'one/a/b', 'two']) mkdirSync(join(folder, name), { recursive: true });
  for (const name of ['one/b/c.txt', 'one/B/c.txt', 'one/a/b/c.txt', 'one/a-b/c.txt', 'one/é.txt', 'one/z.txt', 'two/x'])
    writeFileSync(join(folder, name), name);
  symlinkSync('x', join(folder, 'two/y'));
  const { stdout } = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
  assert.match(stdout, /^[0-9a-f]{64} {2}-\n$/);
  assert.equal(dirHash(folder, ['one', 'two']), stdout.slice(0, 64));
});
