import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { type Made, MadeCertificates } from '../../testing/made-certificates.ts';
import { loadTarget } from '../implementation/target-file.ts';
import { clientPreflight } from './client-preflight.ts';
import { ClientRunner } from './client-runner.ts';
import { plainSetup } from './client-setup.ts';

const skip = spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not there';

/** A client that does not let a wrong certificate pass, and says so by an alert. */
const strict = (...more: readonly string[]): string[] => [
  'openssl',
  's_client',
  '-connect',
  '{host}:{port}',
  '-verify_return_error',
  ...more,
];

/** A client on Node, which ends the connection without a word. */
const quiet = `require('tls').connect({ host: process.argv[1], port: Number(process.argv[2]) }).on('error', () => process.exit(1));`;

/** A client that speaks plain MQTT. */
const plain = `require('net').connect(process.argv[2], process.argv[1]).on('error', () => {}).on('close', () => process.exit(1)).write(Buffer.from('101000044d5154540402003c000474657374', 'hex'));`;

const node = (program: string): string[] => ['node', '-e', program, '{host}', '{port}'];

describe('a client whose TLS handshake fails', { skip, timeout: 60_000 }, () => {
  const made = new MadeCertificates();
  let authority: Made;
  before(async () => {
    authority = made.authority('own-ca');
    made.signedBy('own-ca', 'platform', 'IP:127.0.0.1');
    made.authority('other-ca');
  });
  after(() => made[Symbol.dispose]());

  /** What the suite says before the first scenario, and what a scenario shows. */
  async function seen(context: TestContext, command: readonly string[], tls: object | undefined) {
    const file = join(made.folder, 'target.json');
    const device = { productKey: 'a1PkTest01', deviceName: 'dev01' };
    const result = { log: String.raw`NTP local time: (?<time>\d+)` };
    writeFileSync(
      file,
      JSON.stringify({
        name: 'c',
        device,
        role: 'client',
        process: { command },
        result,
        within: '2s',
        ...(tls === undefined ? {} : { tls }),
      }),
    );
    const runner = await ClientRunner.open(await loadTarget(file));
    context.after(() => runner.close());
    const said = await clientPreflight(runner).then(
      () => undefined,
      ({ message }: Error) => message,
    );
    const run = await runner.perform(plainSetup('long'));
    const lines = run.lines();
    for (const text of [said ?? '', ...lines.filter((line) => !line.startsWith('· output'))])
      assert.doesNotMatch(text, /SSL routines|\\x0A|error:0A/);
    return { said: said ?? '', lines };
  }
  const own = () => ({ certificate: 'platform.pem', key: 'platform.key' });

  test('is told by the alert that it sends, with the TCP connection in the trace', async (context) => {
    const { said, lines } = await seen(context, strict('-CAfile', join(made.folder, 'other-ca.pem')), own());
    assert.match(said, /does not get into the platform that the suite plays: the client does not know the authority/);
    assert.match(said, /\n {2}Let tls\.certificate in the target file be one that the client accepts:.* \(127\.0\.0\.1\)\.$/);
    assert.match(lines[0] ?? '', /s {2}· TCP connection$/);
    assert.match(lines[1] ?? '', /s {2}· TLS failed: the client does not know the authority of the certificate/);
  });

  test('is told where it says nothing', async (context) => {
    const { said } = await seen(context, node(quiet), own());
    assert.match(
      said,
      /the client ended the connection (during|after) the handshake, without a reason\.\n {2}Let tls\.certificate/,
    );
  });

  test('is told to show a certificate', async (context) => {
    const command = strict('-CAfile', authority.certificate);
    const { said } = await seen(context, command, { ...own(), ca: 'own-ca.pem' });
    assert.match(said, /the client shows no certificate, and the platform asks for one\.\n {2}By tls\.ca the target file asks/);
  });

  test('is told to speak TLS, or not to', async (context) => {
    const { said, lines } = await seen(context, node(plain), own());
    assert.match(said, /the client does not speak TLS\.\n {2}The target file has tls/);
    assert.match(lines[1] ?? '', /TLS failed: the client does not speak TLS$/);
    const other = await seen(context, node(quiet), undefined);
    assert.match(other.said, /the client speaks TLS, and the platform does not\.\n {2}The target file has no tls/);
    assert.match(other.lines[1] ?? '', /TLS, where this platform speaks plain TCP$/);
  });

  test('is not told of a client that fails of something else', async (context) => {
    const { said } = await seen(context, node(`require('net').connect(process.argv[2], process.argv[1]).end()`), undefined);
    assert.equal(said, '');
  });
});
