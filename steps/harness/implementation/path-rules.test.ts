import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { loadTarget } from './target-file.ts';

const root = mkdtempSync(join(tmpdir(), 'target-paths-'));
after(() => rmSync(root, { recursive: true }));
const folder = join(root, 'targets');
for (const name of ['targets/hub/inner', 'targets/linked', 'targets-beside']) mkdirSync(join(root, name), { recursive: true });
for (const name of ['secret.txt', 'targets-beside/x', 'targets/given.txt', 'targets/hub/Dockerfile'])
  writeFileSync(join(root, name), '');
writeFileSync(join(folder, 'huge.pem'), Buffer.alloc(1_100_000, 'x'));
symlinkSync(join(root, 'secret.txt'), join(folder, 'link'));
symlinkSync('given.txt', join(folder, 'link-within'));
symlinkSync('/etc', join(folder, 'linked/etc'));
symlinkSync(folder, join(root, 'targets-by-another-name'));
execFileSync('mkfifo', [join(folder, 'pipe')]);

/** What is said of a target file with this content, in the folder; empty when it is accepted. */
async function said(content: object, bounds?: string, name = 'targets'): Promise<string> {
  const file = join(root, name, 'acme.json');
  writeFileSync(file, JSON.stringify({ name: 'A', role: 'server', ...content }));
  return loadTarget(file, {}, bounds).then(
    () => '',
    (error: Error) => error.message.replaceAll(`${file}:`, ''),
  );
}

const copied = (source: string): object => ({ container: { image: 'a', port: 1, files: [{ source, path: '/x' }] } });
const cwd = (path: string): object => ({ process: { command: ['x', '{port}'], cwd: path } });
const secure = (path: string): object => ({ address: 'mqtts://h', tls: { ca: path } });

describe('the paths of a target file', () => {
  test('lead to what is in its folder', async () => {
    for (const content of [
      copied('given.txt'),
      copied('./hub/../hub'),
      copied('link-within'),
      copied(join(folder, 'given.txt')),
      cwd('hub'),
      cwd('.'),
    ])
      assert.equal(await said(content), '');
    assert.equal(await said({ container: { dockerfile: 'hub/Dockerfile', context: '.', port: 1 } }), '');
    assert.equal(await said(copied('given.txt'), undefined, 'targets-by-another-name'), '', 'a folder that is reached by a link');
  });

  test('do not lead out of it, and what is there is not read', async () => {
    for (const content of [
      copied('../secret.txt'),
      copied('/etc/passwd'),
      copied('../targets-beside/x'),
      copied('../nothing-of-that-name'),
      cwd('..'),
      secure('../secret.txt'),
      secure('/dev/zero'),
      { container: { dockerfile: '../secret.txt', port: 1 } },
      { container: { dockerfile: 'hub/Dockerfile', context: '..', port: 1 } },
    ]) {
      const message = await said(content);
      assert.match(
        message,
        /leads out of the folder of this file; expected a (file|folder|file or folder) in it, or --root with/,
      );
      assert.doesNotMatch(message, /PEM|exist/);
    }
  });

  test('do not lead out of it by symbolic links', async () => {
    assert.match(await said(copied('link')), /"link" leads out of the folder of this file through a symbolic link; expected/);
    assert.match(await said(copied('linked/etc/passwd')), /leads out of the folder of this file through a symbolic link/);
    assert.match(
      await said(copied('linked')),
      /"linked" holds etc, which is no file; expected files and folders, and no symbolic link/,
    );
  });

  test('may lead anywhere in the folder that the suite was given as their root', async () => {
    assert.equal(await said(copied('../secret.txt'), root), '');
    assert.equal(await said(copied('link'), root), '');
    assert.match(await said(copied('/etc/passwd'), root), /leads out of \/.*target-paths-/);
  });

  test('lead to files of a reasonable kind and size', async () => {
    assert.match(await said(copied('pipe')), /"pipe" is a special file; expected a file or folder/);
    assert.match(await said(secure('pipe')), /"pipe" is a special file; expected a file/);
    assert.match(
      await said(secure('huge.pem')),
      /"huge.pem" has 1100000 bytes; expected a certificate or key of at most 1048576/,
    );
  });
});
