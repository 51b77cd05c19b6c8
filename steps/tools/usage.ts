import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { WrongUse } from '../harness/text/usage-error.ts';

/**
 * Answers `--help` of a program for those who work on the suite: prints the comment at its top, where its usage stands, and ends the process.
 *
 * @param program its `import.meta.url`
 */
export function answerHelp(program: string): void {
  if (!process.argv.includes('--help')) return;
  const [, comment = ''] = /^\/\*\*\n(.*?)\n \*\//s.exec(readFileSync(fileURLToPath(program), 'utf8')) ?? [];
  console.log(comment.replaceAll(/^ \* ?/gm, ''));
  process.exit(0);
}

/** Says in a line what stopped a program, and has it exit with 2 for arguments that cannot be meant, else with 1. @param name that of its script */
export function complain(name: string, error: unknown): void {
  console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  const meant = !(error instanceof WrongUse) && (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') !== true;
  process.exitCode = meant ? 1 : 2;
}
