import { type CommandDefinition, sharedOptions } from '../terminal/command-definition.ts';
import { doctorExitCodes } from '../terminal/exit-codes.ts';
import { helpFooter } from '../terminal/help-footer.ts';
import type { DoctorFlags } from './doctor.ts';

/** The command `doctor`. */
export const doctorCommand: CommandDefinition = (program, done) => {
  program
    .command('doctor')
    .description('Checks whether this machine has everything that a run needs, and says what is missing and how to fix it.')
    .argument('[target]', 'target file; without it, checks what the embedded references need')
    .option(...sharedOptions.report, 'conformance-report')
    .option(...sharedOptions.root)
    .option('--connect', 'also connects to the server and asks for the time, or starts the client once; judges nothing')
    .option('--json', 'print the result as JSON: ready, and the findings')
    .addHelpText(
      'after',
      helpFooter({
        codes: doctorExitCodes,
        examples: ['doctor', 'doctor acme.yaml', 'doctor acme.yaml --connect', 'doctor acme.yaml --json'],
      }),
    )
    .action(async (target: string | undefined, flags: DoctorFlags) => {
      const { doctor } = await import('./doctor.ts');
      done(await doctor(target, flags));
    });
};
