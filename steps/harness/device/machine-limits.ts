import { readFileSync } from 'node:fs';
import { EnvironmentError } from '../implementation/errors.ts';

/**
 * How many ports of one local address a fleet uses. Linux has 28,000 by default, and assigns those of one parity first: beyond these,
 * each additional connection takes a search through all of them.
 */
const portsOfAnAddress = 12_000;

/** Files that the suite has open besides its devices. */
const otherFiles = 200;

/** What the system says when it has no more connections to give. */
const exhausted = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'EADDRINUSE', 'ENOBUFS', 'ENOMEM']);

/** Whether it was this machine, and not the server, that could not open a connection. @param code the system's */
export function isExhausted(code: string | undefined): boolean {
  return code !== undefined && exhausted.has(code);
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
