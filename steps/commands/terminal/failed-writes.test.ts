import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { call, entry, reportIn, temporaryFolder } from '../../testing/command-line.ts';

const folder = temporaryFolder();
const short = ['run', '--role', 'server', '--only', 'server-response-qos0', 'server-echoes-send-time'];

/** A separate file system with so many bytes, if the user may mount one; it is unmounted after the test. */
function small(name: string, bytes: number): ({ readonly path: string } & Disposable) | undefined {
  const path = join(folder, name);
  mkdirSync(path);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'none', path]).status !== 0) return undefined;
  return { path, [Symbol.dispose]: () => void execFileSync('umount', [path]) };
}

/** Runs `iot-ntp-conformance …` with a standard output whose reading end is closed. */
async function unread(args: readonly string[]): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [[code], stderr] = await Promise.all([once(child, 'exit') as Promise<[number | null]>, text(child.stderr)]);
  return { code, stderr };
}

describe('a run whose results cannot all be written', () => {
  test('with a full disk says so, does not succeed, and prints its results on the console', async (context) => {
    using disk = small('full', 600_000);
    if (disk === undefined) {
      context.skip('no file system can be mounted here');
      return;
    }
    const report = join(disk.path, 'report');
    const { code, stdout, stderr } = await call([...short, '--report', report]);
    assert.equal(code, 3, stdout + stderr);
    assert.match(stdout, /passed +server-response-qos0/);
    assert.match(stderr, /^The reports in .*report are incomplete: ENOSPC: no space left on device, write '.*report'/m);
    assert.doesNotMatch(stderr, /^\s+at /m, 'a stack trace');
    assert.equal(reportIn(report).verdict, 'incomplete');
    assert.deepEqual(
      readdirSync(report).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  test('judges nothing when not even the first report finds room', async (context) => {
    using disk = small('fuller', 20_000);
    if (disk === undefined) {
      context.skip('no file system can be mounted here');
      return;
    }
    const { code, stdout, stderr } = await call([...short, '--report', join(disk.path, 'report')]);
    assert.equal(code, 3, stdout + stderr);
    assert.match(stderr, /^ENOSPC: no space left on device, write '.*fuller\/report': nothing was judged$/m);
  });

  test('judges nothing when its folder cannot be made', { skip: !existsSync('/proc/self') }, async () => {
    const { code, stderr } = await call([...short, '--report', '/proc/self/report/folder']);
    assert.equal(code, 3);
    assert.match(stderr, /^E[A-Z]+: .*'\/proc\/self\/report': nothing was judged$/m);
  });

  test('is no success when the reader of its output goes away, and its reports are whole', async () => {
    const report = join(folder, 'unread');
    const { code, stderr } = await unread(['run', '--role', 'server', '--report', report]);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /^The output could not be written \(.*EPIPE.*\): read the verdict in report\.json\.$/m);
    assert.equal(reportIn(report).verdict, 'conforms');
  });

  test('is no success when its output goes to a full disk', { skip: !existsSync('/dev/full') }, () => {
    const full = openSync('/dev/full', 'w');
    for (const args of [[...short, '--report', join(folder, 'full-output')], ['list']]) {
      const { status, stderr } = spawnSync(process.execPath, [entry, ...args], {
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
      });
      assert.ok(status === 3 || status === 4, `exit code ${status}: ${stderr}`);
      assert.doesNotMatch(stderr, /^\s+at /m, 'a stack trace');
    }
    closeSync(full);
  });
});

test('a list whose reader stops early is not a failure', async () => {
  const { code, stderr } = await unread(['list']);
  assert.equal(`${code} ${stderr}`, '0 ');
});
