import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fixtureTarget, reportIn, temporaryFolder, writeTarget } from '../testing/command-line.ts';
import { ConformanceError, runConformance } from './run-conformance.ts';

const folder = temporaryFolder();
const only = ['server-string-stays-string', 'server-long-stays-long'];

describe('a run that another program asks for', { timeout: 60_000 }, () => {
  test('returns the report of the folder with any verdict', async () => {
    const report = join(folder, 'failed');
    let shown = '';
    const onOutput = (text: string): void => {
      shown += text;
    };
    const result = await runConformance(fixtureTarget(folder, 'faulty/server/always-strings'), {
      report,
      only,
      order: 'random:7',
      onOutput,
    });
    assert.equal(result.verdict, 'does not conform');
    assert.deepEqual(
      result.requirements.filter(({ status }) => status !== 'untested').map(({ id, status }) => `${id} ${status}`),
      ['server-long-stays-long failed', 'server-string-stays-string passed'],
    );
    assert.equal(result.order, 'random:7');
    assert.deepEqual(result, reportIn(report));
    assert.match(shown, /✖ server-long-stays-long/);
  });

  test('says what is wrong if nothing can be judged', async () => {
    const target = fixtureTarget(folder, 'reference/server');
    await assert.rejects(runConformance(target, { report: join(folder, 'none'), only: ['server-malformed'] }), (error) => {
      assert.ok(error instanceof ConformanceError);
      assert.equal(error.exitCode, 2);
      assert.match(error.message, /server-malformed/);
      return true;
    });
    const dead = writeTarget(folder, {
      name: 'Dead',
      role: 'server',
      process: { command: ['node', '-e', 'process.exit(7)', '{port}'] },
    });
    await assert.rejects(runConformance(dead, { report: join(folder, 'dead') }), (error) => {
      assert.ok(error instanceof ConformanceError);
      assert.equal(error.exitCode, 3);
      assert.match(error.message, /exited with code 7/);
      return true;
    });
  });

  test('ends when the caller aborts it, and its report says so', async () => {
    const enough = new AbortController();
    const target = fixtureTarget(folder, 'faulty/server/always-strings');
    const result = await runConformance(target, {
      report: join(folder, 'ended'),
      signal: enough.signal,
      // The run prints its first line before it judges anything.
      onOutput: () => enough.abort(),
    });
    assert.equal(result.verdict, 'incomplete');
    assert.deepEqual(result, reportIn(join(folder, 'ended')));
    await assert.rejects(runConformance(target, { signal: enough.signal }), { name: 'AbortError' });
  });
});
