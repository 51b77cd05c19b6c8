import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { withoutCompiler } from '../../testing/compiler-prerequisite.ts';
import { EnvironmentError } from './errors.ts';
import { wallclockLibrary } from './wallclock-library.ts';

function folder(context: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'library-test-'));
  context.after(() => rmSync(made, { recursive: true }));
  return made;
}

test('what came with the package is taken as it is', async (context) => {
  const prebuilt = folder(context);
  writeFileSync(join(prebuilt, 'wallclock-linux-arm64.so'), '');
  assert.equal(await wallclockLibrary('arm64', { prebuilt }), join(prebuilt, 'wallclock-linux-arm64.so'));
});

test('a checkout builds it once', { skip: withoutCompiler }, async (context) => {
  const [prebuilt, cache] = [folder(context), folder(context)];
  const first = await wallclockLibrary(process.arch, { prebuilt, cache });
  assert.equal(readFileSync(first).subarray(1, 4).toString(), 'ELF');
  const { mtimeMs, ino } = statSync(first);
  assert.equal(await wallclockLibrary(process.arch, { prebuilt, cache }), first);
  assert.deepEqual([statSync(first).mtimeMs, statSync(first).ino], [mtimeMs, ino]);
});

test('what is missing is named, and what to do', async (context) => {
  const options = { prebuilt: folder(context), cache: folder(context) };
  const rejected = async (arch: string, compilers: Record<string, string>, expected: RegExp): Promise<void> => {
    await assert.rejects(wallclockLibrary(arch, { ...options, compilers }), (error: Error) => {
      assert.ok(error instanceof EnvironmentError);
      assert.match(error.message, expected);
      assert.match(error.message, /or take "clock" out of the target file's capabilities/);
      return true;
    });
  };
  await rejected('x64', { x64: 'no-such-cc' }, /builds with no-such-cc, which is not installed/);
  await rejected('x64', { x64: 'false' }, /could not be built: false says/);
  await rejected('riscv64', {}, /not for riscv64/);
});

test('a cache that others can write is not trusted', {
  skip: process.platform === 'win32' && 'no modes on Windows',
}, async (context) => {
  const cache = join(folder(context), 'cache');
  mkdirSync(cache);
  chmodSync(cache, 0o777);
  await assert.rejects(wallclockLibrary(process.arch, { prebuilt: folder(context), cache }), /can be written by others/);
});
