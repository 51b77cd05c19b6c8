import { type CommandDefinition, sharedOptions } from '../terminal/command-definition.ts';
import { exitCodes } from '../terminal/exit-codes.ts';
import { helpFooter } from '../terminal/help-footer.ts';
import type { MergeOptions } from './merge.ts';

/** The command `merge`. */
export const mergeCommand: CommandDefinition = (program, done) => {
  program
    .command('merge')
    .description('Combines the reports of all shards of a run into one report with one verdict.')
    .argument('<folders...>', 'the report folders of all shards')
    .option(...sharedOptions.report, 'conformance-report')
    .option(...sharedOptions.sign)
    .option(...sharedOptions.json)
    .option(...sharedOptions.verbose)
    .option('--expectations <file>', 'the expectations file of the shards')
    .option(...sharedOptions.allowExpected)
    .addHelpText('after', helpFooter({ codes: exitCodes, examples: ['merge shard-1 shard-2 shard-3 --report out'] }))
    .action(async (folders: string[], flags: MergeOptions) => {
      const { merge } = await import('./merge.ts');
      done(await merge(folders, flags));
    });
};
