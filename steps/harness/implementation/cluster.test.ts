import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { builtForwarder, type FakeCluster, fakeCluster, socketPath } from '../../testing/fake-cluster.ts';
import { stallReason } from './cluster.ts';
import { exitedWith } from './end.ts';
import { connectEngine } from './engine.ts';
import { kindOfEngine } from './engine-kind.ts';
import { EnvironmentError } from './errors.ts';
import { listenAddressOf, listenerOf } from './listen-address.ts';
import { startTarget } from './start-target.ts';
import type { StartedTarget, Target } from './target.ts';
import { loadTarget } from './target-file.ts';

const image = 'local/base:latest';

const required = process.env['CONFORMANCE_REQUIRE_DOCKER'] === '1';
const cluster: FakeCluster | undefined = await reachable();
const skip = cluster === undefined ? 'no Docker engine answers at its usual socket' : false;

async function reachable(): Promise<FakeCluster | undefined> {
  const socket = connect(socketPath);
  try {
    await once(socket, 'connect');
    return await fakeCluster();
  } catch (error) {
    if (required) throw error;
    return undefined;
  } finally {
    socket.destroy();
  }
}

after(() => cluster?.close());

const folder = mkdtempSync(join(tmpdir(), 'cluster-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const node = (program: string): object => ({ image, command: ['node', '-e', program] });

async function targetOf(content: object): Promise<Target> {
  const file = join(folder, 'acme.json');
  writeFileSync(file, JSON.stringify({ name: 'Acme', device: { productKey: 'pk', deviceName: 'dn' }, ...content }));
  return loadTarget(file);
}

const disposable = (it: StartedTarget): { it: StartedTarget } & AsyncDisposable => ({
  it,
  [Symbol.asyncDispose]: () => it.stop(),
});

describe('an engine in front of a Kubernetes cluster', { skip, timeout: 120_000 }, () => {
  before(() => {
    process.env['SSHD_CONTAINER_IMAGE'] = builtForwarder();
    process.env['DOCKER_HOST'] = cluster?.address;
  });

  test('is recognised, and has nothing of a Docker engine that is here', async () => {
    const { cluster: known, remote, here, gateway, lacks } = await connectEngine();
    assert.deepEqual([known, remote, here, gateway, lacks.length], [true, true, false, undefined, 1]);
  });

  test('has its servers reached by nothing but the forwarder, to the last word', async () => {
    const serve =
      'require("node:net").createServer({ allowHalfOpen: true }, (s) => { let all = ""; s.on("data", (d) => { all += d; }).on("end", () => s.end("you said " + all)); })';
    const listens = `setTimeout(() => ${serve}.listen(1883, "0.0.0.0"), 500); console.log("first"); console.error("second");`;
    const target = await targetOf({ role: 'server', sharedClock: true, container: { ...node(listens), port: 1883 } });
    await using started = disposable(await startTarget(target));
    const socket = connect({ port: started.it.port, host: started.it.host, allowHalfOpen: true });
    socket.end('hello');
    assert.equal(await text(socket), 'you said hello');
    assert.deepEqual([started.it.target.sharedClock, started.it.imageDigest, 'restart' in started.it], [false, undefined, false]);
    assert.match(started.it.noRestart ?? '', /cannot be ended and started again/);
    assert.deepEqual(started.it.output().toSorted(), ['first', 'second']);
    assert.equal(await started.it.doubt?.(), undefined);
    // Neither a port that the cluster would forward nor anything else that it does not know.
    const server = cluster?.created.find(({ Image }) => Image === image);
    assert.deepEqual([server?.ExposedPorts, server?.HostConfig?.PortBindings], [{ '1883/tcp': {} }, undefined]);
    await started.it.stop();
    await assert.rejects(once(connect(started.it.port, started.it.host), 'connect'), /ECONNREFUSED/);
  });

  test('has its clients reach the platform, and says how they ended', async () => {
    const program = 'require("node:net").connect(process.env.PORT, process.env.BROKER).on("data", (d) => console.log("" + d));';
    const container = { ...node(program), env: { BROKER: '{host}', PORT: '{port}' } };
    const target = await targetOf({ role: 'client', container, result: { log: '(?<time>\\d+)' } });
    const platform = createServer((socket) => socket.end('met'));
    const listenAddress = await listenAddressOf(target);
    try {
      assert.match(listenAddress.fault() ?? '', /no start of the client has reached the platform/);
      const port = await listenAddress.listen(listenerOf(platform));
      const heard = Promise.withResolvers<string>();
      const values = { host: listenAddress.host, port: String(port) };
      await using client = disposable(await startTarget(target, { values, onLine: (line) => heard.resolve(line) }));
      assert.equal(await heard.promise, 'met');
      assert.deepEqual(await client.it.end, exitedWith(0));
      assert.deepEqual([listenAddress.fault(), (platform.address() as AddressInfo).address], [undefined, '127.0.0.1']);
    } finally {
      platform.close();
      await listenAddress.leave();
    }
  });

  test('does not tell a server that fails from one that was taken away: nothing is said of either', async () => {
    const program =
      'require("node:net").createServer(() => process.exit(3)).listen(1883, "0.0.0.0", () => console.log("listening"));';
    const container = { ...node(program), port: 1883 };
    const target = await targetOf({ role: 'server', container, ready: { log: 'listening', port: false } });
    await using started = disposable(await startTarget(target));
    const socket = connect(started.it.port, started.it.host);
    await once(socket.resume(), 'close');
    assert.match((await started.it.lost) ?? '', /has failed, or the Kubernetes cluster has taken it away/);
    assert.match((await started.it.doubt?.()) ?? '', /has failed, or the Kubernetes cluster/);
  });

  /** Has the real engine do something with the container of the forwarder. */
  async function withForwarder(...words: readonly string[]): Promise<void> {
    const { docker } = await connectEngine();
    const [one] = (await docker.listContainers()).filter(({ Image }) => Image === process.env['SSHD_CONTAINER_IMAGE']);
    execFileSync('docker', ['--host', `unix://${socketPath}`, ...words, one?.Id ?? '']);
  }

  test('knows how long the forwarder stood still, and goes on with it afterwards', async () => {
    const program =
      'require("node:net").createServer((s) => s.end("late")).listen(1883, "0.0.0.0", () => console.log("listening"));';
    const target = await targetOf({ role: 'server', container: { ...node(program), port: 1883 }, responseDeadline: '6s' });
    await using started = disposable(await startTarget(target));
    await withForwarder('pause');
    const heard = text(connect(started.it.port, started.it.host));
    await sleep(4_000);
    await withForwarder('unpause');
    assert.equal(await heard, 'late');
    assert.match(
      (await started.it.doubt?.()) ?? '',
      /the way to the container and back stood still for \d{4} ms, of the 6000 ms/,
    );
  });

  test('lets nothing be said once the forwarder is gone', async () => {
    const program = 'require("node:net").createServer().listen(1883, "0.0.0.0", () => console.log("listening"));';
    const target = await targetOf({ role: 'server', container: { ...node(program), port: 1883 } });
    await using started = disposable(await startTarget(target));
    await withForwarder('rm', '--force');
    assert.match((await started.it.lost) ?? '', /the container that forwards connections .* is gone/);
    assert.match((await started.it.doubt?.()) ?? '', /is gone/);
  });

  for (const [what, content, says] of [
    [
      'a Dockerfile',
      { role: 'server', container: { dockerfile: 'Dockerfile', port: 1883 } },
      /no image is built from a Dockerfile/,
    ],
    [
      'files',
      { role: 'server', container: { image, port: 1883, files: [{ source: 'acme.json', path: '/a' }] } },
      /container\.files come after the start/,
    ],
    ['a health check', { role: 'server', container: { image, port: 1883 }, ready: { health: true } }, /no health check runs/],
    ['a signal', { sync: { signal: 'SIGUSR1' } }, /SIGUSR1 is not delivered/],
    ['standard input', { sync: { stdin: 'x' } }, /nothing reads standard input/],
    ['a controlled clock', { capabilities: ['clock'] }, /no file is shared with the suite/],
  ] as const) {
    test(`refuses a target that needs ${what} before anything is started`, async () => {
      writeFileSync(join(folder, 'Dockerfile'), `FROM ${image}\n`);
      const client = { role: 'client', container: { image, env: { P: '{port}' } }, result: { log: '(?<time>.)' } };
      const target = await targetOf('role' in content ? content : { ...client, ...content });
      const before = cluster?.asked.filter((call) => /create|build/.test(call)).length;
      const refused = (error: unknown): boolean => {
        assert.ok(error instanceof EnvironmentError);
        assert.match(
          error.message,
          /^Acme \(acme\.json\) was not started: the Kubernetes cluster behind the Docker engine cannot do/,
        );
        assert.match(error.message, says);
        return true;
      };
      await assert.rejects(startTarget(target, { values: { host: 'h', port: '1' } }), refused);
      if (target.role === 'client') await assert.rejects(listenAddressOf(target), refused);
      assert.equal(cluster?.asked.filter((call) => /create|build/.test(call)).length, before);
    });
  }
});

test('a way that stood still for half of the time that an answer may take lets nobody be failed for being late', async () => {
  const server = await targetOf({ role: 'server', container: { image, port: 1883 }, responseDeadline: '2s' });
  const asked: unknown[] = [];
  const still = (ms: number): Parameters<typeof stallReason>[0] => ({
    longestStallMs: (since) => {
      asked.push(since);
      return ms;
    },
  });
  assert.equal(stallReason(still(1000), server, 7), undefined);
  assert.match(stallReason(still(1001), server, 7) ?? '', /stood still for 1001 ms, of the 2000 ms that an answer may take/);
  assert.deepEqual(asked, [7, 7]);
});

test('the kind of an engine is what it says, or what is said of it', () => {
  const docker = { Name: 'build-7', OperatingSystem: 'Debian GNU/Linux 12 (bookworm)', ServerVersion: '28.0.1', Labels: [] };
  assert.equal(kindOfEngine(docker, undefined), 'docker');
  assert.equal(kindOfEngine({ ...docker, Labels: null }, ''), 'docker');
  assert.equal(
    kindOfEngine({ Name: 'kubedock', OperatingSystem: 'kubernetes', ServerVersion: '0.18.2' }, undefined),
    'kubernetes',
  );
  assert.equal(kindOfEngine({ ...docker, Labels: ['cloud.docker.run.version=259.c712f5fd'] }, undefined), 'remote');
  assert.equal(kindOfEngine({ ...docker, ServerVersion: '78+testcontainerscloud' }, undefined), 'remote');
  assert.equal(kindOfEngine(docker, 'kubernetes'), 'kubernetes');
  assert.equal(kindOfEngine(docker, 'remote'), 'remote');
  assert.throws(
    () => kindOfEngine(docker, 'swarm'),
    /^EnvironmentError: CONFORMANCE_ENGINE is "swarm"; expected remote .* or kubernetes/,
  );
});
