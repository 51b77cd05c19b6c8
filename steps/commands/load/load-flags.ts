import { type Command, InvalidArgumentError } from 'commander';
import { loadExitCodes } from '../terminal/exit-codes.ts';
import { below } from '../terminal/help.ts';
import type { LoadOptions } from './load.ts';

/** The most devices, and the most requests a second, of all machines together. */
const most = 10_000_000;

/**
 * The command `load`.
 *
 * @param done told the exit code
 */
export function loadCommand(program: Command, done: (code: number) => void): void {
  program
    .command('load')
    .exitOverride()
    .summary('Has many devices ask a server, and measures what comes back and when.')
    .description(
      'Has many devices ask a server, and counts what is answered, lost, doubled and misdirected, with percentiles of the latency. It is no verdict of conformance. Without --rate each device asks as soon as it is answered; without --for each asks once.',
    )
    .argument('[target]', 'target file of a server; without it the embedded reference')
    .option('--devices <number>', 'how many devices are connected', readNumber, 1000)
    .option(
      '--rate <number>',
      'so many requests a second of all devices together, by the clock, whatever the server does',
      readNumber,
    )
    .option('--for <duration>', 'how long they ask, for example 30s (default: each once)')
    .option('--shard <part>', 'be one of several machines that share devices and rate, for example 2/5')
    .option('--merge <folders...>', 'make one report of those of all machines')
    .option('--report <folder>', 'where the reports go', 'conformance-report/load')
    .option('--root <folder>', 'folder that the paths of the target file must stay in (default: the folder of the target file)')
    .option('--json', 'print load.json on stdout, and everything else on stderr')
    .addHelpText(
      'after',
      below({
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
}

/** @throws InvalidArgumentError */
function readNumber(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
  throw new InvalidArgumentError(`Expected a whole number from 1 to ${most}.`);
}
