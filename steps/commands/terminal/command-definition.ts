import type { Command } from 'commander';

/**
 * Adds one command of the command line to the program: its options, its help, and what it does. The code behind a command is imported
 * only when the command runs, so that help and completion are quick.
 *
 * @param done receives the exit code of a command that does not always exit with 0
 */
export type CommandDefinition = (program: Command, done: (code: number) => void) => void;

/** The options that several commands share, word for word. */
export const sharedOptions = {
  root: ['--root <folder>', 'folder that the paths of the target file must stay in (default: the folder of the target file)'],
  report: ['--report <folder>', 'where the reports go'],
  sign: ['--sign <key>', 'sign the certificate with this private key: PEM, Ed25519 or EC P-256'],
  json: ['--json', 'print report.json on stdout, and everything else on stderr'],
  verbose: ['--verbose', 'show every scenario, and every failure in full'],
  allowExpected: ['--allow-expected', 'exit with 0 if only the expected requirements fail; such a run is never certified'],
} as const;
