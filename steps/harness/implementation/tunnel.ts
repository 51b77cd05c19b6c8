import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUpFolder } from './cleanup-process.ts';
import { EnvironmentError } from './errors.ts';

/** How long SSH may take to connect, in s. */
const connectSeconds = 20;

/** Where an engine listens on its own machine. */
const usualSocket = '/var/run/docker.sock';

/** An engine that is reached by SSH: `ssh://[user@]host[:port][/path/of/its.sock]`. */
export interface Tunnel {
  /** The socket on this machine that leads to the engine's. */
  readonly socket: string;
  /** The engine's machine. */
  readonly host: string;
}

/**
 * Opens a tunnel to an engine by the system's `ssh`, with its configuration and keys; it never asks for a password. It lasts as long as this
 * process, and ends with it in every case: the other side then reads the end of its input.
 *
 * @param address as DOCKER_HOST has it
 * @param from what names it, in words
 * @throws EnvironmentError when it does not come about
 */
export async function openTunnel(address: string, from = 'DOCKER_HOST'): Promise<Tunnel> {
  const { username, hostname: host, port, pathname } = new URL(address);
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  const removed = cleanUpFolder(folder);
  const socket = join(folder, 'docker.sock');
  const remote = pathname.length > 1 ? decodeURIComponent(pathname) : usualSocket;
  const options = ['BatchMode=yes', 'ExitOnForwardFailure=yes', `ConnectTimeout=${connectSeconds}`, 'ServerAliveInterval=15'];
  const child = spawn(
    'ssh',
    [
      '-T',
      ...options.flatMap((option) => ['-o', option]),
      ...(port === '' ? [] : ['-p', port]),
      ...(username === '' ? [] : ['-l', decodeURIComponent(username)]),
      '-L',
      `${socket}:${remote}`,
      '--',
      host,
      'cat',
    ],
    // In a session of its own: a key that ends the suite must not end the tunnel first.
    { stdio: 'pipe', detached: true },
  );
  const end = (): void => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
    removed();
  };
  process.once('exit', end);
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-500);
  });
  child.stdin.on('error', () => {});
  // It comes back when the session is there, and the forwarding with it.
  child.stdin.write('there\n');
  const failure = await Promise.race([
    once(child.stdout, 'data').then(() => undefined),
    once(child, 'close').then(
      ([code]) => words.trim() || `ssh exited with code ${code}`,
      (error: Error) => error.message,
    ),
  ]);
  if (failure !== undefined) {
    process.off('exit', end);
    end();
    throw new EnvironmentError(
      `The Docker engine at ${address} (${from}) cannot be reached: ${failure}\n  See whether "ssh ${host}" works without a password, and whether you may use ${remote} there.`,
    );
  }
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as { unref(): void }).unref();
  return { socket, host };
}
