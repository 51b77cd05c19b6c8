import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { call, entry, fixtureClientTarget, fixtureTarget, temporaryFolder, writeTarget } from '../../testing/command-line.ts';

const folder = temporaryFolder();
const server = fixtureTarget(folder, 'unusual/server/pretty-json');
const strings = fixtureTarget(folder, 'faulty/server/always-strings');
const twice = fixtureTarget(folder, 'faulty/server/answers-twice');
const client = fixtureClientTarget(folder, 'unusual/client/long');
const absent = writeTarget(folder, { name: 'absent', role: 'server', process: { command: ['no-such-program', '{port}'] } });
const fabricated = join(folder, 'fabricated');
mkdirSync(fabricated);
writeFileSync(join(fabricated, 'certificate.json'), '{}');
const bounds = ['--root', '/'];
const described = ['--role', 'server', '--image', 'acme/hub:1', '--yes'];

/** A call of the command line for each documented exit code that no other test covers. */
const calls: readonly (readonly [code: number, args: readonly string[]])[] = [
  [0, ['interop', server, client, '--starts', '1', '--report', 'interop-0', ...bounds]],
  [1, ['interop', strings, client, '--starts', '1', '--report', 'interop-1', ...bounds]],
  [2, ['interop', server, '--report', 'interop-2', ...bounds]],
  [3, ['interop', absent, client, '--report', 'interop-3', ...bounds]],
  [4, ['interop', server, client, '--deadline', '100ms', '--report', 'interop-4', ...bounds]],
  [0, ['load', server, '--devices', '2', '--report', 'load-0', ...bounds]],
  [1, ['load', twice, '--devices', '2', '--report', 'load-1', ...bounds]],
  [2, ['load', client, '--devices', '2', '--report', 'load-2', ...bounds]],
  [3, ['load', absent, '--devices', '2', '--report', 'load-3', ...bounds]],
  [0, ['init', 'acme.yaml', ...described]],
  [2, ['init', 'acme.yaml', ...described]],
  [3, ['init', 'no-such-folder/acme.yaml', ...described]],
  [0, ['validate', server]],
  [2, ['validate', 'no-such-file.yaml']],
  [2, ['doctor', 'no-such-file.yaml']],
  [3, ['doctor', absent, ...bounds]],
  [2, ['verify', 'no-such-folder']],
  [2, ['verify', folder]],
  [1, ['verify', fabricated]],
];

describe('the exit code', { timeout: 120_000 }, () => {
  for (const [code, args] of calls)
    test(`is ${code} for ${args.map((arg) => arg.replace(`${folder}/`, '')).join(' ')}`, async () => {
      const ended = await call(args, { cwd: folder });
      assert.equal(ended.code, code, ended.stdout + ended.stderr);
      assert.doesNotMatch(ended.stderr, /^\s+at /m);
    });

  const terminal = '/usr/bin/script';
  test('is 4 for an init that ends before all answers', { skip: !existsSync(terminal) }, async () => {
    const command = `"${process.execPath}" "${entry}" init ended.yaml`;
    const code = await new Promise((resolve) => {
      const child = execFile(terminal, ['--quiet', '--return', '--command', command, '/dev/null'], {
        cwd: folder,
        timeout: 60_000,
      });
      // Ctrl-C, once the cursor is hidden for the first question.
      child.stdout?.on('data', (data) => String(data).includes('\u001b[?25l') && child.stdin?.write('\u0003'));
      child.once('close', resolve);
    });
    assert.equal(code, 4);
    assert.equal(existsSync(join(folder, 'ended.yaml')), false);
  });
});
