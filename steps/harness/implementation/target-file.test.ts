// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that notation belongs to target files
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BUILD, CLIENT, folder, load, RESULT, SERVER, withoutOpenssl } from '../../testing/target-file-folder.ts';
import { confinementOf } from './confinement.ts';
import type { Target } from './target.ts';

describe('a target file of a server', () => {
  test('is completed with defaults', async () => {
    const text = 'name: Hub\nrole: server\ncontainer: { image: acme/hub, port: 1883 }\n';
    const target = await load(text);
    assert.deepEqual(target, {
      file: join(folder, 'target.yaml'),
      digest: createHash('sha256').update(text).digest('hex'),
      name: 'Hub',
      role: 'server',
      start: { kind: 'container', image: 'acme/hub', port: 1883, env: {}, files: [], confinement: confinementOf({}) },
      ready: { port: true, withinMs: 30_000 },
      devices: [{ productKey: 'a1NtpSuite1', deviceName: 'probe' }],
      onlyThese: false,
      responseDeadlineMs: 2_000,
      clockToleranceMs: 5_000,
      sharedClock: true,
      mqttVersion: '3.1.1',
      capabilities: new Set(),
      sync: { kind: 'start' },
      timestampTypes: ['long'],
      withinMs: 10_000,
      secrets: [],
    });
  });

  test('has the limits of a preset and its own, and devices that exist by deviceNames', async () => {
    const preset = await load(`${SERVER}limits: { preset: aliyun, connections: 50, requestsPerSecond: 10 }`);
    assert.deepEqual(preset.limits, { requestsPerSecond: 10, connectsPerMinute: 5, connections: 50 });
    const { devices, lateAnswersMs } = await load(`${SERVER}deviceNames: "^[a-z]+[0-9]+$"\nlateAnswers: 300ms`);
    assert.deepEqual([devices[0]?.deviceName, lateAnswersMs], ['probe1', 300]);
    assert.equal((await load(`${SERVER}clockTolerance: 24h`)).clockToleranceMs, 86_400_000);
  });

  test('says which build it is where the suite cannot see it', async () => {
    const { build } = await load(`${SERVER}build: ${BUILD}`);
    assert.deepEqual(build, { name: 'hub-3.2.1.jar', digest: `sha256:${'0'.repeat(64)}` });
  });

  test('may be JSON, with a $schema', async () => {
    const target = await load(JSON.stringify({ $schema: 'x.json', name: 'Hub', role: 'server', address: 'mqtts://[::1]' }));
    assert.deepEqual(target.start, { kind: 'address', protocol: 'mqtts', host: '::1', port: 8883 });
    assert.equal(target.sharedClock, false);
    assert.equal(target.ready.withinMs, 5_000);
  });

  test('says MQTT over WebSocket by its address, or by transport', async () => {
    const target = await load(JSON.stringify({ name: 'Hub', role: 'server', address: 'wss://hub.example/mqtt' }));
    assert.deepEqual(target.start, { kind: 'address', protocol: 'wss', host: 'hub.example', port: 443 });
    assert.equal(target.webSocketPath, '/mqtt');
    assert.equal((await load(JSON.stringify({ name: 'Hub', role: 'server', address: 'ws://h' }))).webSocketPath, '/');
    assert.equal((await load(`${SERVER}transport: websocket`)).webSocketPath, '/mqtt');
    assert.equal((await load(`${SERVER}transport: websocket\npath: /ws`)).webSocketPath, '/ws');
    assert.equal((await load(`${SERVER}transport: tcp`)).webSocketPath, undefined);
  });

  test('has its paths made absolute and its texts kept as they are written', { skip: withoutOpenssl('ca.pem') }, async () => {
    const target = await load(
      [
        'name: Hub',
        'version: 3.10',
        'role: server',
        'container:',
        '  dockerfile: context/Dockerfile',
        '  args: { N: 1.50 }',
        '  env: { PORT: 1883, ON: true, LITERAL: "${env:BRACES}" }',
        '  command: [serve, --port, 1883]',
        '  port: 1883',
        '  files: [{ source: ca.pem, path: /etc/ca.pem }]',
        'tls: { ca: ca.pem }',
        'ready: { log: "listening", port: false, within: 500ms }',
        'device: { productKey: a1PkTest01, deviceName: 0123, deviceSecret: "${env:SECRET}" }',
        'onlyThese: true',
        'mqttVersion: 5',
        'responseDeadline: 2m',
        'auth: { username: "{deviceName}&{productKey}", password: "${env:BRACES}" }',
        'capabilities: [tls, authentication]',
      ].join('\n'),
    );
    assert.equal(target.version, '3.10');
    assert.deepEqual(target.start, {
      kind: 'container',
      build: { dockerfile: join(folder, 'context/Dockerfile'), context: join(folder, 'context'), args: { N: '1.50' } },
      env: { PORT: '1883', ON: 'true', LITERAL: 'a{{port}}b' },
      command: ['serve', '--port', '1883'],
      port: 1883,
      files: [{ source: join(folder, 'ca.pem'), path: '/etc/ca.pem' }],
      confinement: confinementOf({}),
    });
    assert.deepEqual(target.tls, { ca: join(folder, 'ca.pem'), selfSigned: false });
    assert.deepEqual(target.ready, { log: 'listening', port: false, withinMs: 500 });
    assert.deepEqual(target.devices, [{ productKey: 'a1PkTest01', deviceName: '0123', deviceSecret: 'hunter22' }]);
    assert.equal(target.mqttVersion, '5');
    assert.equal(target.responseDeadlineMs, 120_000);
    assert.deepEqual([...target.capabilities], ['tls', 'authentication']);
    assert.deepEqual(target.auth, { kind: 'password', username: '{deviceName}&{productKey}', password: 'a{{port}}b' });
    assert.deepEqual(target.secrets, ['hunter22', 'a{port}b']);
  });

  const device = 'device: { productKey: a1PkTest01, deviceName: dev01, deviceSecret: secret01 }\n';

  test('whose devices sign has the platform’s own way for a default, and keeps the signatures secret', async () => {
    const target = await load(`${SERVER}${device}auth: aliyun-hmac\nclientId: "{productKey}.{deviceName}"`);
    assert.deepEqual(target.auth, { kind: 'aliyun-hmac', signMethod: 'hmacsha256', timestamp: '2524608000000' });
    const vector = '0FDA385BCFFDC666B797317C5004D39EEDE85EFCFD5CE7D03A580EDB6F06930E';
    assert.deepEqual(target.secrets.toSorted(), [vector, vector.toLowerCase(), 'secret01'].toSorted());
    assert.equal(target.onlyThese, true, 'the suite cannot sign for a device that it makes up');
    const other = await load(`${SERVER}${device}auth: { aliyun-hmac: { signMethod: hmacmd5, timestamp: none } }`);
    assert.deepEqual(other.auth, { kind: 'aliyun-hmac', signMethod: 'hmacmd5' });
    const numeric = await load(`${SERVER}${device}auth: { aliyun-hmac: { timestamp: 0123 } }`);
    assert.equal(numeric.auth?.kind === 'aliyun-hmac' && numeric.auth.timestamp, '0123');
  });

  test('gives all devices a password, or each its own', async () => {
    const common = await load(`${SERVER}auth: { username: hub, password: "pass-{deviceName}" }`);
    assert.equal(common.onlyThese, false);
    assert.deepEqual(common.secrets, ['pass-probe', 'pass-']);
    const own = await load(`${SERVER}devices: [{ productKey: p, deviceName: d, username: 12, password: "{{x}}34" }]`);
    assert.deepEqual(own.auth, { kind: 'password' });
    assert.deepEqual([own.onlyThese, own.devices[0]?.username, own.secrets], [true, '12', ['{x}34']]);
    assert.equal((await load(`${SERVER}auth: none`)).auth, undefined);
  });

  test('does not call three letters a secret', async () => {
    assert.deepEqual((await load(`${SERVER}version: "\${env:SHORT}"`)).secrets, []);
  });

  test('may refer to parts of itself', async () => {
    const target = await load(`${SERVER}devices: [&a { productKey: p, deviceName: d1 }, { productKey: p, deviceName: d2 }]`);
    assert.equal(target.devices.length, 2);
  });
});

