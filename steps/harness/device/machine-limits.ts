import { readFileSync } from 'node:fs';
import { EnvironmentError } from '../implementation/errors.ts';

/**
 * How many ports of one local address a fleet uses. Linux has 28,000 by default, and assigns those of one parity first: beyond these,
 * each additional connection takes a search through all of them.
 */
const portsOfAnAddress = 12_000;

/** Files that the suite has open besides its devices. */
const otherFiles = 200;

/** What the machine has no more of, by the system's code. */
const lacks: ReadonlyMap<string | undefined, string> = new Map([
  ['EMFILE', 'open files for this process (ulimit -n)'],
  ['ENFILE', 'open files'],
  ['EADDRNOTAVAIL', 'local ports'],
  ['EADDRINUSE', 'local ports'],
  ['ENOBUFS', 'memory for connections'],
  ['ENOMEM', 'memory for connections'],
]);

/** What this machine has no more of, where it and not the server prevented a connection. @param code the system's */
export function lackOf(code: string | undefined): string | undefined {
  return lacks.get(code);
}

/** The local address of a device: one address of the loopback has too few ports for all of them. */
export function localAddress(host: string, index: number): string | undefined {
  const address = Math.floor(index / portsOfAnAddress);
  return address === 0 || !host.startsWith('127.') ? undefined : `127.0.0.${address + 1}`;
}

/** @throws EnvironmentError when this process may not open as many files */
export function requireFiles(devices: number): void {
  const [, limit = ''] = /^Max open files\s+(\d+)/m.exec(readLimits()) ?? [];
  if (limit === '' || Number(limit) >= devices + otherFiles) return;
  throw new EnvironmentError(
    `${devices} devices need ${devices + otherFiles} open files, and this process may have ${limit}: raise it (ulimit -n ${devices + otherFiles}), or take fewer devices`,
  );
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    // Not Linux: opening too many connections will fail by itself.
    return '';
  }
}
