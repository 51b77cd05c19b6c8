import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { askCredentialHelper } from './credential-helper.ts';

const folder = mkdtempSync(join(tmpdir(), 'credential-helper-'));
after(() => rmSync(folder, { recursive: true }));

/** A helper that does this, as a program. */
function helper(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Whether no process has these words in its command any more: one that was killed takes a moment to end on a busy machine. */
async function isGoneSoon(words: string): Promise<boolean> {
  const until = performance.now() + 10_000;
  const isGone = (): boolean => spawnSync('pgrep', ['-f', words]).status !== 0;
  while (!isGone() && performance.now() < until) await pass(50);
  return isGone();
}

describe('a credential helper', { timeout: 30_000 }, () => {
  test('says how to log in, or that it does not know', async () => {
    const known = helper('known', 'read registry; printf \'{"ServerURL":"%s","Username":"ci","Secret":"s"}\' "$registry"');
    assert.deepEqual(await askCredentialHelper(known, 'acme.example'), {
      registryAddress: 'acme.example',
      username: 'ci',
      password: 's',
    });
    const token = helper('token', 'echo \'{"Username":"<token>","Secret":"t"}\'');
    assert.deepEqual(await askCredentialHelper(token, 'acme.example'), { registryAddress: 'acme.example', identityToken: 't' });
    assert.equal(await askCredentialHelper(helper('unknown', 'echo credentials not found; exit 1'), 'acme.example'), undefined);
  });

  test('that is not there, or prints something else, is named', async () => {
    await assert.rejects(askCredentialHelper(join(folder, 'absent'), 'a'), {
      name: 'EnvironmentError',
      message: /absent of the Docker client's configuration is not on PATH\.\n/,
    });
    for (const script of ['echo hello', 'echo null', 'echo \'{"Username":"ci"}\''])
      await assert.rejects(askCredentialHelper(helper('odd', script), 'a'), {
        name: 'EnvironmentError',
        message: /odd .* printed something else/,
      });
  });

  test('that hangs is ended with its children', async () => {
    const hanging = helper('hanging', 'sleep 7931 & sleep 7932');
    await assert.rejects(askCredentialHelper(hanging, 'a', 300), {
      name: 'EnvironmentError',
      message: /has not answered within 0\.3 s/,
    });
    assert.ok(await isGoneSoon('sleep 793[12]'));
  });

  test('is ended with the suite, even by force', async () => {
    const pidFile = join(folder, 'pid');
    const hanging = helper('lasting', `echo $$ > ${pidFile}; exec sleep 7933`);
    const module = new URL('./credential-helper.ts', import.meta.url).href;
    const suite = spawn(process.execPath, [
      '-e',
      `import(${JSON.stringify(module)}).then((m) => m.askCredentialHelper(${JSON.stringify(hanging)}, 'a'))`,
    ]);
    const exited = once(suite, 'exit');
    while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await pass(20);
    // Its cleanup process has heard of the helper by then.
    await pass(500);
    suite.kill('SIGKILL');
    await exited;
    assert.ok(await isGoneSoon('sleep 7933'));
  });
});
