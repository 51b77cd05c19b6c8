import { spawnSync } from 'node:child_process';

/** Why tests that compile C are skipped; false when they are not. */
export const withoutCompiler: string | false =
  process.platform !== 'linux'
    ? 'builds Linux libraries'
    : spawnSync('cc', ['--version']).error === undefined
      ? false
      : 'cc is not installed';
