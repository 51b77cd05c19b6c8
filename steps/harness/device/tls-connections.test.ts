import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { generate } from 'mqtt-packet';
import { agree, FakeServer } from '../../testing/fake-server.ts';
import { type Made, MadeCertificates } from '../../testing/made-certificates.ts';
import { EnvironmentError } from '../implementation/errors.ts';
import type { Tls } from '../implementation/target.ts';
import { Link } from '../mqtt/link.ts';
import { Trace } from '../mqtt/trace.ts';
import { Platform } from '../platform/platform.ts';
import { ConnectError, Device, type DeviceOptions } from './device.ts';
import { RawDevice } from './raw-device.ts';
import type { Address } from './socket.ts';
import { loadTls, requireTls } from './tls.ts';

const skip = spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not there';
const loopback = '127.0.0.1';

describe('over TLS', { skip, timeout: 30_000 }, () => {
  const made = new MadeCertificates();
  let own: Made;
  let server: Made;
  let byName: Made;
  let alone: Made;
  let client: Made;
  let foreign: Made;
  before(() => {
    own = made.authority('own-ca');
    made.authority('other-ca');
    server = made.signedBy('own-ca', 'server', `IP:${loopback}`);
    byName = made.signedBy('other-ca', 'hub', 'DNS:hub.example');
    alone = made.authority('alone', `IP:${loopback}`);
    client = made.signedBy('own-ca', 'client', 'DNS:dev01');
    foreign = made.authority('foreign', 'DNS:dev01');
  });
  after(() => made[Symbol.dispose]());

  const trusting = ({ certificate }: Made, more: Partial<Tls> = {}): Tls => ({ selfSigned: false, ca: certificate, ...more });
  const at = ({ address: { host, port } }: FakeServer, tls: Tls): Address => ({ host, port, tls: loadTls(tls, host) });
  const options = (address: Address, mqttVersion: '3.1.1' | '5' = '3.1.1'): DeviceOptions => ({
    address,
    mqttVersion,
    clientId: 'test',
    name: 'device',
    trace: new Trace(),
    deadline: 5_000,
    habits: { acknowledges: true },
  });

  for (const version of ['3.1.1', '5'] as const) {
    test(`both kinds of device trust an authority of their own, in MQTT ${version}`, async () => {
      await using fake = await FakeServer.open(agree, { tls: server.pem });
      const address = at(fake, trusting(own));
      await requireTls(address, 5_000);
      for (const kind of [Device, RawDevice]) {
        const device = await kind.connect(options(address, version));
        assert.equal(await device.subscribe('a', 0), 0);
        await device.close();
      }
    });
  }

  test('a certificate that no authority signed is accepted only where the target file says so', async () => {
    await using fake = await FakeServer.open(agree, { tls: alone.pem });
    await assert.rejects(requireTls(at(fake, { selfSigned: false }), 5_000), (error) => {
      return (
        error instanceof EnvironmentError &&
        /shows a self-signed certificate\.\n/.test(error.message) &&
        /tls\.selfSigned/.test(error.message)
      );
    });
    await requireTls(at(fake, { selfSigned: true }), 5_000);
    await (await Device.connect(options(at(fake, { selfSigned: true })))).close();
  });

  test('the certificate of another authority, and one of another name, are not trusted', async () => {
    await using fake = await FakeServer.open(agree, { tls: byName.pem });
    await assert.rejects(requireTls(at(fake, trusting(own)), 5_000), EnvironmentError);
    const other = { certificate: `${made.folder}/other-ca.pem` } as Made;
    await assert.rejects(
      requireTls(at(fake, trusting(other)), 5_000),
      /bears another name: DNS:hub\.example\.\n {2}Say by tls\.serverName/,
    );
    await requireTls(at(fake, trusting(other, { serverName: 'hub.example' })), 5_000);
  });

  test('the server name of the target file is what the server is asked for (SNI)', async () => {
    await using fake = await FakeServer.open(agree, { tls: byName.pem });
    const tls = trusting({ certificate: `${made.folder}/other-ca.pem` } as Made, { serverName: 'hub.example' });
    const device = await RawDevice.connect(options(at(fake, tls)));
    const { socket } = await fake.peer();
    assert.equal((socket as TLSSocket).servername, 'hub.example');
    await device.close();
  });

  test('a link between changes nothing about whose certificate it must be', async () => {
    await using fake = await FakeServer.open(agree, { tls: byName.pem });
    await using link = await Link.open(fake.address, { forth: 1, back: 1 });
    const tls = trusting({ certificate: `${made.folder}/other-ca.pem` } as Made);
    const through = (host: string): Address => ({ host: link.host, port: link.port, tls: loadTls(tls, host) });
    await (await Device.connect(options(through('hub.example')))).close();
    await assert.rejects(Device.connect(options(through('another.example'))), ConnectError);
  });

  test('a device shows its certificate where the target file has one', async () => {
    const mutual = { ...server.pem, ca: own.pem.cert, requestCert: true, rejectUnauthorized: true };
    await using fake = await FakeServer.open(agree, { tls: mutual });
    const { certificate, key } = client;
    const shown = at(fake, trusting(own, { certificate, key }));
    for (const kind of [Device, RawDevice]) await (await kind.connect(options(shown))).close();
    for (const kind of [Device, RawDevice]) await assert.rejects(kind.connect(options(at(fake, trusting(own)))), ConnectError);
  });

  test('the platform lets in only clients that show a certificate of the authority that it is given', async () => {
    await using platform = new Platform({ tls: { ...server.pem, ca: own.pem.cert } });
    const port = await platform.listen(loopback);
    const call = async (pair?: { readonly cert: string; readonly key: string }) => {
      const socket = connect({ host: loopback, port, ca: own.pem.cert, ...pair });
      socket.on('error', () => {});
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.write(generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'c', clean: true }));
      const serverRun = await platform.nextAttempt({ signal: AbortSignal.timeout(10_000) });
      return { socket, closed, serverRun };
    };
    const trusted = await call(client.pem);
    await once(trusted.socket, 'data');
    assert.equal(trusted.serverRun.connect?.clientId, 'c');
    trusted.socket.destroy();

    for (const [pair, why] of [
      [undefined, /^TLS failed: the client shows no certificate/],
      [foreign.pem, /comes from no authority of tls\.ca/],
    ] as const) {
      const { closed, serverRun } = await call(pair);
      assert.match((await serverRun.closed).reason, why);
      assert.equal(serverRun.connect, undefined);
      await closed;
    }
  });
});
