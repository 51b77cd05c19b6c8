import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { schemaFaults } from '../../harness/message/schema.ts';
import { call, fixtureTarget, temporaryFolder, writeTarget } from '../../testing/command-line.ts';
import type { CallResult } from '../../testing/warm-process.ts';
import { Fixtures } from '../../tools/prove/fixtures.ts';

const folder = temporaryFolder();
const build = { name: 'sensor-1.4.0.bin', digest: `sha256:${'5'.repeat(64)}` };
const passphrase = 'correct horse battery';

/** Writes a key. @returns its path */
function keyFile(name: string, key: KeyObject, secret?: string): string {
  const path = join(folder, name);
  const locked = secret === undefined ? {} : { cipher: 'aes-256-cbc', passphrase: secret };
  const pem =
    key.type === 'public' ? key.export({ type: 'spki', format: 'pem' }) : key.export({ type: 'pkcs8', format: 'pem', ...locked });
  writeFileSync(path, pem);
  return path;
}

const signer = generateKeyPairSync('ed25519');
const key = keyFile('signer.pem', signer.privateKey);
const locked = keyFile('locked.pem', signer.privateKey, passphrase);
const publicKey = keyFile('signer.pub.pem', signer.publicKey);
const stranger = keyFile('stranger.pub.pem', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
const rsa = keyFile('rsa.pem', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);

// The run starts the client a hundred times, so all starts share one process.
const fixtures = await Fixtures.open();
after(() => fixtures[Symbol.asyncDispose]());
const unusual = fixtures.implementations.find(({ name }) => name === 'unusual/client/spaced-request');
const client = writeTarget(folder, { ...unusual?.target, name: 'sensor', role: 'client', build });

describe('a whole run of a client that names its build', () => {
  const report = join(folder, 'report');
  let ended: CallResult;
  before(async () => {
    ended = await call(['run', client, '--sign', locked, '--report', report], {
      env: { CONFORMANCE_SIGN_PASSPHRASE: passphrase },
    });
  });

  test('is certified, signed by a key with a passphrase', () => {
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    assert.match(ended.stdout, /, messages\.ndjson, certificate\.json, certificate\.sigstore\.json, badge\.svg, badge\.json\n/);
    const text = readFileSync(join(report, 'certificate.json'), 'utf8');
    assert.deepEqual(schemaFaults('certificate', text), []);
    assert.ok(text.includes(build.name));
    for (const name of readdirSync(report)) assert.ok(!readFileSync(join(report, name), 'utf8').includes(passphrase), name);
  });

  test('is verified by the public key, and only by the right one', async () => {
    const { code, stdout } = await call(['verify', report, '--key', publicKey]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^subject {8}sensor-1\.4\.0\.bin\n {15}sha256:5{64}\nresult {9}PASSED: the client conforms/);
    assert.match(stdout, /\nreport: genuine, and signed by this key\n$/);
    const other = await call(['verify', report, '--key', stranger]);
    assert.equal(other.code, 1);
    assert.match(other.stdout, /^certificate\.sigstore\.json: was signed by another key .*\nreport: not genuine\n$/);
    const without = await call(['verify', report]);
    assert.equal(without.code, 2);
    assert.match(without.stdout, /\nreport: all files match, but the certificate is signed: name .* with --key\n$/);
  });

  test('is not genuine after a change', async () => {
    const page = join(report, 'index.html');
    const genuine = readFileSync(page, 'utf8');
    writeFileSync(page, genuine.replace('conforms', 'con\u001bforms'));
    const { code, stdout } = await call(['verify', report, '--key', publicKey]);
    writeFileSync(page, genuine);
    assert.equal(code, 1);
    assert.match(
      stdout,
      /^index\.html: was changed: its SHA-256 is [0-9a-f]{64}; certificate\.json says [0-9a-f]{64}\nreport: not/,
    );
  });

  test('leaves no certificate if the next run is only a part', async () => {
    const next = await call(['run', client, '--only', 'client-request-qos0', '--report', report]);
    assert.match(readFileSync(join(report, 'index.html'), 'utf8'), /No result changed since the run of /);
    assert.equal(next.code, 4, next.stdout + next.stderr);
    for (const name of ['certificate.json', 'certificate.sigstore.json', 'badge.svg', 'badge.json'])
      assert.equal(existsSync(join(report, name)), false, name);
    const { code, stdout, stderr } = await call(['verify', report]);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /there is no certificate\.json; a whole run writes one/);
  });
});

describe('wrong use', { concurrency: 2 }, () => {
  const server = fixtureTarget(folder, 'reference/server');
  const secret = { CONFORMANCE_SIGN_PASSPHRASE: 'wrong' };
  const wrong: readonly (readonly [readonly string[], RegExp, Readonly<Record<string, string>>?])[] = [
    [['run', client, '--sign', key, '--only', 'client-request-qos0'], /^--sign signs a certificate, .*: leave out --only\n$/],
    [['run', client, '--sign', key, '--tags', '@must'], /leave out --tags\n$/],
    [['run', server, '--sign', key], /^--sign .* needs the digest of a build: declare build: \{ name, digest \}/],
    [['run', client, '--sign', 'absent.pem'], /^--sign absent\.pem: there is no such file\n$/],
    [['run', client, '--sign', rsa], /rsa\.pem: is a key of rsa; expected an Ed25519 or EC P-256 key in PEM; openssl genpkey/],
    [['run', client, '--sign', publicKey], /holds no private key; expected an Ed25519/],
    [['run', client, '--sign', locked], /the key is encrypted; expected its passphrase in .* CONFORMANCE_SIGN_PASSPHRASE\n$/],
    [['run', client, '--sign', locked], /cannot be decrypted with the passphrase in CONFORMANCE_SIGN_PASSPHRASE/, secret],
    [['verify'], /missing required argument 'folder'/],
    [['verify', 'absent'], /^absent: there is no such folder; expected one that "run" wrote its reports into\n$/],
    [['verify', folder, '--key', key], /^--key .*: is a private key; expected the public one: openssl pkey -in .* -pubout\n$/],
    [['verify', folder, '--key', client], /^--key .*: holds no public key/],
  ];
  for (const [args, says, env = {}] of wrong) {
    test(`${args.map((word) => word.replace(`${folder}/`, '')).join(' ')} is answered with what was wrong`, async () => {
      const { code, stdout, stderr } = await call(args, { cwd: folder, env });
      assert.equal(code, 2, stdout + stderr);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /^\s+at /m, 'a stack trace');
    });
  }
});
