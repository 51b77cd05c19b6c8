// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that notation belongs to target files
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { connectEngine } from '../../harness/implementation/engine.ts';
import { root } from '../../requirements/requirement.ts';
import { call, reportIn, temporaryFolder, writeTarget } from '../../testing/command-line.ts';
import { MadeCertificates } from '../../testing/made-certificates.ts';
import type { Status } from '../../verdict/report.ts';

/** An image with Node and Debian's mosquitto; it must be on this machine, because the tests pull nothing. */
const base = 'local/base:latest';

const required = process.env['CONFORMANCE_REQUIRE_DOCKER'] === '1';
const skip = required ? false : await reasonToSkip();

async function reasonToSkip(): Promise<string | false> {
  if (spawnSync('openssl', ['version']).status !== 0) return 'openssl is not there';
  const engine = await connectEngine().catch(() => undefined);
  if (engine === undefined) return 'no Docker engine answers';
  const there = await engine.client.image.exists(engine.testcontainers.ImageName.fromString(base));
  return there ? false : `the image ${base} is not there`;
}

const folder = temporaryFolder();
const password = `hub-${randomBytes(6).toString('hex')}`;
const names = ['a1PkTest01/dev01', 'a1PkTest01/dev02', 'a1NtpSuite1/probe-1', 'a1NtpSuite1/probe-10', 'a1NtpSuite2/probe-1'];
const devices = names.map((name) => {
  const [productKey = '', deviceName = ''] = name.split('/');
  return { productKey, deviceName };
});

/** A line of mosquitto's password file: PBKDF2 over SHA-512, as `mosquitto_passwd` writes it. */
function passwordLine(user: string, plain: string): string {
  const [salt, iterations] = [randomBytes(12), 101];
  const hash = pbkdf2Sync(plain, salt, iterations, 64, 'sha512');
  return `${user}:$7$${iterations}$${salt.toString('base64')}$${hash.toString('base64')}\n`;
}

/** How a broker is protected. */
interface Lock {
  readonly name: string;
  /** Lines of its configuration. */
  readonly lines: readonly string[];
}

