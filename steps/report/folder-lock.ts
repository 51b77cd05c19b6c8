import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { WrongUse } from '../harness/text/usage-error.ts';
import { makeFolder, namingFolder } from './report-folder.ts';

/** The file that exists in a folder while a run writes there. */
export const lockFile = 'running.lock';

/** How often a run renews its lock for processes on other machines and in other containers, in ms. */
const beatMs = 5_000;

/** The age from which the lock of another machine or container counts as abandoned, in ms. */
const oldMs = 60_000;

/** The process that writes into a folder. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  /** In ISO 8601. */
  readonly since: string;
  /** When the process began, as its system counts: it distinguishes a later process with the same id. Absent if it is unknown. */
  readonly began?: string;
}

/** The locks of this process. */
const held = new Set<string>();

/**
 * Makes a folder and locks it against other runs until the lock is disposed of. If this process has the lock already, nothing changes. The
 * lock of a killed run is taken over.
 *
 * @throws WrongUse that says who writes there; Error of `node:fs` when the folder cannot be written to
 */
export function lockFolder(folder: string): Disposable {
  makeFolder(folder);
  const file = join(resolve(folder), lockFile);
  if (held.has(file)) return { [Symbol.dispose]: () => {} };
  const began = beganOf(process.pid);
  const own: Owner = {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    ...(began === undefined ? {} : { began }),
  };
  while (!take(file, own)) {
    const other = ownerOf(file);
    if (other !== undefined && lives(other, file))
      throw new WrongUse(
        `${folder}: another run writes to this folder (process ${other.pid} on ${other.host}, since ${other.since}): wait until it ends, or name another folder with --report`,
      );
    removeLeftBehind(file);
  }
  held.add(file);
  const beat = setInterval(() => touch(file), beatMs).unref();
  const release = (): void => {
    clearInterval(beat);
    process.off('exit', release);
    if (held.delete(file)) rmSync(file, { force: true });
  };
  process.on('exit', release);
  return { [Symbol.dispose]: release };
}

/** @returns false if another run has the lock */
function take(file: string, own: Owner): boolean {
  try {
    writeFileSync(file, `${JSON.stringify(own)}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    rmSync(file, { force: true });
    throw namingFolder(error, file);
  }
}

/** @returns undefined if the file is missing, or is not a lock */
function ownerOf(file: string): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(file, 'utf8')) as Partial<Owner>;
    return typeof owner.pid === 'number' && typeof owner.host === 'string' && typeof owner.since === 'string'
      ? (owner as Owner)
      : undefined;
  } catch {
    return undefined;
  }
}

function lives({ pid, host, began }: Owner, file: string): boolean {
  if (host !== hostname()) return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < oldMs;
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return began === undefined || beganOf(pid) === began;
}

/** When a process began, in ticks since the start of the system; undefined if the system does not say. Linux only. */
function beganOf(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    // A zombie process still has its number.
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Removes an abandoned lock. It moves the file first, so that only one of several runs takes it over. */
function removeLeftBehind(file: string): void {
  const away = `${file}.${process.pid}.tmp`;
  try {
    renameSync(file, away);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const moved = ownerOf(away);
  // Another run may have taken the lock in the meantime.
  if (moved !== undefined && lives(moved, away)) renameSync(away, file);
  else rmSync(away, { force: true });
}

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // The folder is gone: the next write reports that.
  }
}
