import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { peakMemory } from './peak-memory.ts';

test('the peak is not below what is held, and stays when that is given back', () => {
  let held: Buffer | undefined = Buffer.alloc(64 * 2 ** 20, 1);
  const [now, peak] = [process.memoryUsage.rss(), peakMemory()];
  assert.ok(held.length > 0 && peak >= now, `${peak}, ${now} held`);
  held = undefined;
  assert.ok(peakMemory() >= peak);
});

test('what the process held that started this one is not counted', { skip: process.platform !== 'linux' }, () => {
  const held = Buffer.alloc(300 * 2 ** 20, 1);
  const program = `import { peakMemory } from ${JSON.stringify(import.meta.resolve('./peak-memory.ts'))}; console.log(peakMemory())`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  assert.equal(held.length, 300 * 2 ** 20);
  assert.ok(Number(stdout) > 0 && Number(stdout) < held.length, stdout);
});