describe('a target file of a client', () => {
  test('whose command has no placeholder for the device says that it can be no other', async () => {
    const text = `name: A\nrole: client\nprocess: { command: [sync, "{port}"] }\ndevice: { productKey: a1, deviceName: dev1 }\n${RESULT}`;
    assert.equal((await load(text)).onlyThese, true);
    assert.equal((await load(CLIENT + RESULT)).onlyThese, false);
  });

  const cases: [string, Partial<Target>][] = [
    ['', { sync: { kind: 'start' }, timestampTypes: ['long'], withinMs: 10_000, ready: { port: false, withinMs: 30_000 } }],
    ['sync: { on: start }', { sync: { kind: 'start' } }],
    ['sync: { every: 10s }', { sync: { kind: 'every', intervalMs: 10_000 } }],
    ['sync: { exec: [sync, 5] }', { sync: { kind: 'exec', command: ['sync', '5'] } }],
    ['sync: { signal: SIGUSR1 }', { sync: { kind: 'signal', signal: 'SIGUSR1' } }],
    ['sync: { stdin: "sync\\n" }', { sync: { kind: 'stdin', text: 'sync\n' } }],
    ['sync: { publish: { topic: "/{deviceName}" } }', { sync: { kind: 'publish', topic: '/{deviceName}', payload: '' } }],
    ['timestampType: string', { timestampTypes: ['string'] }],
    ['timestampType: [string, long]\nwithin: 3s', { timestampTypes: ['string', 'long'], withinMs: 3_000 }],
  ];
  for (const [text, expected] of cases) {
    test(text === '' ? 'is completed with defaults' : `says ${text.split('\n')[0]}`, async () => {
      const target = await load(`${CLIENT}${RESULT}${text}`);
      for (const [name, value] of Object.entries(expected)) assert.deepEqual(target[name as keyof Target], value);
    });
  }

  test('says where its calculated time is read', async () => {
    assert.deepEqual((await load(CLIENT + RESULT)).result, { kind: 'log', log: 'time (?<time>\\d+)', unit: 'ms' });
    const { result } = await load(`${CLIENT}result: { topic: "/t/{deviceName}", pointer: /a/0, unit: s }`);
    assert.deepEqual(result, { kind: 'topic', topic: '/t/{deviceName}', pointer: '/a/0', unit: 's' });
  });
});

test('every part of the schema has a title and a description', () => {
  const schema: unknown = JSON.parse(
    readFileSync(fileURLToPath(import.meta.resolve('#root/schemas/target.schema.json')), 'utf8'),
  );
  const bare: string[] = [];
  const look = (part: unknown, path: string): void => {
    const { $ref, title, description, properties, items, $defs } = part as Readonly<Record<string, object | string>>;
    if ($ref === undefined && (typeof title !== 'string' || typeof description !== 'string')) bare.push(path);
    for (const [name, below] of Object.entries({ ...(properties as object), ...($defs as object) }))
      look(below, `${path}/${name}`);
    if (items !== undefined) look(items, `${path}/items`);
  };
  look(schema, '');
  assert.deepEqual(bare, []);
});
