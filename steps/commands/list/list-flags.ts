import { Option } from 'commander';
import type { CommandDefinition } from '../terminal/command-definition.ts';
import { helpFooter } from '../terminal/help-footer.ts';
import type { ListOptions } from './list.ts';

/** The command `list`. */
export const listCommand: CommandDefinition = (program) => {
  program
    .command('list')
    .description('Lists the requirements: id, level, sentence.')
    .addOption(new Option('--role <role>', 'list only the requirements of this role').choices(['server', 'client']))
    .option('--excluded', 'list what cannot be tested on any implementation, and why, instead')
    .option('--set [name]', 'list the ids and digests of a released requirement set instead (default: the newest)')
    .option('--json', 'print JSON, with scenarios, sources and digests')
    .addHelpText('after', helpFooter({ examples: ['list --role server', 'list --set', 'list --excluded', 'list --json'] }))
    .action(async (flags: ListOptions) => {
      const { list } = await import('./list.ts');
      process.stdout.write(list(flags));
    });
};
