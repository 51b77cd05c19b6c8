import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { applyDefaults } from './apply-defaults.ts';
import { checkSchema, type Fault } from './check-target.ts';
import { checkCrossFieldRules } from './cross-field-rules.ts';
import { resolveEnvironment } from './environment-references.ts';
import { TargetFileError } from './errors.ts';
import { located, readInputFile } from './input-file.ts';
import type { Target } from './target.ts';

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
  const { bytes, source } = await readInputFile(path, 'target file', TargetFileError);
  if (typeof source.value !== 'object' || source.value === null || Array.isArray(source.value)) {
    throw new TargetFileError(path, 'is empty or not a mapping; expected at least name, role and container, process or address');
  }

  const folder = dirname(resolve(path));
  const { value, secrets, faults: all } = checkContent(source.value, environment, folder, root);
  if (all.length > 0) throw new TargetFileError(path, located(all, source.place, secrets));
  return { ...applyDefaults(value, resolve(path), secrets), digest: createHash('sha256').update(bytes).digest('hex') };
}

/**
 * Checks the content of a target file that is not written yet.
 *
 * @param folder absolute path of the folder that the file will stand in
 */
export function contentFaults(content: unknown, folder: string): readonly Fault[] {
  return checkContent(content, process.env, folder).faults;
}

function checkContent(
  content: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  folder: string,
  root = folder,
) {
  const { value, secrets, faults } = resolveEnvironment(content, environment);
  return {
    value,
    secrets,
    faults: [...faults, ...checkSchema(value), ...checkCrossFieldRules(value, { folder, root: resolve(root) })],
  };
}
