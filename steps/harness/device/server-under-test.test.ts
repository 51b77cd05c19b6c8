import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stoppedBySuite } from '../implementation/end.ts';
import { EnvironmentError } from '../implementation/errors.ts';
import type { Target } from '../implementation/target.ts';
import { loadTarget } from '../implementation/target-file.ts';
import { payloadFaults } from '../message/payload-schema.ts';
import { ServerUnderTest } from './server-under-test.ts';

const folder = mkdtempSync(join(tmpdir(), 'server-under-test-'));
after(() => rmSync(folder, { recursive: true }));

const program = (path: string): string => fileURLToPath(new URL(`../../../fixtures/${path}`, import.meta.url));

/** A target whose process is this command. */
async function target(command: readonly string[]): Promise<Target> {
  const file = join(folder, 'target.json');
  writeFileSync(file, JSON.stringify({ name: 'Hub', role: 'server', process: { command } }));
  return loadTarget(file);
}

const reference = ['node', program('reference/server.ts'), '--port', '{port}'];

describe('a server under test', { timeout: 30_000 }, () => {
  test('answers the devices that are played in front of it, with every packet on record', async () => {
    await using server = await ServerUnderTest.start(await target(reference));
    const device = await server.device();
    const other = await server.device({ identity: { productKey: 'a1Other', deviceName: 'dev-2' }, name: 'other' });
    const exchange = await device.askAndWait({ type: 'String', digits: '1571724098000' });

    assert.equal(exchange?.response.deviceSendTime?.literal, '"1571724098000"');
    assert.deepEqual(payloadFaults('response', exchange?.response.message.payload ?? ''), []);
    assert.ok((await other.fence()) !== undefined);
    assert.deepEqual([device.responses.length, other.responses.length], [1, 1]);
    assert.match(server.trace.join('\n'), /other {2}→ CONNECT.*device {2}→ PUBLISH.*device {2}← PUBLISH.*other {2}← PUBLISH/s);
  });

  test('is left by its devices between two tests, and begins a new record', async () => {
    await using server = await ServerUnderTest.start(await target(reference));
    const device = await server.device({ subscribes: false });
    await device.subscribe(device.responseTopic);
    await server.next();
    assert.ok(device.closed !== undefined);
    assert.deepEqual(server.trace, []);

    await device.connect();
    assert.ok((await device.askAndWait()) !== undefined, server.trace.join('\n'));
  });

  test('is ended with its process, however often that is asked for', async () => {
    const server = await ServerUnderTest.start(await target(reference));
    const { host, port } = server.started;
    await Promise.all([server.close(), server.close()]);
    assert.equal(server.started.ended(), stoppedBySuite);
    const refused = await new Promise((resolve) => {
      connect({ host, port }).once('error', resolve).once('connect', resolve);
    });
    assert.ok(refused instanceof Error);
  });

  test('that does not start is told, and so is the target of a client', async () => {
    const dead = await target(['node', '-e', 'console.log("no licence")', '{port}']);
    await assert.rejects(ServerUnderTest.start(dead), (error) => {
      assert.ok(error instanceof EnvironmentError);
      assert.match(error.message, /no licence/);
      return true;
    });
    const client = await loadTarget(program('targets/reference-client.yaml'));
    await assert.rejects(ServerUnderTest.start(client), /reference client is a client, by its target file; expected a server/);
  });
});
