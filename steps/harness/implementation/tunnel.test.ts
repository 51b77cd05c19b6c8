import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { openTunnel } from './tunnel.ts';

const folder = mkdtempSync(join(tmpdir(), 'tunnel-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const said = join(folder, 'said');
process.env['PATH'] = `${folder}:${process.env['PATH']}`;

/** Puts a program in the place of the system's ssh, which keeps what it was told. */
function installSsh(lines: string): void {
  writeFileSync(join(folder, 'ssh'), `#!/bin/sh\nprintf '%s\\n' "$@" >'${said}'\n${lines}\n`);
  chmodSync(join(folder, 'ssh'), 0o755);
}

describe('a tunnel to an engine', { timeout: 10_000 }, () => {
  test("leads from a socket of this machine to the engine's, by what DOCKER_HOST says", async () => {
    installSsh('exec cat');
    const { socket, host } = await openTunnel('ssh://ci%40acme@build-7.example:2022/run/user/1000/docker.sock');
    assert.deepEqual([host, basename(socket)], ['build-7.example', 'docker.sock']);
    const told = readFileSync(said, 'utf8').trim().split('\n');
    const after = (flag: string): string | undefined => told[told.indexOf(flag) + 1];
    assert.deepEqual([after('-p'), after('-l'), after('-L')], ['2022', 'ci@acme', `${socket}:/run/user/1000/docker.sock`]);
    assert.deepEqual(told.slice(-3), ['--', 'build-7.example', 'cat']);
    await openTunnel('ssh://build-7.example');
    assert.match(readFileSync(said, 'utf8'), /:\/var\/run\/docker\.sock\n--\nbuild-7\.example\ncat\n$/);
  });

  test('says what ssh says where it does not come about', async () => {
    installSsh('echo "nobody@build-7: Permission denied (publickey)." >&2; exit 255');
    await assert.rejects(openTunnel('ssh://nobody@build-7'), {
      name: 'EnvironmentError',
      message:
        /^The Docker engine at ssh:\/\/nobody@build-7 \(DOCKER_HOST\) cannot be reached: nobody@build-7: Permission denied \(publickey\)\.\n/,
    });
    rmSync(join(folder, 'ssh'));
    process.env['PATH'] = folder;
    await assert.rejects(openTunnel('ssh://build-7'), /cannot be reached: spawn ssh ENOENT\n/);
  });
});
