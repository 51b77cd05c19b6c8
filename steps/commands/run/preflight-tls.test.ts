import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import type { TlsOptions } from 'node:tls';
import { ServerRun } from '../../harness/device/server-run.ts';
import { EnvironmentError } from '../../harness/implementation/errors.ts';
import type { StartedTarget, Tls } from '../../harness/implementation/target.ts';
import { nowUs } from '../../harness/time/now.ts';
import { agree, FakeServer } from '../../testing/fake-server.ts';
import { type Made, MadeCertificates } from '../../testing/made-certificates.ts';
import { preflight } from './preflight.ts';

const skip = spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not there';

/** The fault that the preflight finds with a server. @param tls of the target file */
async function fault(server: FakeServer, tls: Tls | undefined): Promise<string> {
  const { host, port } = server.address;
  const target = {
    start: { kind: 'address', protocol: tls === undefined ? 'mqtt' : 'mqtts', host, port },
    ready: { port: false, withinMs: 5_000 },
    devices: [{ productKey: 'a1PkTest01', deviceName: 'dev01' }],
    onlyThese: true,
    clientId: '{deviceName}',
    responseDeadlineMs: 1_000,
    mqttVersion: '3.1.1',
    secrets: [],
    ...(tls === undefined ? {} : { tls }),
  };
  const started = { target, host, port, ended: () => undefined, end: new Promise(() => {}) } as unknown as StartedTarget;
  try {
    await preflight(new ServerRun(started), nowUs());
  } catch (error) {
    assert.ok(error instanceof EnvironmentError, String(error));
    assert.doesNotMatch(error.message, /[Oo]penssl|SSL routines|error:0A/);
    return error.message;
  }
  return 'nothing';
}

describe('the preflight over TLS', { skip, timeout: 30_000 }, () => {
  const made = new MadeCertificates();
  let authority: Made;
  let server: Made;
  let foreign: Made;
  before(async () => {
    authority = made.authority('own-ca');
    made.authority('other-ca');
    server = made.signedBy('own-ca', 'server', 'IP:127.0.0.1');
    foreign = made.signedBy('other-ca', 'foreign', 'DNS:dev01');
  });
  after(() => made[Symbol.dispose]());

  const trusting = (more: Partial<Tls> = {}): Tls => ({ selfSigned: false, ca: authority.certificate, ...more });
  const withServer = async (options: TlsOptions | undefined, tls: Tls | undefined): Promise<string> => {
    await using fake = await FakeServer.open(agree, options === undefined ? {} : { tls: options });
    return await fault(fake, tls);
  };

  test('accepts a device', async () => {
    assert.equal(await withServer(server.pem, trusting()), 'nothing');
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
    test(`names the certificate that a server asks for, in ${version}`, async () => {
      const mutual = { ...server.pem, ca: authority.pem.cert, requestCert: true, minVersion: version, maxVersion: version };
      assert.match(
        await withServer(mutual, trusting()),
        /asks for a certificate.*\.\n {2}Name the certificate of a device by tls\.certificate/,
      );
      const { certificate, key } = foreign;
      assert.match(
        await withServer(mutual, trusting({ certificate, key })),
        /(does not know the authority of the certificate that the suite shows|during the handshake|before it accepted it).*\.\n/,
      );
    });

  test('distinguishes servers with and without TLS, both ways', async () => {
    assert.match(
      await withServer(server.pem, undefined),
      /\n {2}The server speaks TLS there: let its address begin with mqtts:\/\//,
    );
    const asks = { ...server.pem, ca: authority.pem.cert, requestCert: true };
    assert.match(await withServer(asks, undefined), /\n {2}The server speaks TLS there/);
    assert.match(await withServer(undefined, trusting()), /\n {2}A server without TLS has an address that begins with mqtt:\/\//);
  });

  test('says what is wrong with the certificate of a server', async () => {
    assert.match(await withServer(foreign.pem, trusting()), /the authority|in between/);
    const other = trusting({ ca: `${made.folder}/other-ca.pem` });
    assert.match(await withServer(foreign.pem, other), /bears another name: DNS:dev01\.\n {2}Say by tls\.serverName/);
  });
});
