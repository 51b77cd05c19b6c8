import type { CommandDefinition } from '../terminal/command-definition.ts';
import { compareExitCodes } from '../terminal/exit-codes.ts';
import { helpFooter } from '../terminal/help-footer.ts';
import type { CompareOptions } from './compare.ts';

/** The command `compare`. */
export const compareCommand: CommandDefinition = (program, done) => {
  program
    .command('compare')
    .description('Compares two reports: what got worse, what got better, and what is new in the requirement set.')
    .argument('<old>', 'the report folder of a run, or its report.json')
    .argument('<new>', 'the same for a later run')
    .option('--json', 'print the comparison as JSON')
    .option('--page <file>', 'also write an HTML page')
    .addHelpText(
      'after',
      helpFooter({
        codes: compareExitCodes,
        examples: ['compare last-release conformance-report', 'compare old new --page changes.html'],
      }),
    )
    .action(async (old: string, now: string, flags: CompareOptions) => {
      const { compare } = await import('./compare.ts');
      done(compare(old, now, flags));
    });
};
