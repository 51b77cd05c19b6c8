import { lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { Fault } from './check-target.ts';
import { fault, list, text } from './target-content.ts';

/** Far more than a certificate or a key has, in bytes. */
const largestCertificate = 1024 ** 2;

/** How many files and folders are copied into a container at most. */
const mostCopied = 10_000;

/** Where the paths of a target file start from, and where they must stay. */
export interface Bounds {
  /** Absolute path of the folder of the target file. */
  readonly folder: string;
  /** Absolute path of the folder that no path leads out of, not through a symbolic link either. */
  readonly root: string;
}

/** What a path is to lead to. */
type PathKind = 'file' | 'folder' | 'file or folder' | 'certificate';

/** Checks that every path of a target file leads to what it should, and stays within the bounds. */
export function checkPaths(value: unknown, bounds: Bounds): Fault[] {
  const check = (path: readonly string[], kind: PathKind): Fault[] => {
    const given = text(value, ...path);
    const what = given === undefined || given === '' ? undefined : wrong(given, kind, bounds);
    return what === undefined ? [] : [fault(path, what)];
  };
  return [
    ...check(['container', 'dockerfile'], 'file'),
    ...check(['container', 'context'], 'folder'),
    ...[...list(value, 'container', 'files').keys()].flatMap((index) =>
      check(['container', 'files', String(index), 'source'], 'file or folder'),
    ),
    ...check(['process', 'cwd'], 'folder'),
    ...['ca', 'certificate', 'key'].flatMap((name) => check(['tls', name], 'certificate')),
    ...checkContext(value, bounds),
  ];
}

function checkContext(value: unknown, { folder }: Bounds): Fault[] {
  const dockerfile = text(value, 'container', 'dockerfile');
  const context = text(value, 'container', 'context');
  if (dockerfile === undefined || context === undefined) return [];
  if (isWithin(resolve(folder, dockerfile), resolve(folder, context))) return [];
  return [fault(['container', 'dockerfile'], `"${dockerfile}" is outside the context "${context}"; expected one inside it`)];
}

function wrong(given: string, kind: PathKind, { folder, root }: Bounds): string | undefined {
  const bounds = realpathSync(root);
  const path = resolve(realpathSync(folder), given);
  const real = realPath(path);
  const what = kind === 'certificate' ? 'file' : kind;
  const inside = bounds === realpathSync(folder) ? 'the folder of this file' : bounds;
  if (!isWithin(real ?? path, bounds)) {
    const link = isWithin(path, bounds) ? ' through a symbolic link' : '';
    return `"${given}" leads out of ${inside}${link}; expected a ${what} in it, or --root with a folder that holds both`;
  }
  if (real === undefined) return `"${given}" does not exist; expected a ${what}, relative to the folder of this file`;
  const status = statSync(real);
  const found = kindOf(status);
  if (!what.split(' or ').includes(found)) return `"${given}" is a ${found}; expected a ${what}`;
  if (kind === 'certificate' && status.size > largestCertificate)
    return `"${given}" has ${status.size} bytes; expected a certificate or key of at most ${largestCertificate}`;
  return kind === 'file or folder' && found === 'folder' ? wrongInside(given, real) : undefined;
}

/** What is copied is copied with what its links lead to, so there must be none. */
function wrongInside(given: string, folder: string): string | undefined {
  const open = [folder];
  let count = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const name of readdirSync(next)) {
      count += 1;
      if (count > mostCopied) return `"${given}" holds more than ${mostCopied} files; expected fewer, or an image that has them`;
      const path = join(next, name);
      const status = lstatSync(path);
      if (status.isDirectory()) open.push(path);
      else if (!status.isFile())
        return `"${given}" holds ${relative(folder, path)}, which is no file; expected files and folders, and no symbolic link`;
    }
  }
  return undefined;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function kindOf(status: Stats): string {
  return status.isFile() ? 'file' : status.isDirectory() ? 'folder' : 'special file';
}

/** True for the folder itself, and for what is in it at any depth. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
