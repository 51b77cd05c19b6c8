import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root } from '../../requirements/requirement.ts';
import { call, fixtureClientTarget, fixtureTarget, reportIn, temporaryFolder, writeTarget } from '../../testing/command-line.ts';
import { FakeServer } from '../../testing/fake-server.ts';
import { MadeCertificates } from '../../testing/made-certificates.ts';
import { behindWebSocket } from '../../testing/web-socket-front.ts';

const withoutOpenssl = spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not there';
const folder = temporaryFolder();
const program = join(root, 'fixtures/support/start.ts');

let runs = 0;

/** Runs the suite on an address. */
async function runOn(address: string, more: Readonly<Record<string, unknown>> = {}) {
  runs += 1;
  const target = writeTarget(folder, {
    name: `hub ${runs}`,
    role: 'server',
    address,
    responseDeadline: '600ms',
    lateAnswers: '100ms',
    sharedClock: true,
    ...more,
  });
  const report = `${folder}/report-${runs}`;
  const ended = await call(['run', target, '--report', report]);
  return { ...ended, report, target };
}

describe('a server over WebSocket', { timeout: 300_000 }, () => {
  test('that the suite starts conforms', async () => {
    const target = fixtureTarget(folder, 'unusual/server/mqtt-over-websocket', { transport: 'websocket' });
    const { code, stdout, stderr } = await call(['run', target, '--report', `${folder}/started`]);
    assert.equal(code, 0, stdout + stderr);
  });

  test('at wss:// conforms, where its certificate is trusted', { skip: withoutOpenssl }, async () => {
    const made = new MadeCertificates(folder);
    const authority = made.authority('own-ca');
    const { pem } = made.signedBy('own-ca', 'server', 'IP:127.0.0.1');
    const check = async (port: number): Promise<void> => {
      const address = `wss://127.0.0.1:${port}/mqtt`;
      const trusted = await runOn(address, { tls: { ca: authority.certificate }, capabilities: ['tls'] });
      assert.equal(trusted.code, 0, trusted.stdout + trusted.stderr);
      assert.equal(reportIn(trusted.report).target.start, `address ${address}`);
      const untrusted = await runOn(address);
      assert.equal(untrusted.code, 3);
      assert.match(untrusted.stderr, /the authority|in between|self-signed/);
      const plain = await runOn(`ws://127.0.0.1:${port}/mqtt`);
      assert.equal(plain.code, 3);
      assert.match(plain.stderr, /The server speaks TLS there: let its address begin with mqtts:\/\/ \(or wss:\/\/\)/);
    };
    await behindWebSocket('unusual/server/equal-stamps', check, pem);
  });

  test('that stamps in seconds fails exactly that, and the trace shows MQTT', async () => {
    await behindWebSocket('faulty/server/stamps-in-seconds', async (port) => {
      const { code, report, stdout, stderr } = await runOn(`ws://127.0.0.1:${port}/mqtt`);
      assert.equal(code, 1, stdout + stderr);
      const failed = reportIn(report).requirements.filter(({ status }) => status === 'failed');
      assert.deepEqual(
        failed.map(({ id }) => id),
        ['server-unit-milliseconds'],
      );
      assert.match(JSON.stringify(failed), /PUBLISH/);
    });
  });

  test('at another path, or of another kind, says what to change', async () => {
    const site = createServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
    await once(site, 'listening');
    const elsewhere = await runOn(`ws://127.0.0.1:${(site.address() as AddressInfo).port}/elsewhere`);
    site.close();
    assert.equal(elsewhere.code, 3);
    assert.match(
      elsewhere.stderr,
      /no WebSocket at ws:\/\/127\.0\.0\.1:\d+\/elsewhere: the server answers HTTP 404 Not Found\.\n/,
    );
    assert.match(elsewhere.stderr, /Name the path at which the server has MQTT over WebSocket/);
    await behindWebSocket('unusual/server/equal-stamps', async (port) => {
      const direct = await runOn(`mqtt://127.0.0.1:${port}`);
      assert.equal(direct.code, 3);
      assert.match(direct.stderr, /the server speaks HTTP, and the suite does not\.\n {2}It may have MQTT over WebSocket there/);
    });
    await using mqtt = await FakeServer.open();
    const { code, stderr } = await runOn(`ws://127.0.0.1:${mqtt.address.port}/mqtt`);
    assert.equal(code, 3);
    assert.match(stderr, /It speaks MQTT there without WebSocket: let its address begin with mqtt:\/\//);
  });

  test('is spoken by load, and refused by interop, which records TCP', async () => {
    const target = fixtureTarget(folder, 'unusual/server/mqtt-over-websocket', { transport: 'websocket' });
    const load = await call(['load', target, '--devices', '50', '--report', `${folder}/load`]);
    assert.equal(load.code, 0, load.stdout + load.stderr);
    assert.match(load.stdout, /requests answered +50 of 50 /);
    const elsewhere = await behindWebSocket('unusual/server/equal-stamps', async (port) => {
      const wrong = writeTarget(folder, { name: 'no such path', role: 'server', address: `ws://127.0.0.1:${port}/elsewhere` });
      return call(['load', wrong, '--devices', '2', '--report', `${folder}/load-elsewhere`]);
    });
    assert.equal(elsewhere.code, 1, elsewhere.stderr);
    assert.match(
      elsewhere.stdout,
      /0 of 2 devices connected, .*no WebSocket at ws:[^ ]*\/elsewhere: the server answers HTTP 400/,
    );
    const client = fixtureClientTarget(folder, 'unusual/client/long');
    const interop = await call(['interop', target, client, '--report', `${folder}/interop`]);
    assert.match(interop.stdout + interop.stderr, /speaks WebSocket, and interop records plain TCP/);
    assert.notEqual(interop.code, 0);
    assert.notEqual(interop.code, 1);
  });
});

describe('a client over WebSocket', { timeout: 240_000 }, () => {
  const fixture = 'unusual/client/mqtt-over-websocket';
  const run = (target: string) => call(['run', target, '--report', `${folder}/client`]);

  test('conforms', async () => {
    const { code, stdout, stderr } = await run(fixtureClientTarget(folder, fixture, { transport: 'websocket' }));
    assert.equal(code, 0, stdout + stderr);
  });

  test('that speaks TLS conforms', { skip: withoutOpenssl }, async () => {
    const made = new MadeCertificates(folder);
    made.authority('platform-ca');
    made.signedBy('platform-ca', 'platform', 'IP:127.0.0.1');
    const options = '--host {host} --port {port} --product-key {productKey} --device-name {deviceName} --type {timestampType}';
    const command = ['node', program, fixture, ...options.split(' '), '--tls-ca', `${folder}/platform-ca.pem`];
    const more = { process: { command }, transport: 'websocket', tls: { certificate: 'platform.pem', key: 'platform.key' } };
    const { code, stdout, stderr } = await run(fixtureClientTarget(folder, fixture, { ...more, capabilities: ['tls'] }));
    assert.equal(code, 0, stdout + stderr);
  });

  test('where one side speaks it and the other does not, says what to change', async () => {
    const one = await run(fixtureClientTarget(folder, fixture, { within: '3s' }));
    assert.equal(one.code, 3, one.stdout + one.stderr);
    assert.match(
      one.stderr,
      /the client speaks HTTP, and the platform does not\.\n {2}The target file does not say transport: websocket/,
    );
    const other = await run(fixtureClientTarget(folder, 'unusual/client/long', { transport: 'websocket', within: '3s' }));
    assert.equal(other.code, 3, other.stdout + other.stderr);
    assert.match(other.stderr, /the client speaks MQTT without WebSocket\.\n {2}The target file says transport: websocket/);
  });
});
