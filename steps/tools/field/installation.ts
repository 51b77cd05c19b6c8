import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FieldImplementation } from './implementation.ts';
import { call } from './program.ts';

/** How long one step of an installation may take, in ms: Java alone is a download of 100 MB. */
const stepMs = 600_000;

/** A step failed; the message has its command, and its last lines. */
class StepFailed extends Error {}

let listsFetched = false;

/**
 * Installs the packages of an implementation, and builds it.
 *
 * @param folder a copy of its folder
 * @returns why that failed; undefined if it did not
 */
export async function prepare({ debian, build }: FieldImplementation, folder: string): Promise<string | undefined> {
  try {
    const missing = await missingPackages(debian);
    if (missing.length > 0) {
      if (!listsFetched) await step(['apt-get', 'update', '-qq'], folder);
      listsFetched = true;
      await withoutServices(() => step(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...missing], folder));
    }
    if (existsSync(join(folder, 'package.json')))
      await step(['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock'], folder);
    for (const command of build) await step(['sh', '-c', command], folder);
    return undefined;
  } catch (error) {
    if (error instanceof StepFailed) return error.message;
    throw error;
  }
}

/** Keeps Debian from starting installed services during `act`: only the suite may start the brokers, as their target files say. */
async function withoutServices(act: () => Promise<void>): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  const own = !existsSync(policy);
  if (own) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await act();
  } finally {
    if (own) rmSync(policy);
  }
}

async function missingPackages(debian: readonly string[]): Promise<string[]> {
  if (debian.length === 0) return [];
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that notation belongs to dpkg
  const { output } = await call(['dpkg-query', '-W', '-f', '${Package} ${db:Status-Status}\n', ...debian], { withinMs: stepMs });
  const installed = new Set(output.split('\n').filter((line) => line.endsWith(' installed')));
  return debian.filter((name) => !installed.has(`${name} installed`));
}

/** @throws StepFailed */
async function step(command: readonly string[], cwd: string): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive', PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` };
  const { code, output } = await call(command, { cwd, env, withinMs: stepMs });
  if (code === 0) return;
  const last = output.trim().split('\n').slice(-5).join('\n    ');
  throw new StepFailed(`"${command.join(' ')}" ${code === undefined ? 'did not end' : `ended with code ${code}`}:\n    ${last}`);
}
