import { Argument } from 'commander';
import type { CommandDefinition } from '../terminal/command-definition.ts';
import { type Shell, shells } from './completion-scripts.ts';

/** The command `completion`, and the hidden `complete` that its scripts call. */
export const completionCommand: CommandDefinition = (program) => {
  program
    .command('completion')
    .description('Prints the script that lets a shell complete commands, options, requirement ids, target files and folders.')
    .addArgument(new Argument('<shell>', 'the shell that reads the script').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  source <(iot-ntp-conformance completion bash)     in ~/.bashrc
  source <(iot-ntp-conformance completion zsh)      in ~/.zshrc, after compinit
  iot-ntp-conformance completion fish | source      in ~/.config/fish/config.fish`,
    )
    .action(async (shell: Shell) => {
      const { completionScript } = await import('./completion-scripts.ts');
      process.stdout.write(completionScript(shell));
    });

  program
    .command('complete', { hidden: true })
    .description('Lists what can follow at the end of a command line; the scripts of "completion" call it.')
    .argument('[words...]', 'the command line, after --')
    .action(async (words: string[]) => {
      const { completion } = await import('./completion.ts');
      process.stdout.write(completion(program, words));
    });
};
