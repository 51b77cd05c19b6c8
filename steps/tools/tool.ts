import { writeSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { InputFileError } from '../harness/implementation/errors.ts';
import { WrongUse } from '../harness/text/usage-error.ts';

/**
 * The command line of a maintainers' tool, `npm run SCRIPT`.
 *
 * @param exitCodes what each exit code means, for `--help`
 */
export function tool(script: string, about: string, exitCodes: Readonly<Record<number, string>>): Command {
  const codes = Object.entries(exitCodes).map(([code, meaning]) => `  ${code}  ${meaning}`);
  return new Command(script)
    .description(about)
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureHelp({ commandUsage: (command) => `npm run ${script} -- ${command.usage()}` })
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error:/, `${script}:`)) })
    .addHelpText('after', ['', 'Exit codes:', ...codes].join('\n'));
}

/** Runs a tool with the arguments of this process. It prints an error on one line; wrong use exits with 2, all other errors with 1. */
export async function runTool(command: Command): Promise<void> {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      // The reader has closed the pipe ("| head"): this is not an error.
      if (code === 'EPIPE') return;
      writeSync(2, `${command.name()}: the output could not be written (${message})\n`);
      process.exit(1);
    });
  try {
    await command.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    console.error(`${command.name()}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = error instanceof WrongUse || error instanceof InputFileError ? 2 : 1;
  }
}

/** A parser for an option with a whole number. It throws InvalidArgumentError for everything else. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(
      `Expected a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`}.`,
    );
  };
}
