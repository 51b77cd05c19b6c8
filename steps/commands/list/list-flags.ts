import { Option } from 'commander';
import type { CommandDefinition } from '../terminal/command-definition.ts';
import { helpFooter } from '../terminal/help-footer.ts';
import type { ListOptions } from './list.ts';

/** The command `list`. */
export const listCommand: CommandDefinition = (program) => {
  program
    .command('list')
    .description('Lists the requirements: id, level, sentence.')
    .addOption(new Option('--role <role>', 'of this role only').choices(['server', 'client']))
    .option('--excluded', 'list instead what cannot be tested on any implementation, and why')
    .option('--set [name]', 'list instead the ids and digests of a released requirement set, the newest by default')
    .option('--json', 'as JSON, with scenarios, sources and digests')
    .addHelpText('after', helpFooter({ examples: ['list --role server', 'list --set', 'list --excluded', 'list --json'] }))
    .action(async (flags: ListOptions) => {
      const { list } = await import('./list.ts');
      process.stdout.write(list(flags));
    });
};