/** The files of a container in which the reference service uses a protected mosquitto over TLS. */
function lay({ name, lines }: Lock): string {
  const app = join(folder, name);
  mkdirSync(join(app, 'node_modules/mqtt/dist'), { recursive: true });
  for (const file of ['package.json', 'dist/mqtt.esm.js'])
    cpSync(join(root, 'node_modules/mqtt', file), join(app, 'node_modules/mqtt', file));
  for (const file of ['broker-service.ts', 'ntp-service.ts', 'on-broker/serve.sh'])
    cpSync(join(root, 'fixtures/reference', file), join(app, file.replace(/^.*\//, '')));
  writeFileSync(join(app, 'package.json'), '{"type":"module"}');
  for (const file of ['ca.pem', 'server.pem', 'server.key']) cpSync(join(folder, file), join(app, file));
  const users = devices.map(({ productKey, deviceName }) => `${deviceName}&${productKey}`);
  const lineOf = (user: string): string => passwordLine(user, `${password}-${user.replace(/&.*/, '')}`);
  writeFileSync(join(app, 'passwords'), [...users.map(lineOf), passwordLine('ntp-service', 'inside')].join(''));
  const rights = devices.flatMap(({ productKey, deviceName }) => [
    `user ${deviceName}&${productKey}`,
    `topic write /ext/ntp/${productKey}/${deviceName}/request`,
    `topic read /ext/ntp/${productKey}/${deviceName}/response`,
  ]);
  const service = ['user ntp-service', 'topic read /ext/ntp/+/+/request', 'topic write /ext/ntp/+/+/response'];
  writeFileSync(join(app, 'rights'), [...service, ...rights, ''].join('\n'));
  const common = ['per_listener_settings true', 'user root', 'set_tcp_nodelay true', 'log_dest stderr', 'log_type error'];
  const inside = ['listener 1883 127.0.0.1', 'allow_anonymous false', 'password_file passwords', 'acl_file rights'];
  const outside = ['listener 8883 0.0.0.0', 'cafile ca.pem', 'certfile server.pem', 'keyfile server.key', ...lines];
  writeFileSync(join(app, 'mosquitto.conf'), [...common, ...inside, ...outside, ''].join('\n'));
  return app;
}

/** Runs the suite on a protected broker. */
async function run(lock: Lock, own: Readonly<Record<string, unknown>>, ...more: string[]) {
  const app = lay(lock);
  const env = { BROKER: 'mqtt://ntp-service:inside@127.0.0.1:1883' };
  const target = writeTarget(folder, {
    name: lock.name,
    role: 'server',
    container: { image: base, port: 8883, command: ['sh', '/app/serve.sh'], files: [{ source: app, path: '/app' }], env },
    ready: { log: '^serving at ' },
    onlyThese: true,
    ...own,
  });
  const report = join(folder, `${lock.name}-report`);
  const ended = await call(['run', target, ...more, '--report', report], { env: { HUB_PASSWORD: password } });
  return { ...ended, folder: report, report: reportIn(report) };
}

const passwords = ['allow_anonymous false', 'password_file passwords', 'acl_file rights'];
const auth = { username: '{deviceName}&{productKey}', password: '${env:HUB_PASSWORD}-{deviceName}' };

describe('a locked mosquitto', { skip, timeout: 300_000 }, () => {
  before(async () => {
    const made = new MadeCertificates(folder);
    made.authority('ca');
    made.signedBy('ca', 'server', 'DNS:hub.example');
    made.signedBy('ca', 'dev01', 'DNS:dev01');
  });
  const tls = { ca: 'ca.pem', serverName: 'hub.example' };

  for (const mqttVersion of ['3.1.1', '5']) {
    test(`with passwords, rights and TLS is certified in MQTT ${mqttVersion}`, async () => {
      const capabilities = ['tls', 'authentication', 'access-control'];
      const lock = { name: `locked-${mqttVersion}`, lines: passwords };
      const { code, stdout, stderr, report, folder } = await run(lock, { tls, auth, devices, mqttVersion, capabilities });
      assert.equal(code, 0, stdout + stderr);
      const status = new Map(report.requirements.map((requirement) => [requirement.id, requirement.status]));
      assert.equal(status.get('server-refuses-strangers'), 'passed');
      assert.equal(status.get('server-keeps-devices-apart'), 'passed');
      const written = globSync('**/*', { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile());
      for (const { parentPath, name } of written)
        assert.ok(!readFileSync(join(parentPath, name), 'utf8').includes(password), `${name} holds a password`);
      assert.ok(!(stdout + stderr).includes(password));
    });
  }

  test('over WebSocket, in a container, answers and refuses strangers', async () => {
    const lock = { name: 'over-websocket', lines: [...passwords, 'protocol websockets'] };
    const own = { tls, auth, devices, transport: 'websocket', capabilities: ['tls', 'authentication'] };
    // To open a WebSocket takes a quarter of a second, so this runs only some requirements.
    const { code, stdout, stderr } = await run(
      lock,
      own,
      '--only',
      'server-answers-request',
      '--only',
      'server-refuses-strangers',
    );
    assert.equal(code, 4, stdout + stderr);
    assert.match(stdout, /2 passed/);
  });

  test('that wants a certificate besides is certified where the devices have one', async () => {
    const lock = { name: 'certified', lines: [...passwords, 'require_certificate true'] };
    const own = { tls: { ...tls, certificate: 'dev01.pem', key: 'dev01.key' }, auth, devices, capabilities: ['tls'] };
    const { code, stdout, stderr } = await run(lock, own, '--only', 'server-answers-request');
    assert.equal(code, 4, stdout + stderr);
    assert.match(stdout, /1 passed/);
    const { certificate: _certificate, key: _key, ...without } = own.tls;
    // If the server rejects the device, the suite tries again until the server must be ready.
    const ready = { log: '^serving at ', within: '10s' };
    const refused = await run(lock, { ...own, tls: without, ready }, '--only', 'server-answers-request');
    assert.notEqual(refused.code, 0);
    assert.match(refused.stdout + refused.stderr, /certificate/);
  });

  for (const [wanted, expected] of [
    [true, 'passed'],
    [false, 'failed'],
  ] as const) {
    test(`whose certificates are ${wanted ? '' : 'not '}asked for ${expected === 'passed' ? 'refuses' : 'does not refuse'} who has none`, async () => {
      const lines = wanted ? ['require_certificate true', 'use_identity_as_username true'] : ['allow_anonymous true'];
      const device = { productKey: 'a1PkTest01', deviceName: 'dev01' };
      const own = {
        tls: { ...tls, certificate: 'dev01.pem', key: 'dev01.key' },
        device,
        capabilities: ['tls', 'authentication'],
      };
      const id = 'server-refuses-strangers';
      const { stdout, stderr, report } = await run({ name: `certificates-${wanted}`, lines }, own, '--only', id);
      const { scenarios = [] } = report.requirements.find((requirement) => requirement.id === id) ?? {};
      const found = scenarios.filter(({ status }) => status !== 'inapplicable').map(({ title, status }) => [title, status]);
      const title = 'A stranger without a client certificate';
      assert.deepEqual(found, [[title, expected satisfies Status]], stdout + stderr);
    });
  }
});
