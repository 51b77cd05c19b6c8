import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { readRequirements, root } from '../requirement.ts';
import { call, reportIn, temporaryFolder } from './spawned.test.ts';

const run = promisify(execFile);

/** The package as npm would publish it, installed in a folder of its own; what it depends on are links to the checkout's. */
async function install(folder: string): Promise<string> {
  const stage = join(folder, 'stage');
  const modules = join(folder, 'installed/node_modules');
  mkdirSync(stage);
  mkdirSync(modules, { recursive: true });
  // Types are the business of "npm run check".
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--noCheck', '--outDir', join(stage, 'dist')], {
    cwd: root,
  });
  for (const name of readdirSync(root).filter((entry) => !['node_modules', 'dist', 'conformance-report', '.git'].includes(entry)))
    cpSync(join(root, name), join(stage, name), { recursive: true });
  await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: stage });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  await run('tar', ['-xzf', join(folder, tarball), '-C', folder]);
  for (const name of readdirSync(join(root, 'node_modules')).filter((entry) => !entry.startsWith('.')))
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  renameSync(join(folder, 'package'), join(modules, 'iot-ntp-conformance'));
  return join(modules, 'iot-ntp-conformance/dist/steps/cli/entry.mjs');
}

describe('the published package', () => {
  const folder = temporaryFolder();
  let program: string;
  before(async () => {
    program = await install(folder);
  });

  test('lists the same requirements as the checkout', async () => {
    const { code, stdout, stderr } = await call(['list', '--json'], { program, cwd: folder });
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), readRequirements());
  });

  test('certifies the embedded reference server', async () => {
    const { code, stdout, stderr } = await call(['run', '--role', 'server', '--report', 'report'], { program, cwd: folder });
    assert.equal(code, 0, stdout + stderr);
    assert.equal(reportIn(join(folder, 'report')).verdict, 'conforms');
  });
});
