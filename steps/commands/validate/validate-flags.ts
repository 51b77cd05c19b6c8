import { type CommandDefinition, sharedOptions } from '../terminal/command-definition.ts';
import { validateExitCodes } from '../terminal/exit-codes.ts';
import { helpFooter } from '../terminal/help-footer.ts';

/** The command `validate`. */
export const validateCommand: CommandDefinition = (program) => {
  program
    .command('validate')
    .description(
      'Checks a target file without starting anything, and reports each mistake: file, line, member, what was expected.',
    )
    .argument('<target>', 'target file, YAML or JSON')
    .option(...sharedOptions.root)
    .addHelpText('after', helpFooter({ codes: validateExitCodes, examples: ['validate acme.yaml'] }))
    .action(async (path: string, { root }: { readonly root?: string }) => {
      const { loadTarget } = await import('../../harness/implementation/target-file.ts');
      const target = await loadTarget(path, process.env, root);
      console.log(`${path} is a valid target file: ${target.name} (${target.role}, ${target.start.kind})`);
    });
};
