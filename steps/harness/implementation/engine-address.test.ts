import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { engineAddress } from './engine-address.ts';
import { EnvironmentError } from './errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'engine-address-'));
after(() => rmSync(folder, { recursive: true }));
let count = 0;

/** What a user's home holds. */
interface Home {
  readonly current?: string;
  /** Hosts of contexts, by their names. */
  readonly contexts?: Readonly<Record<string, { readonly Host?: string; readonly SkipTLSVerify?: boolean }>>;
  /** Contexts that have certificates. */
  readonly secured?: readonly string[];
  readonly properties?: string;
  readonly config?: string;
}

/** Makes a home folder. */
function homeWith({ current, contexts = {}, secured = [], properties, config }: Home): string {
  count += 1;
  const home = join(folder, String(count));
  mkdirSync(join(home, '.docker'), { recursive: true });
  const content = config ?? (current === undefined ? undefined : JSON.stringify({ currentContext: current }));
  if (content !== undefined) writeFileSync(join(home, '.docker/config.json'), content);
  if (properties !== undefined) writeFileSync(join(home, '.testcontainers.properties'), properties);
  for (const [name, docker] of Object.entries(contexts)) {
    const id = createHash('sha256').update(name).digest('hex');
    const meta = join(home, '.docker/contexts/meta', id);
    mkdirSync(meta, { recursive: true });
    writeFileSync(join(meta, 'meta.json'), JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker } }));
    if (secured.includes(name)) mkdirSync(join(home, '.docker/contexts/tls', id, 'docker'), { recursive: true });
  }
  return home;
}

const addressIn = (home: Home, env: NodeJS.ProcessEnv = {}) => engineAddress({ env, home: homeWith(home) });
const build = { Host: 'tcp://build-7:2375' };
const colima = { Host: 'unix:///home/u/.colima/docker.sock' };

describe('the address of the engine', () => {
  test('is the usual place where nothing names one', () => {
    const usual = { host: undefined, from: 'the usual place', certificates: undefined, besides: [] };
    assert.deepEqual(addressIn({}), usual);
    assert.deepEqual(addressIn({ current: 'default' }), usual);
    assert.deepEqual(addressIn({ config: 'no JSON' }), usual);
    assert.deepEqual(addressIn({ current: '' }, { DOCKER_HOST: '', DOCKER_CONTEXT: '' }), usual);
  });

  test('is that of DOCKER_HOST, then DOCKER_CONTEXT, then the file of testcontainers, then the current context', () => {
    const home: Home = { current: 'colima', contexts: { build, colima }, properties: 'docker.host=tcp\\://127.0.0.1\\:9999\n' };
    const all = addressIn(home, { DOCKER_HOST: 'unix:///a.sock', DOCKER_CONTEXT: 'build' });
    assert.deepEqual([all.host, all.from], ['unix:///a.sock', 'DOCKER_HOST']);
    assert.deepEqual(all.besides, [
      'DOCKER_CONTEXT=build',
      'docker.host in ~/.testcontainers.properties',
      'the current Docker context "colima"',
    ]);
    const named = addressIn(home, { DOCKER_CONTEXT: 'build' });
    assert.deepEqual([named.host, named.from], [build.Host, 'the Docker context "build" (DOCKER_CONTEXT)']);
    const file = addressIn(home);
    assert.deepEqual([file.host, file.from], ['tcp://127.0.0.1:9999', 'docker.host in ~/.testcontainers.properties']);
    const current = addressIn({ current: 'colima', contexts: { colima } });
    assert.deepEqual(
      [current.host, current.from, current.besides],
      [colima.Host, 'the Docker context "colima" (the current one)', []],
    );
    const away = addressIn({ current: 'colima', contexts: { colima } }, { DOCKER_CONTEXT: 'default' });
    assert.deepEqual([away.host, away.from], [undefined, 'the usual place, by DOCKER_CONTEXT=default']);
  });

  test('is read as Java writes it', () => {
    for (const line of [
      'docker.host = tcp://a:1',
      'docker.host: tcp://a:1',
      '# x\r\n  docker.host=tcp\\://a\\:1\r\n',
      'docker.host tcp://a:1',
    ])
      assert.equal(addressIn({ properties: line }).host, 'tcp://a:1', line);
    assert.equal(addressIn({ properties: '#docker.host=tcp://a:1\ndocker.host=' }).host, undefined);
    assert.equal(addressIn({ properties: 'tc.host=tcp://b:2\ndocker.host=tcp://a:1' }).host, 'tcp://b:2');
  });

  test('has the certificates that the docker command would take', () => {
    const host = { DOCKER_HOST: 'tcp://a:2376' };
    assert.equal(addressIn({}, host).certificates, undefined);
    assert.equal(addressIn({}, { ...host, DOCKER_TLS_VERIFY: 'yes', DOCKER_CERT_PATH: '/certs' }).certificates, '/certs');
    assert.match(addressIn({}, { ...host, DOCKER_TLS_VERIFY: '1' }).certificates ?? '', /\/\.docker$/);
    const secured = addressIn({ contexts: { build }, secured: ['build'] }, { DOCKER_CONTEXT: 'build' });
    assert.match(secured.certificates ?? '', /contexts\/tls\/[0-9a-f]{64}\/docker$/);
    const properties = 'docker.host=tcp://a:1\ndocker.tls.verify=1\ndocker.cert.path=/certs';
    assert.equal(addressIn({ properties }).certificates, '/certs');
  });

  test('is refused where a context is not there, or does not check certificates', () => {
    const refused = (home: Home, env: NodeJS.ProcessEnv, message: RegExp): void => {
      assert.throws(
        () => addressIn(home, env),
        (error) => error instanceof EnvironmentError && message.test(error.message),
      );
    };
    refused(
      {},
      { DOCKER_CONTEXT: 'build' },
      /^There is no Docker context "build" \(DOCKER_CONTEXT\) in .*: there is none at all\.\n {2}Choose/,
    );
    refused({ current: 'gone', contexts: { build } }, {}, /context "gone" \(the current one\) in .*: there are "build"\.\n/);
    refused({ contexts: { build: {} } }, { DOCKER_CONTEXT: 'build' }, /There is no Docker context "build"/);
    const lax = { contexts: { build: { ...build, SkipTLSVerify: true } }, secured: ['build'] };
    refused(lax, { DOCKER_CONTEXT: 'build' }, /does not check the certificate of its engine \(SkipTLSVerify\)/);
  });
});
