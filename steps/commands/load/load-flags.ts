import { type CommandDefinition, sharedOptions } from '../terminal/command-definition.ts';
import { loadExitCodes } from '../terminal/exit-codes.ts';
import { helpFooter } from '../terminal/help-footer.ts';
import { wholeNumber } from '../terminal/whole-number.ts';
import type { LoadOptions } from './load.ts';

/** A number of devices, or of requests per second, on all machines together. */
const upToTenMillion = wholeNumber(1, 10_000_000);

/** The command `load`. */
export const loadCommand: CommandDefinition = (program, done) => {
  program
    .command('load')
    .summary('Sends requests from many devices to a server, and measures the answers.')
    .description(
      'Sends requests from many devices to a server. Counts requests that are answered or lost, and answers that are duplicate or misdelivered, and measures percentiles of the latency. The result is not a verdict of conformance. Without --rate, each device sends its next request when it receives the answer. Without --for, each device sends one request. At the end each device sends one more, so that a duplicate answer of the server arrives.',
    )
    .argument('[target]', 'target file of a server (default: the embedded reference)')
    .option('--devices <number>', 'how many devices are connected', upToTenMillion, 1000)
    .option(
      '--rate <number>',
      'requests per second of all devices together, regardless of how fast the server is',
      upToTenMillion,
    )
    .option('--for <duration>', 'how long the devices send requests, for example 30s (default: one request each)')
    .option('--shard <part>', 'act as one of several machines that share the devices and the rate, for example 2/5')
    .option('--merge <folders...>', 'combine the reports of all machines into one')
    .option(...sharedOptions.report, 'conformance-report/load')
    .option(...sharedOptions.root)
    .option('--json', 'print load.json on stdout, and everything else on stderr')
    .addHelpText(
      'after',
      helpFooter({
        codes: loadExitCodes,
        examples: [
          'load acme.yaml',
          'load acme.yaml --devices 10000 --rate 2000 --for 30s',
          'load acme.yaml --devices 100000 --rate 20000 --for 30s --shard 2/5 --report load-2',
          'load --merge load-1 load-2 load-3 load-4 load-5',
        ],
      }),
    )
    .action(async (target: string | undefined, flags: LoadOptions) => {
      const { load } = await import('./load.ts');
      done(await load(target, flags));
    });
};
