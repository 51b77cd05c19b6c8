import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { after } from 'node:test';
import { root } from '../requirements/requirement.ts';

/** The socket of the real engine, whose containers replace pods. */
export const socketPath = '/var/run/docker.sock';

const notImplemented =
  /^(?:GET \/containers\/[^/]+\/(?:top|changes|export|stats)|POST \/containers\/[^/]+\/(?:update|pause|unpause)|POST \/build|(?:GET|POST|DELETE) \/volumes.*|POST \/images\/load)$/;

type Body = Record<string, unknown>;

interface Created {
  readonly Image?: string;
  readonly Entrypoint?: unknown;
  readonly Cmd?: unknown;
  readonly Env?: unknown;
  readonly ExposedPorts?: object;
  readonly Labels?: object;
  readonly HostConfig?: { readonly NetworkMode?: string; readonly PortBindings?: Readonly<Record<string, unknown>> };
}

interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly Config: { readonly Image: string; readonly Labels: object; readonly Env: readonly string[]; readonly Cmd: unknown };
  readonly State: { readonly Running: boolean; readonly ExitCode: number; readonly StartedAt: string };
  readonly NetworkSettings: { readonly Networks: object; readonly Ports: Readonly<Record<string, unknown>> };
}

/** A fake cluster, and the requests that it received. */
export interface FakeCluster {
  /** The value for DOCKER_HOST. */
  readonly address: string;
  /** Every request, as `POST /containers/create`. */
  readonly asked: readonly string[];
  /** The bodies of the requests to create containers. */
  readonly created: readonly Created[];
  close(): void;
}

/**
 * Serves an HTTP API like that of kubedock, with containers of this machine's engine as pods. What kubedock does not support, it ignores
 * or rejects with 501, as kubedock does. It reports no address of a container.
 *
 * @param info further members of the answer to `GET /info`
 */
