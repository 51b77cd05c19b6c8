import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { connectEngine } from '../../harness/implementation/engine.ts';
import { root } from '../../requirements/requirement.ts';
import { callAfresh, fixtureTarget, temporaryFolder, writeTarget } from '../../testing/command-line.ts';
import { checkTerminal } from './doctor.ts';

const folder = temporaryFolder();

/** Nothing listens there. */
const noEngine = { DOCKER_HOST: 'tcp://127.0.0.1:1' };

interface Findings {
  readonly ready: boolean;
  readonly findings: readonly {
    readonly name: string;
    readonly status: string;
    readonly seen: string;
    readonly advice?: string;
  }[];
}

/** The status of each check in the output of `doctor --json`, by name. */
function statuses(stdout: string): Readonly<Record<string, string>> {
  const { findings } = JSON.parse(stdout) as Findings;
  return Object.fromEntries(findings.map(({ name, status }) => [name, status]));
}

describe('doctor', { concurrency: 2, timeout: 180_000 }, () => {
  test('without a target needs no engine, and reports no problem', async () => {
    const { code, stdout, stderr } = await callAfresh(['doctor'], { cwd: folder, env: noEngine });
    assert.equal(code, 0, stdout);
    assert.equal(stderr, '');
    assert.match(stdout, /^ {2}ok +Node +v\d+\./m);
    assert.match(
      stdout,
      /^ {2}not needed +Docker engine +No Docker engine answers at tcp:\/\/127\.0\.0\.1:1 \(DOCKER_HOST\): .*\. Only a target in a container needs one\.$/m,
    );
    assert.match(stdout, /\nnothing is missing; next: .* run\n$/);
  });

  test('says what to do about a container without an engine, and tries nothing more', async () => {
    const path = writeTarget(folder, { name: 'c', role: 'server', container: { image: 'acme/hub:1', port: 1883 } });
    const { code, stdout } = await callAfresh(['doctor', path], { cwd: folder, env: noEngine });
    assert.equal(code, 3);
    assert.match(
      stdout,
      /^ {2}problem +Docker engine +No Docker engine answers at tcp:.* refused.*\.\n +Start one, or point DOCKER_HOST at one/m,
    );
    assert.match(stdout, /^ {2}not needed +image +not tried: no engine answers$/m);
    assert.match(stdout, /\n1 problem to fix first\n$/);
    assert.doesNotMatch(stdout, /^\s+at /m);
  });

  test('as JSON says the same, of a process, an address and a client', async () => {
    const hub = await callAfresh(['doctor', fixtureTarget(folder, 'faulty/server/steps-of-100-ms'), '--json'], {
      cwd: folder,
      env: noEngine,
    });
    assert.equal(hub.code, 0, hub.stdout);
    const { program, start: started } = statuses(hub.stdout);
    assert.deepEqual({ program, started }, { program: 'ok', started: 'ok' });
    const away = writeTarget(folder, { name: 'a', role: 'server', address: 'mqtt://127.0.0.1:1', ready: { within: '1s' } });
    const nobody = await callAfresh(['doctor', away, '--json'], { cwd: folder, env: noEngine });
    assert.equal(nobody.code, 3);
    assert.equal(statuses(nobody.stdout)['address'], 'problem');
    assert.equal(statuses(nobody.stdout)['loopback'], 'not needed');
    const client = join(root, 'fixtures/targets/reference-client.yaml');
    const sensor = await callAfresh(['doctor', client, '--json', '--root', root], { cwd: folder, env: noEngine });
    assert.equal(sensor.code, 0, sensor.stdout + sensor.stderr);
    const { platform, 'controlled clock': clock } = statuses(sensor.stdout);
    assert.deepEqual({ platform, clock }, { platform: 'ok', clock: 'not needed' });
  });

  test('waits for a server as a run does', async () => {
    const command = ['node', '-e', 'console.log("no database"); process.exit(7)', '{port}'];
    const path = writeTarget(folder, { name: 'gone', role: 'server', process: { command } });
    const { code, stdout } = await callAfresh(['doctor', path], { cwd: folder, env: noEngine });
    assert.equal(code, 3, stdout);
    assert.match(stdout, /^ {2}problem +start +gone .* did not start\.\n.*exited with code 7.*no database/m);
  });

  test('with --connect connects a device, and judges nothing', async () => {
    const connect = async (target: string) => {
      const { code, stdout } = await callAfresh(['doctor', target, '--connect', '--root', root], { cwd: folder, env: noEngine });
      return { code, said: /^ {2}(\S+) +connection +(.*)(?:\n {31}(.*))?$/m.exec(stdout)?.slice(1) ?? [stdout] };
    };
    const right = await connect(join(root, 'fixtures/targets/reference-server.yaml'));
    assert.deepEqual(
      [right.code, ...right.said.slice(0, 2)],
      [0, 'ok', 'a device connected and subscribed; its request was answered'],
    );
    const silent = await connect(fixtureTarget(folder, 'faulty/server/silent'));
    assert.deepEqual([silent.code, silent.said[0]], [0, 'ok']);
    assert.match(silent.said[1] ?? '', /was not answered, which a run judges$/);
    const devices = [{ productKey: 'a1PkTest01', deviceName: 'dev01' }];
    const refused = await connect(
      fixtureTarget(folder, 'unusual/server/closes-on-violation', {
        name: 'refused',
        devices,
        capabilities: [],
        ready: { within: '2s' },
      }),
    );
    assert.deepEqual([refused.code, refused.said[0]], [3, 'problem']);
    assert.match(refused.said[2] ?? '', /the credentials are not those that the server knows: see auth and devices/);
    const client = await connect(join(root, 'fixtures/targets/reference-client.yaml'));
    assert.deepEqual([client.code, ...client.said.slice(0, 2)], [0, 'ok', 'the client connected and asked; it reported a time']);
    const lost = writeTarget(folder, {
      name: 'lost',
      role: 'client',
      process: { command: ['node', '-e', 'setTimeout(() => {}, 9e6)', '{port}', '{productKey}', '{deviceName}'] },
      result: { log: 'time (?<time>\\d+)' },
      within: '1s',
    });
    const nowhere = await connect(lost);
    const dead = await connect(
      writeTarget(folder, {
        name: 'dead',
        role: 'client',
        process: { command: ['node', '-e', 'process.exitCode = 7', '{port}', '{productKey}', '{deviceName}'] },
        result: { log: 'time (?<time>\\d+)' },
      }),
    );
    assert.match(dead.said.join(' '), /^problem dead \(dead\.json\) did not start/);
    assert.deepEqual([nowhere.code, ...nowhere.said.slice(0, 2)], [3, 'problem', 'the client did not connect within 1000 ms']);
    assert.equal((await callAfresh(['doctor', '--connect'], { cwd: folder })).code, 2);
  });

  test('says the same as validate about an invalid target file', async () => {
    const { code, stderr } = await callAfresh(['doctor', 'absent.yaml'], { cwd: folder });
    assert.equal(code, 2);
    assert.equal(stderr, 'absent.yaml: there is no such file\n');
  });

  test('says what a terminal can show', () => {
    assert.deepEqual(checkTerminal({ isTTY: true, columns: 100 }, { LANG: 'C.UTF-8' }), {
      status: 'ok',
      seen: '100 columns, colours, UTF-8',
    });
    assert.match(checkTerminal({ isTTY: true }, { LANG: 'C', NO_COLOR: '1' }).seen, /no colours, no UTF-8 \(LANG is C\)/);
    assert.equal(checkTerminal({}, {}).status, 'not needed');
  });
});

