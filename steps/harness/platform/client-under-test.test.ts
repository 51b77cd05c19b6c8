import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadTarget } from '../implementation/target-file.ts';
import { serverTimesOf } from '../message/exchange.ts';
import { ClientUnderTest } from './client-under-test.ts';

const folder = mkdtempSync(join(tmpdir(), 'client-under-test-'));
after(() => rmSync(folder, { recursive: true }));

const fixture = (path: string): string => fileURLToPath(new URL(`../../../fixtures/${path}`, import.meta.url));
const device = ['{host}', '{port}', '{productKey}', '{deviceName}', '{timestampType}'];
const tiny = ['node', fixture('support/tiny-client.ts'), ...device];

/** The command of a program of a line. */
const node = (program: string): string[] => ['node', '-e', program, ...device];

/** Opens the platform in front of this command. */
async function open(command: readonly string[]): Promise<ClientUnderTest> {
  const file = join(folder, 'target.json');
  const usual = {
    name: 'Meter',
    role: 'client',
    process: { command },
    result: { log: String.raw`NTP local time: (?<time>\d+)` },
  };
  writeFileSync(file, JSON.stringify({ ...usual, within: '20s' }));
  return ClientUnderTest.open(await loadTarget(file));
}

describe('a client under test', { timeout: 60_000 }, () => {
  test('is answered as the setup says, and its time is compared with the formula', async () => {
    await using client = await open(tiny);
    const start = await client.perform({ forthMs: 30, processingMs: 20 });
    assert.equal(client.timeFault(start), undefined, start.lines().join('\n'));
    const [response = assert.fail()] = start.request?.responses ?? [];
    const [received, sent] = serverTimesOf(response) ?? assert.fail();
    assert.ok(sent - received >= 19n);
  });

  test('is started once for equal setups, and again where that is asked for', async () => {
    await using client = await open(tiny);
    const [one, same] = await Promise.all([client.perform(), client.perform({ forthMs: 2 })]);
    assert.equal(one, same);
    const again = await client.performAgain(one);
    assert.notEqual(again, one);
    assert.equal(client.timeFault(again), undefined);
  });

  test('that ignores the latency, or reports before it was answered, is told', async () => {
    const ignores = [
      'node',
      fixture('support/start.ts'),
      'faulty/client/latency-ignored',
      '--host',
      '{host}',
      '--port',
      '{port}',
    ];
    await using wrong = await open([...ignores, '--product-key', '{productKey}', '--device-name', '{deviceName}']);
    const start = await wrong.perform({ forthMs: 150, backMs: 150 });
    assert.match(
      wrong.timeFault(start) ?? '',
      /^expected the time that the formula gives, \d+(\.5)?, to within .* ms, received \d+$/,
    );

    await using hasty = await open(node('console.log("NTP local time: 1")'));
    assert.match(
      hasty.timeFault(await hasty.perform()) ?? '',
      /expected a calculated time after the response, received NTP local time: 1/,
    );
  });

  test('that reports nothing has no right time', async () => {
    await using client = await open(node('0'));
    assert.equal(
      client.timeFault(await client.perform()),
      'expected a calculated time within 20000 ms, received none: the client exited with code 0',
    );
  });

  test('that cannot be started breaks the test, and so does the target of a server', async () => {
    await using client = await open(['no-such-program', ...device]);
    await assert.rejects(client.perform(), /no-such-program/);
    const server = await loadTarget(fixture('targets/reference-server.yaml'));
    await assert.rejects(ClientUnderTest.open(server), /reference server is a server, by its target file; expected a client/);
  });
});
