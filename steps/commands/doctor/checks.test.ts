import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { EnvironmentError } from '../../harness/implementation/errors.ts';
import { ok, runCheck } from './check-result.ts';
import { checkClocks, checkLoopback, checkNode, checkProgram, checkReportFolder, clocksOutcome } from './machine-check.ts';

const folder = mkdtempSync(join(tmpdir(), 'surroundings-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('a check', () => {
  test('has a result for an outcome, for an exception, and when its time is over', async () => {
    assert.deepEqual(await runCheck('a', 1_000, () => ok('there')), { name: 'a', status: 'ok', seen: 'there' });
    const thrown = (): never => {
      throw new EnvironmentError('It is missing.\n  Install it,\n  or do without.');
    };
    assert.deepEqual(await runCheck('b', 1_000, thrown), {
      name: 'b',
      status: 'problem',
      seen: 'It is missing.',
      advice: 'Install it, or do without.',
    });
    const late = await runCheck('c', 20, () => new Promise(() => {}));
    assert.equal(`${late.status}: ${late.seen}`, 'problem: no answer within 0.02 s');
  });
});

describe('of this machine', () => {
  test('the loopback answers, and both clocks run equally fast', async () => {
    assert.equal((await checkLoopback()).status, 'ok');
    assert.match((await checkClocks()).seen, /clock/);
    assert.equal(clocksOutcome(3, '').status, 'ok');
    assert.match(clocksOutcome(1_000, '').seen, /moved by 1000 ms/);
  });

  test('the report folder is checked for write access, and left as it was', () => {
    assert.equal(checkReportFolder(join(folder, 'not/yet/there')).status, 'ok');
    assert.deepEqual(readdirSync(folder), []);
    assert.equal(checkReportFolder('/proc/not/writable').status, 'problem');
    writeFileSync(join(folder, 'file'), '');
    assert.match(checkReportFolder(join(folder, 'file/reports')).seen, /is not a folder/);
  });

  test('a program is found as the system finds it', () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'hub'), '#!/bin/sh\n');
    const start = (command: string) => ({ kind: 'process', command: [command], cwd: folder, env: {} }) as const;
    assert.equal(checkProgram(start('hub'), bin).status, 'problem');
    chmodSync(join(bin, 'hub'), 0o755);
    assert.equal(checkProgram(start('hub'), bin).status, 'ok');
    assert.equal(checkProgram(start('bin/hub'), '').status, 'ok');
    assert.match(checkProgram(start('hub'), folder).seen, /not on PATH/);
    assert.match(checkProgram(start('./hub'), bin).seen, /is no program/);
    assert.equal(checkProgram(start('node'), '').status, 'ok');
  });

  test('Node is one that package.json asks for', () => {
    const least = '^22.22.0 || 24 || >=26';
    for (const version of ['v22.22.0', 'v22.30.1', 'v24.0.0', 'v26.1.0', 'v30.0.0'])
      assert.equal(checkNode(version, least).status, 'ok', version);
    for (const version of ['v20.19.0', 'v22.21.9', 'v23.5.0', 'v25.0.0'])
      assert.equal(checkNode(version, least).status, 'problem', version);
  });
});
