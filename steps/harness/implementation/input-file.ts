import { readFile, stat } from 'node:fs/promises';
import { conceal } from '../text/secrets.ts';
import type { Fault } from './check-target.ts';
import { type FileMistake, InputFileError } from './errors.ts';
import { readSource, type Source } from './yaml-source.ts';

/** Room for the most devices that a target file may declare, in bytes. */
const LARGEST = 1024 * 1024;

/** What is read of a file that people write. */
interface InputFile {
  readonly bytes: Buffer;
  readonly source: Source;
}

/**
 * Reads a file that people write (YAML or JSON).
 *
 * @param path as the user wrote it; messages name the file by it
 * @param kind what it is, in messages
 * @param Wrong what is thrown when it cannot be read
 */
export async function readInputFile(path: string, kind: string, Wrong: typeof InputFileError): Promise<InputFile> {
  const bytes = await readBytes(path, kind, Wrong);
  const source = readSource(inUtf8(path, bytes, Wrong), kind);
  if (source.mistakes.length > 0) throw new Wrong(path, source.mistakes);
  return { bytes, source };
}

async function readBytes(path: string, kind: string, Wrong: typeof InputFileError): Promise<Buffer> {
  try {
    const status = await stat(path);
    if (!status.isFile()) throw new Wrong(path, `is a ${status.isDirectory() ? 'folder' : 'special file'}; expected a ${kind}`);
    if (status.size > LARGEST) throw new Wrong(path, `has ${status.size} bytes; expected a ${kind} of at most ${LARGEST}`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof InputFileError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Wrong(path, 'there is no such file');
    throw new Wrong(path, `cannot be read: ${message}`);
  }
}

function inUtf8(path: string, bytes: Buffer, Wrong: typeof InputFileError): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Wrong(path, 'is not text in UTF-8');
  }
}

/** Faults with their places in the file, in its order, and without secrets. */
export function located(faults: readonly Fault[], place: Source['place'], secrets: readonly string[] = []): FileMistake[] {
  return faults
    .map((fault) => ({ ...place(fault.path, fault.of), member: memberAt(fault.path), what: conceal(fault.what, secrets) }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function memberAt(path: readonly string[]): string {
  return path.reduce((above, key) => (/^\d+$/.test(key) ? `${above}[${key}]` : above === '' ? key : `${above}.${key}`), '');
}
