import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { conceal } from '../secrets.ts';
import { checkSchema, type Fault } from './check.ts';
import { complete } from './complete.ts';
import { resolveEnvironment } from './environment.ts';
import { type Mistake, TargetFileError } from './errors.ts';
import { checkMeaning } from './meaning.ts';
import { readSource } from './source.ts';
import type { Target } from './target.ts';

/** Room for the most devices that a target file may declare, in bytes. */
const LARGEST = 1024 * 1024;

/**
 * Reads a target file (YAML or JSON), checks it, replaces `${env:NAME}`, and completes it with its defaults.
 *
 * @param path as the user wrote it; messages name the file by it
 * @param root the folder that no path of the file leads out of; its own by default
 * @throws TargetFileError with every mistake at once, each with file, line and member
 */
export async function loadTarget(
  path: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  root?: string,
): Promise<Target> {
  const bytes = await readBytes(path);
  const source = readSource(inUtf8(path, bytes));
  if (source.mistakes.length > 0) throw new TargetFileError(path, source.mistakes);
  if (typeof source.value !== 'object' || source.value === null || Array.isArray(source.value)) {
    throw new TargetFileError(
      path,
      'is empty, or is no map of members; expected at least name, role and container, process or address',
    );
  }

  const { value, secrets, faults } = resolveEnvironment(source.value, environment);
  const folder = dirname(resolve(path));
  const found = checkSchema(value);
  const all = [...faults, ...found, ...checkMeaning(value, { folder, root: root === undefined ? folder : resolve(root) })];
  if (all.length > 0) throw new TargetFileError(path, ordered(all.map((fault) => located(fault, source.place, secrets))));
  return { ...complete(value, resolve(path), secrets), digest: createHash('sha256').update(bytes).digest('hex') };
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    const status = await stat(path);
    if (!status.isFile())
      throw new TargetFileError(path, `is a ${status.isDirectory() ? 'folder' : 'special file'}; expected a target file`);
    if (status.size > LARGEST)
      throw new TargetFileError(path, `has ${status.size} bytes; expected a target file of at most ${LARGEST}`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof TargetFileError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new TargetFileError(path, 'there is no such file');
    throw new TargetFileError(path, `cannot be read: ${message}`);
  }
}

function inUtf8(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new TargetFileError(path, 'is not text in UTF-8');
  }
}

function located(fault: Fault, place: ReturnType<typeof readSource>['place'], secrets: readonly string[]): Mistake {
  const member = fault.path.reduce(
    (path, key) => (/^\d+$/.test(key) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`),
    '',
  );
  return { ...place(fault.path, fault.of), member, what: conceal(fault.what, secrets) };
}

function ordered(mistakes: readonly Mistake[]): Mistake[] {
  return mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