export async function fakeCluster(info: Body = {}): Promise<FakeCluster> {
  const asked: string[] = [];
  const created: Created[] = [];
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing, { asked, created, info }).catch((error: unknown) => {
      if (outgoing.headersSent) outgoing.destroy();
      else say(outgoing, 500, { error: String(error) });
    });
  });
  server.on('upgrade', (incoming, near) => {
    const far = connect(socketPath);
    const { method = '', url = '', rawHeaders } = incoming;
    asked.push(`${method} ${url}`);
    const headers = Array.from(
      { length: rawHeaders.length / 2 },
      (_, index) => `${rawHeaders[2 * index]}: ${rawHeaders[2 * index + 1]}\r\n`,
    );
    far.write(`${method} ${url} HTTP/1.1\r\n${headers.join('')}\r\n`);
    far.pipe(near).pipe(far);
    for (const socket of [far, near]) socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    created,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface ClusterMemory {
  readonly asked: string[];
  readonly created: Created[];
  readonly info: Body;
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { asked, created, info }: ClusterMemory,
): Promise<void> {
  const url = new URL((incoming.url ?? '').replace(/^\/v1\.\d+/, ''), 'http://fake');
  const call = `${incoming.method} ${url.pathname}`;
  asked.push(call);
  const [, id = ''] = /^\/(?:containers|networks|exec)\/([^/]+)/.exec(url.pathname) ?? [];
  if (notImplemented.test(call)) return say(outgoing, 501);
  switch (id === '' ? call : call.replace(`/${id}`, '/ID')) {
    case 'GET /info':
      return say(outgoing, 200, {
        ID: 'com.joyrex2001.kubedock',
        Name: 'kubedock',
        ServerVersion: '0.18.2',
        OperatingSystem: 'kubernetes',
        MemTotal: 0,
        Labels: ['kubedock=true'],
        ...info,
      });
    case 'GET /version':
      return say(outgoing, 200, { Version: '1.25', ApiVersion: '1.25', Os: 'linux', Arch: 'amd64' });
    case 'POST /images/create':
      return say(outgoing, 200, { status: 'Download complete' });
    case 'POST /networks/ID': {
      const { Name, Labels } = (await json(incoming)) as Body;
      return relay(await ask('POST', '/networks/create', { Name, Labels }), outgoing);
    }
    case 'GET /networks/ID':
      return say(outgoing, 200, { Name: id, ID: id, Driver: 'bridge', Scope: 'local', Containers: {}, Labels: {} });
    case 'POST /containers/ID': {
      const body = (await json(incoming)) as Created;
      created.push(body);
      return relay(await ask('POST', '/containers/create', podOf(body)), outgoing);
    }
    case 'GET /containers/ID':
      if (id === 'json') break;
      return say(outgoing, 404);
    case 'GET /containers/ID/json':
      return inspect(id, outgoing);
    case 'POST /containers/ID/kill':
      // Everything else is accepted, but has no effect.
      if (/KILL|TERM|QUIT/i.test(url.searchParams.get('signal') ?? 'KILL')) await ask('DELETE', `/containers/${id}?force=1`);
      return say(outgoing, 204);
    case 'POST /containers/ID/attach':
    case 'PUT /containers/ID/archive':
      // It would be started by that.
      return say(outgoing, 500, { error: 'nobody should ask for this' });
    default:
  }
  if (/^GET \/images\/.*\/json$/.test(call))
    return say(outgoing, 200, { Id: decodeURIComponent(url.pathname.slice(8, -5)), Created: '2026-01-01T00:00:00Z', Size: 0 });
  const { method = 'GET', headers } = incoming;
  const onward = request({ socketPath, method, path: `${url.pathname}${url.search}`, headers });
  incoming.pipe(onward);
  const [response] = (await once(onward, 'response')) as [IncomingMessage];
  relay(response, outgoing);
}

/** The pod that kubedock makes of a container: without hosts, limits, capabilities, name servers, mounts and standard input. */
function podOf({
  Image,
  Entrypoint,
  Cmd,
  Env,
  ExposedPorts,
  Labels,
  HostConfig: { NetworkMode, PortBindings } = {},
}: Created): object {
  const ports = Object.keys(PortBindings ?? {});
  const bindings = Object.fromEntries(ports.map((port) => [port, [{ HostIp: '127.0.0.1', HostPort: '0' }]]));
  return { Image, Entrypoint, Cmd, Env, ExposedPorts, Labels, HostConfig: { NetworkMode, PortBindings: bindings } };
}

async function inspect(id: string, outgoing: ServerResponse): Promise<void> {
  const response = await ask('GET', `/containers/${id}/json`);
  if (response.statusCode !== 200) return relay(response, outgoing);
  const { Id, Name, Config, State, NetworkSettings } = (await json(response)) as Inspected;
  const failed = !State.Running && State.ExitCode !== 0;
  const completed = !State.Running && State.ExitCode === 0 && !State.StartedAt.startsWith('0001');
  const networks: Record<string, object> = {};
  for (const name of Object.keys(NetworkSettings.Networks)) networks[name] = { NetworkID: name, IPAddress: '127.0.0.1' };
  say(outgoing, 200, {
    Id,
    Name,
    Image: Config.Image,
    NetworkSettings: { IPAddress: '127.0.0.1', Networks: networks, Ports: NetworkSettings.Ports },
    HostConfig: { NetworkMode: 'bridge', LogConfig: { Type: 'json-file', Config: {} } },
    State: {
      Health: { Status: State.Running ? 'healthy' : 'unhealthy' },
      Running: State.Running || failed,
      Status: completed ? 'Exited' : 'Up',
      Paused: false,
      Restarting: false,
      OOMKilled: false,
      Dead: failed,
      StartedAt: State.StartedAt,
      FinishedAt: '0001-01-01T00:00:00Z',
      ExitCode: 0,
      Error: '',
    },
    Config: {
      Image: Config.Image,
      Labels: Config.Labels,
      Env: Config.Env,
      Cmd: Config.Cmd,
      Hostname: 'localhost',
      ExposedPorts: {},
      Tty: false,
    },
  });
}

async function ask(method: string, path: string, body?: object): Promise<IncomingMessage> {
  const onward = request({ socketPath, method, path, headers: { 'content-type': 'application/json' } });
  onward.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(onward, 'response')) as [IncomingMessage];
  return response;
}

function relay(response: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.writeHead(response.statusCode ?? 500, response.headers);
  outgoing.flushHeaders();
  response.pipe(outgoing);
  response.on('error', () => outgoing.destroy());
  outgoing.on('close', () => response.destroy());
}

function say(outgoing: ServerResponse, status: number, body?: object): void {
  outgoing.writeHead(status, { 'content-type': 'application/json' }).end(body === undefined ? '' : JSON.stringify(body));
}

/** Builds an image with this machine's engine, in a separate process. @returns its name */
export function builtHere(dockerfile: string, context: string): string {
  const build = { dockerfile, context, args: { BASE: 'local/base:latest' } };
  const program = `
    const { connectEngine } = await import(${JSON.stringify(import.meta.resolve('../harness/implementation/engine.ts'))});
    const { buildImage } = await import(${JSON.stringify(import.meta.resolve('../harness/implementation/image-build.ts'))});
    process.stdout.write(await buildImage(await connectEngine(), ${JSON.stringify(build)}));`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
}

/** Builds an image with the interface of testcontainers/sshd: root and PASSWORD, commands, and ports that are forwarded both ways. */
export function builtForwarder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'forwarder-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'node_modules'));
  for (const name of ['ssh2', 'asn1', 'safer-buffer', 'bcrypt-pbkdf', 'tweetnacl'])
    cpSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
  writeFileSync(join(folder, 'sshd.cjs'), sshd);
  writeFileSync(join(folder, 'Dockerfile'), 'ARG BASE\nFROM $BASE\nCOPY . .\nEXPOSE 22\nCMD ["node", "sshd.cjs"]\n');
  return builtHere(join(folder, 'Dockerfile'), folder);
}

