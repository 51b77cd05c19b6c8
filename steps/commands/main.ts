import { Command, CommanderError } from 'commander';
import { EnvironmentError, InputFileError } from '../harness/implementation/errors.ts';
import { WrongUse } from '../harness/text/usage-error.ts';
import { FeatureError, suite } from '../requirements/requirement.ts';
import { compareCommand } from './compare/compare-flags.ts';
import { completionCommand } from './completion/completion-flags.ts';
import { doctorCommand } from './doctor/doctor-flags.ts';
import { explainCommand } from './explain/explain-flags.ts';
import { galleryCommand } from './gallery/gallery-flags.ts';
import { initCommand } from './init/init-flags.ts';
import { interopCommand } from './interop/interop-flags.ts';
import { listCommand } from './list/list-flags.ts';
import { loadCommand } from './load/load-flags.ts';
import { mergeCommand } from './merge/merge-flags.ts';
import { runCommand } from './run-flags.ts';
import { exitCodes } from './terminal/exit-codes.ts';
import { exitOfFailedWrite, isSystemError } from './terminal/failed-writes.ts';
import { helpFooter } from './terminal/help-footer.ts';
import { reportUnexpected } from './terminal/unexpected-error.ts';
import { validateCommand } from './validate/validate-flags.ts';
import { verifyCommand } from './verify/verify-flags.ts';

/** All commands, in the order of the help. */
const commands = [
  initCommand,
  doctorCommand,
  completionCommand,
  runCommand,
  mergeCommand,
  interopCommand,
  loadCommand,
  compareCommand,
  verifyCommand,
  galleryCommand,
  listCommand,
  explainCommand,
  validateCommand,
];

/**
 * The command line: parses the arguments and runs a command.
 *
 * @param args without node and script
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  let code = 0;
  const program = programOf();
  for (const command of commands)
    command(program, (result) => {
      code = result;
    });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return explainError(error);
  }
}

function programOf(): Command {
  const { version } = suite();
  return new Command('iot-ntp-conformance')
    .description(
      "Decides whether an implementation of the IoT platform's NTP service over MQTT does what its specification says.",
    )
    .version(version)
    .exitOverride()
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .showHelpAfterError('(see --help)')
    .addHelpText(
      'after',
      helpFooter({
        codes: exitCodes,
        examples: ['init acme.yaml', 'doctor acme.yaml', 'run acme.yaml', 'explain server-response-qos0', 'help run'],
      }),
    );
}

/** Prints an error. @returns the exit code */
export function explainError(error: unknown): number {
  if (error instanceof WrongUse || error instanceof InputFileError) {
    console.error(error.message);
    return 2;
  }
  if (error instanceof EnvironmentError) {
    console.error(error.message);
    return 3;
  }
  if (error instanceof FeatureError) {
    console.error(`the suite is at fault: ${error.message}`);
    return 4;
  }
  if (isSystemError(error)) {
    console.error(`${error.message}: nothing was judged`);
    return exitOfFailedWrite;
  }
  return reportUnexpected(error);
}
