import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { EnvironmentError } from './errors.ts';

/**
 * Checks the configuration of the Docker client before testcontainers reads it: testcontainers does that while it is loaded, and a
 * configuration that it cannot parse ends the whole process.
 *
 * @param env where `DOCKER_AUTH_CONFIG` and `DOCKER_CONFIG` stand
 * @throws EnvironmentError that names the file or variable, what is wrong and what to do
 */
export function checkDockerClientConfig(env: Readonly<NodeJS.ProcessEnv> = process.env): void {
  const inVariable = env['DOCKER_AUTH_CONFIG'];
  if (inVariable !== undefined && inVariable !== '') {
    requireObject(inVariable, 'The environment variable DOCKER_AUTH_CONFIG');
    return;
  }
  const folder = env['DOCKER_CONFIG'];
  const file = resolve(folder === undefined || folder === '' ? join(homedir(), '.docker') : folder, 'config.json');
  const text = read(file);
  if (text !== undefined) requireObject(text, file);
}

/** @returns undefined where there is no such file */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const why = code === 'EISDIR' ? 'it is a folder' : message;
    throw new EnvironmentError(`${file} cannot be read: ${why}.\n  ${advice}`);
  }
}

function requireObject(text: string, where: string): void {
  const problem = problemOf(text);
  if (problem !== undefined)
    throw new EnvironmentError(
      `${where} ${problem}; expected the JSON object of the Docker client's configuration.\n  ${advice}`,
    );
}

/** The message of JSON.parse is left out: it may quote a password. */
function problemOf(text: string): string | undefined {
  if (text.trim() === '') return 'is empty';
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'is no JSON object';
  } catch {
    return 'is not JSON';
  }
}

const advice =
  'Fix or remove it, or set DOCKER_CONFIG to the folder of another one. A target of kind process or address needs none.';
