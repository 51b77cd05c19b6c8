import { existsSync, readFileSync, statSync } from 'node:fs';
import { request as requestPlain } from 'node:http';
import { type RequestOptions, request as requestTls } from 'node:https';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { EngineAddress } from './engine-address.ts';
import { EnvironmentError } from './errors.ts';

/** How long an engine may take to answer at all, in ms: one on another machine may be slow. */
const answerMs = 10_000;

/** Why an engine does not answer. */
interface EngineSilence {
  readonly cause: string;
  /** What to do; undefined where nothing more than usual is to be said. */
  readonly advice?: string;
}

/**
 * The engine that answers at an address, or at one of the usual sockets where none is named.
 *
 * @param withinMs how long it may take to answer
 * @returns its address, as DOCKER_HOST has it
 * @throws EnvironmentError that says where none answers, and of what cause
 */
export async function answeringEngine({ host, from, certificates }: EngineAddress, withinMs = answerMs): Promise<string> {
  const tried: string[] = [];
  let more: string | undefined;
  const candidates = host === undefined ? usualSockets() : [host];
  for (const candidate of candidates) {
    const silence = await silenceOf(candidate, certificates, withinMs);
    if (silence === undefined) return candidate;
    tried.push(`${candidate} (${from}): ${silence.cause}`);
    more ??= silence.advice;
  }
  throw new EnvironmentError(
    `No Docker engine answers at ${tried.join('; nor at ')}.\n  ${more === undefined ? '' : `${more} `}` +
      'Start one, or point DOCKER_HOST at one; a target of kind process or address needs none.',
  );
}

/** The sockets at which an engine may be where nothing names one: those that are there, or else the most usual one. */
function usualSockets(): string[] {
  if (process.platform === 'win32') return ['npipe:////./pipe/docker_engine'];
  const usual = '/var/run/docker.sock';
  const { XDG_RUNTIME_DIR: runtime } = process.env;
  const home = join(homedir(), '.docker');
  const rootless = [
    ...(runtime === undefined ? [] : [join(runtime, 'docker.sock')]),
    join(home, 'run/docker.sock'),
    join(home, 'desktop/docker.sock'),
    `/run/user/${process.getuid?.() ?? 0}/docker.sock`,
  ];
  const there = [usual, ...new Set(rootless)].filter((path) => existsSync(path));
  return (there.length === 0 ? [usual] : there).map((path) => `unix://${path}`);
}

async function silenceOf(
  address: string,
  certificates: string | undefined,
  withinMs: number,
): Promise<EngineSilence | undefined> {
  let options: RequestOptions;
  try {
    options = { ...placeOf(address, certificates !== undefined), ...readCertificates(certificates) };
  } catch (error) {
    return { cause: error instanceof Error ? error.message : String(error) };
  }
  const { promise, resolve } = Promise.withResolvers<EngineSilence | undefined>();
  const request = (certificates === undefined ? requestPlain : requestTls)({
    ...options,
    path: '/_ping',
    timeout: withinMs,
    agent: false,
  });
  request.on('response', (response) => {
    response.destroy();
    resolve(undefined);
  });
  request.on('timeout', () => {
    resolve({ cause: `it accepted the connection, or let it wait, and sent nothing for ${withinMs / 1000} s` });
    request.destroy();
  });
  request.on('error', (error: NodeJS.ErrnoException) => resolve(causeOf(error, options.socketPath ?? undefined)));
  request.end();
  return promise;
}

/** Where an address leads to. The docker command has ports of its own for tcp:// without one. @throws Error for an address that is none */
export function placeOf(
  address: string,
  tls: boolean,
): { readonly socketPath: string } | { readonly host: string; readonly port: number } {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new Error('this is no address; expected unix://, tcp:// or ssh://');
  }
  const { protocol, hostname, pathname, port } = url;
  if (protocol === 'unix:' || protocol === 'npipe:') return { socketPath: decodeURIComponent(pathname) };
  if (!['tcp:', 'http:', 'https:'].includes(protocol))
    throw new Error('this is no address of an engine; expected unix://, tcp:// or ssh://');
  return { host: hostname.replaceAll(/^\[|\]$/g, ''), port: port === '' ? (tls ? 2376 : 2375) : Number(port) };
}

/** @throws Error when a file is missing */
function readCertificates(folder: string | undefined): RequestOptions {
  if (folder === undefined) return {};
  const read = (name: string): Buffer => {
    try {
      return readFileSync(join(folder, name));
    } catch {
      throw new Error(`TLS needs ca.pem, cert.pem and key.pem in ${folder}, and ${name} cannot be read`);
    }
  };
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
}

/** Why an engine does not answer, by the error of the connection. @param socket its path, where it is one */
export function causeOf({ code, message }: NodeJS.ErrnoException, socket: string | undefined): EngineSilence {
  switch (code) {
    case 'ECONNREFUSED':
      return { cause: 'the connection was refused, because nothing listens there' };
    case 'ENOENT':
      return { cause: 'there is no such file' };
    case 'EACCES':
    case 'EPERM':
      return { cause: 'permission denied', advice: groupAdvice(socket) };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { cause: 'there is no host of this name' };
    case 'ECONNRESET':
      return { cause: 'it closed the connection; an engine with TLS needs DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH' };
    default:
      return { cause: message.split('\n', 1).join('') };
  }
}

/** The group that may use a socket, and how to join it. */
function groupAdvice(socket: string | undefined): string {
  if (socket === undefined) return 'Run the suite as a user that may use it.';
  try {
    const { gid } = statSync(socket);
    const group = readFileSync('/etc/group', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .find(([, , id]) => Number(id) === gid)?.[0];
    return `Join the group ${group ?? gid}, which may use it (sudo usermod -aG ${group ?? gid} ${userInfo().username}), and log in again.`;
  } catch {
    return 'Join the group docker, or run the suite as a user that may use it.';
  }
}
