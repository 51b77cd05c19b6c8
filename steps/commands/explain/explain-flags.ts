import type { CommandDefinition } from '../terminal/command-definition.ts';
import { helpFooter } from '../terminal/help-footer.ts';

/** The command `explain`. */
export const explainCommand: CommandDefinition = (program) => {
  program
    .command('explain')
    .description('Explains a requirement: sentence, reason, source, scenarios, usual mistakes, and where it is defined.')
    .argument('<id>', 'for example server-response-qos0')
    .addHelpText('after', helpFooter({ examples: ['explain server-response-qos0'] }))
    .action(async (id: string) => {
      const { explain } = await import('./explain.ts');
      process.stdout.write(explain(id));
    });
};
