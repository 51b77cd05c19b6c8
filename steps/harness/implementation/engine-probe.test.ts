import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { answeringEngine, causeOf, placeOf } from './engine-probe.ts';
import { EnvironmentError } from './errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'engine-probe-'));
after(() => rmSync(folder, { recursive: true }));

const address = (host: string, certificates?: string) => ({ host, from: 'DOCKER_HOST', certificates, besides: [] });

async function listening(context: TestContext, server: Server, at: string | number): Promise<Server> {
  if (typeof at === 'number') server.listen(at, '127.0.0.1');
  else server.listen(at);
  await once(server, 'listening');
  context.after(() => server.close());
  return server;
}

/** What is said of an engine that does not answer. */
async function refusal(host: string, certificates?: string): Promise<string> {
  const error = await answeringEngine(address(host, certificates), 300).then(
    () => assert.fail('it answered'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EnvironmentError, String(error));
  assert.match(error.message, /\n {2}.*Start one, or point DOCKER_HOST at one/);
  return error.message.split('\n', 1).join('');
}

describe('an engine', () => {
  test('answers on a socket and on a port, whatever it says', async (context) => {
    const path = join(folder, 'engine.sock');
    await listening(
      context,
      createHttpServer((_request, response) => response.writeHead(404).end()),
      path,
    );
    assert.equal(await answeringEngine(address(`unix://${path}`)), `unix://${path}`);
    const server = await listening(
      context,
      createHttpServer((_request, response) => response.end('OK')),
      0,
    );
    const host = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    assert.equal(await answeringEngine(address(host)), host);
  });

  test('that does not answer is told with its address and the cause', async (context) => {
    const absent = `unix://${join(folder, 'absent.sock')}`;
    assert.equal(await refusal(absent), `No Docker engine answers at ${absent} (DOCKER_HOST): there is no such file.`);
    const left = join(folder, 'left.sock');
    spawnSync(process.execPath, [
      '-e',
      `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`,
      left,
    ]);
    assert.match(await refusal(`unix://${left}`), /left\.sock \(DOCKER_HOST\): the connection was refused/);
    assert.match(await refusal('tcp://127.0.0.1:1'), /: the connection was refused, because nothing listens there\.$/);
    assert.match(await refusal('tcp://no.such.host.invalid:2375'), /: there is no host of this name\.$/);
    assert.match(await refusal('engine'), /: this is no address; expected unix:\/\/, tcp:\/\/ or ssh:\/\/\.$/);
    assert.match(await refusal('ftp://a'), /: this is no address of an engine/);
    assert.match(
      await refusal('tcp://127.0.0.1:1', folder),
      /: TLS needs ca\.pem, cert\.pem and key\.pem in .*, and ca\.pem cannot be read\.$/,
    );
    const silent = await listening(
      context,
      createServer((socket) => context.after(() => socket.destroy())),
      0,
    );
    assert.match(await refusal(`tcp://127.0.0.1:${(silent.address() as AddressInfo).port}`), /sent nothing for 0\.3 s\.$/);
    const closing = await listening(
      context,
      createServer((socket) => socket.on('error', () => {}).destroy()),
      0,
    );
    assert.match(
      await refusal(`tcp://127.0.0.1:${(closing.address() as AddressInfo).port}`),
      /closed the connection; an engine with TLS needs/,
    );
  });

  test('whose socket this user may not use names the group to join', () => {
    const denied = Object.assign(new Error('connect EACCES'), { code: 'EACCES' });
    const { cause, advice = '' } = causeOf(denied, folder);
    assert.equal(cause, 'permission denied');
    assert.match(advice, /^Join the group \w+, which may use it \(sudo usermod -aG \w+ .*\), and log in again\.$/);
    assert.match(causeOf(denied, join(folder, 'absent')).advice ?? '', /^Join the group docker/);
  });

  test('has the ports of the docker command', () => {
    assert.deepEqual(placeOf('tcp://build-7', false), { host: 'build-7', port: 2375 });
    assert.deepEqual(placeOf('tcp://build-7', true), { host: 'build-7', port: 2376 });
    assert.deepEqual(placeOf('tcp://[::1]:1234', false), { host: '::1', port: 1234 });
    assert.deepEqual(placeOf('unix:///a%20b.sock', false), { socketPath: '/a b.sock' });
  });
});
