import { type CommandDefinition, sharedOptions } from '../terminal/command-definition.ts';
import { interopExitCodes } from '../terminal/exit-codes.ts';
import { helpFooter } from '../terminal/help-footer.ts';
import { wholeNumber } from '../terminal/whole-number.ts';
import type { InteropOptions } from './interop.ts';

/** The command `interop`. */
export const interopCommand: CommandDefinition = (program, done) => {
  program
    .command('interop')
    .summary('Connects clients to servers, and judges the messages of both.')
    .description(
      'Connects each client to each server through a link that records all packets, and judges the messages of both by the same requirements. The result is not a certificate.',
    )
    .argument('<targets...>', 'target files of servers and clients, in any order')
    .option(
      '--starts <number>',
      'how often to start each client with each timestamp type that it supports',
      wholeNumber(1, 100),
      3,
    )
    .option(...sharedOptions.report, 'conformance-report/interop')
    .option(...sharedOptions.root)
    .option('--json', 'print interop.json on stdout, and everything else on stderr')
    .option('--verbose', 'show every start and every requirement')
    .option('--deadline <duration>', 'end after this time with the result incomplete (default: 30m)')
    .addHelpText(
      'after',
      helpFooter({
        codes: interopExitCodes,
        examples: ['interop hub.yaml sensor.yaml', 'interop hub-a.yaml hub-b.yaml sensor-c.yaml sensor-d.yaml --report matrix'],
      }),
    )
    .action(async (targets: string[], flags: InteropOptions) => {
      const { interop } = await import('./interop.ts');
      done(await interop(targets, flags));
    });
};
