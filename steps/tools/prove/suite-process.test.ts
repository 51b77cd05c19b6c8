import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SuiteProcess } from './suite-process.ts';

test('the command line is called again and again in one process', async () => {
  const suite = new SuiteProcess();
  try {
    const good = await suite.call(['list', '--role', 'server'], 20_000);
    const wrong = await suite.call(['run', 'no-such-file.yaml'], 20_000);
    assert.deepEqual([good.code, wrong.code], [0, 2]);
    assert.match(wrong.complaints.join('\n'), /no-such-file\.yaml/);
  } finally {
    await suite.close();
  }
});