const base = 'local/base:latest';
const engine = await connectEngine().catch(() => undefined);
const there = engine !== undefined && (await engine.client.image.exists(engine.testcontainers.ImageName.fromString(base)));
const skip = process.env['CONFORMANCE_REQUIRE_DOCKER'] === '1' || there ? false : `no Docker engine with ${base}`;

describe('doctor with an engine', { skip, concurrency: 2, timeout: 120_000 }, () => {
  const doctor = async (name: string, image: string, command?: readonly string[]) => {
    const container = { image, port: 1883, ...(command === undefined ? {} : { command }) };
    const path = writeTarget(folder, { name, role: 'server', container });
    return callAfresh(['doctor', path, '--json'], { cwd: folder });
  };

  test('starts a container of the image for a moment', async () => {
    const listen = 'require("node:net").createServer().listen(1883); setTimeout(() => {}, 60_000)';
    const { code, stdout } = await doctor('there', base, ['node', '-e', listen]);
    assert.equal(code, 0, stdout);
    const { 'Docker engine': at, image, container } = statuses(stdout);
    assert.deepEqual({ at, image, container }, { at: 'ok', image: 'ok', container: 'ok' });
    const left = await engine?.docker.listContainers({ all: true, filters: { ancestor: [base], status: ['running'] } });
    assert.deepEqual(
      left?.filter(({ Command }) => Command.includes('60_000')),
      [],
    );
  });

  test('starts it as confined as a run does', async () => {
    const start = { image: base, command: ['true'], env: { PLATFORM: '{host}:{port}', DEVICE: '{productKey}/{deviceName}' } };
    const container = { ...start, linuxCapabilities: ['NO_SUCH'] };
    const result = { log: String.raw`(?<time>\d+)` };
    const path = writeTarget(folder, { name: 'capable', role: 'client', container, result });
    const { code, stdout } = await callAfresh(['doctor', path, '--json'], { cwd: folder });
    assert.equal(code, 3, stdout);
    assert.match(stdout, /could be started: .*NO_SUCH/);
  });

  test('says that an image is not available, or that it cannot be started', async () => {
    const absent = await doctor('absent', 'localhost:1/nobody/has-this:1');
    assert.equal(absent.code, 3);
    assert.equal(statuses(absent.stdout)['image'], 'problem');
    assert.match(absent.stdout, /Check its name and tag/);
    const gone = await doctor('gone', base, ['true']);
    assert.equal(gone.code, 3);
    assert.match(gone.stdout, /did not start.*exited with code 0/s);
    const broken = await doctor('broken', base, ['/no/such/program']);
    assert.equal(broken.code, 3);
    assert.match(broken.stdout, /did not start.*(no such program|no such file)/s);
  });
});
