import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { WrongUse } from '../harness/text/usage-error.ts';
import { temporaryFolder } from '../testing/command-line.ts';
import { lockFile, lockFolder } from './folder-lock.ts';

const folder = temporaryFolder();
const fileIn = (name: string): string => join(folder, name, lockFile);

/** Writes a lock as another process would. */
function leave(name: string, owner: Readonly<Record<string, unknown>> | string): string {
  lockFolder(join(folder, name))[Symbol.dispose]();
  writeFileSync(fileIn(name), typeof owner === 'string' ? owner : JSON.stringify({ since: '2026-01-02T03:04:05Z', ...owner }));
  return join(folder, name);
}

/** The name of this host in a lock. */
function hostOf(): string {
  using _lock = lockFolder(join(folder, 'host'));
  return (JSON.parse(readFileSync(fileIn('host'), 'utf8')) as { host: string }).host;
}

describe('the lock of a report folder', () => {
  test('is there while the run lasts, and twice for one process', () => {
    const first = lockFolder(join(folder, 'own'));
    lockFolder(join(folder, 'own'))[Symbol.dispose]();
    assert.ok(existsSync(fileIn('own')));
    first[Symbol.dispose]();
    assert.equal(existsSync(fileIn('own')), false);
  });

  test('keeps others out while its process runs, and says who it is', async () => {
    const other = spawn('sleep', ['60']);
    await once(other, 'spawn');
    const taken = leave('taken', { pid: other.pid, host: hostOf() });
    assert.throws(
      () => lockFolder(taken),
      (error: Error) =>
        error instanceof WrongUse &&
        error.message.includes(`taken: another run writes to this folder (process ${other.pid} on `) &&
        error.message.includes('since 2026-01-02T03:04:05Z') &&
        error.message.includes('--report'),
    );
    other.kill();
    await once(other, 'exit');
    lockFolder(taken)[Symbol.dispose]();
  });

  test('is taken over from a process that has ended, from an earlier one with the same number, and where nobody can read it', () => {
    const { pid } = spawnSync('true');
    for (const [name, owner] of [
      ['ended', { pid, host: hostOf() }],
      ['number', { pid: process.ppid, host: hostOf(), began: '1' }],
      ['itself', { pid: process.pid, host: hostOf() }],
      ['empty', ''],
    ] as const) {
      using _lock = lockFolder(leave(name, owner));
      assert.match(readFileSync(fileIn(name), 'utf8'), new RegExp(`"pid":${process.pid},`));
    }
  });

  test('of another machine or container lasts as long as it is renewed', () => {
    const elsewhere = leave('elsewhere', { pid: 1, host: 'another-host' });
    assert.throws(() => lockFolder(elsewhere), /process 1 on another-host/);
    const old = new Date(Date.now() - 3_600_000);
    utimesSync(fileIn('elsewhere'), old, old);
    lockFolder(elsewhere)[Symbol.dispose]();
  });
});