const sshd = `
const { exec } = require('node:child_process');
const { generateKeyPairSync } = require('node:crypto');
const { connect, createServer } = require('node:net');
const { Server } = require('ssh2');
const encoding = { type: 'pkcs1', format: 'pem' };
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: encoding, publicKeyEncoding: encoding });
const join = (one, other) => {
  one.pipe(other).pipe(one);
  for (const [from, to] of [[one, other], [other, one]]) from.on('error', () => to.destroy()).on('close', () => to.destroy());
};
new Server({ hostKeys: [privateKey] }, (client) => {
  client.on('error', () => {});
  client.on('authentication', (login) =>
    login.method === 'password' && login.username === 'root' && login.password === process.env.PASSWORD ? login.accept() : login.reject(['password']));
  client.on('session', (accept) => accept().on('exec', (take, _refuse, { command }) => {
    const channel = take();
    exec(command, (error, stdout) => { channel.write(stdout); channel.exit(error?.code ?? 0); channel.end(); });
  }));
  client.on('tcpip', (accept, reject, { destIP, destPort }) => {
    const socket = connect({ host: destIP, port: destPort, allowHalfOpen: true });
    socket.once('error', () => reject(2));
    socket.once('connect', () => join(socket, accept()));
  });
  client.on('request', (accept, _reject, _name, { bindAddr, bindPort }) => {
    createServer({ allowHalfOpen: true }, (socket) => {
      client.forwardOut(bindAddr, bindPort, socket.remoteAddress, socket.remotePort, (error, channel) => error ? socket.destroy() : join(socket, channel));
    }).listen(bindPort, '0.0.0.0', () => accept?.());
  });
}).listen(22, '0.0.0.0');
`;
