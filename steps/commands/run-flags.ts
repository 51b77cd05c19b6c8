import { Option } from 'commander';
import { WrongUse } from '../harness/text/usage-error.ts';
import type { RunOptions } from './run/run-options.ts';
import { type CommandDefinition, sharedOptions } from './terminal/command-definition.ts';
import { exitCodes } from './terminal/exit-codes.ts';
import { flagWords } from './terminal/flag-words.ts';
import { helpFooter } from './terminal/help-footer.ts';
import { wholeNumber } from './terminal/whole-number.ts';

/** Options of `run` as the command line gives them. */
interface RunFlags extends RunOptions {
  readonly watch?: true;
  readonly jobs?: number;
}

/**
 * The command `run`: one target or the embedded references, several targets, or one target again and again with `--watch`. It stands
 * outside of `run/` because it also starts `run-many/` and `watch/`, which import from `run/`.
 */
export const runCommand: CommandDefinition = (program, done) => {
  program
    .command('run')
    .summary('Runs the suite on an implementation.')
    .description(
      'Runs the suite on the implementation that a target file describes, or on each of several. Without a target: on the embedded references, one after the other.',
    )
    .argument('[targets...]', 'target files, YAML or JSON')
    .addOption(new Option('--role <role>', 'which embedded reference, if no target is named').choices(['server', 'client']))
    .option('--only <id...>', 'run these requirements only; such a run is never complete')
    .option('--tags <expression>', 'run what this tag expression selects, for example "@must and not @clock"')
    .option('--shard <part>', 'run one of several parts of the scenarios, for example 2/5; "merge" combines their reports')
    .option(
      '--devices <number>',
      'how many devices send requests at the same time, 200 or more (servers)',
      wholeNumber(200, 50_000, ': the requirement asks for 200 devices'),
    )
    .option('--strict', 'let recommendations (SHOULD) affect the verdict as well')
    .option(...sharedOptions.report, 'conformance-report')
    .option(...sharedOptions.root)
    .option(...sharedOptions.json)
    .option(...sharedOptions.verbose)
    .option('--fail-fast', 'end at the first failure')
    .option('--deadline <duration>', 'end the run after this time, as incomplete (default: that of the target file, or 30m)')
    .option(...sharedOptions.sign)
    .option('--expectations <file>', 'which requirements are known to fail (default: expectations.yaml beside the target file)')
    .option(...sharedOptions.allowExpected)
    .option(
      '--repeat <number>',
      'make this many whole runs, and report requirements whose result changes as unstable',
      wholeNumber(1, 1_000),
    )
    .option('--watch', 'run again whenever the target file, the expectations, the image or its sources change')
    .option('--docs <url>', 'link the reports to a site of "npm run docs" instead of to specification.html beside them')
    .option(
      '--jobs <number>',
      'how many of several targets run at the same time (default: half of the processors, at least 2)',
      wholeNumber(1, 64),
    )
    .option('--pcap', 'write the packets of all scenarios to exchange.pcapng for Wireshark, not only those of failures')
    .option('--profile', 'print how the run spent its time')
    .option('--order <order>', 'order of the scenarios: defined, random or random:SEED; the report contains the seed')
    .addHelpText(
      'after',
      helpFooter({
        codes: exitCodes,
        examples: [
          'run acme.yaml',
          'run acme.yaml --only server-response-qos0 --verbose',
          'run acme.yaml --strict --report out',
          'run acme.yaml --sign key.pem',
          'run acme.yaml --watch',
          'run acme.yaml --repeat 20 --order random',
          'run targets/*.yaml --report out',
        ],
      }),
    )
    .action(async ([target, ...others]: string[], { watch, jobs, ...flags }: RunFlags) => {
      if (target !== undefined && others.length > 0) {
        requireOneTargetFor({ watch, json: flags.json, role: flags.role });
        const { runMany } = await import('./run-many/run-many.ts');
        const { report, ...each } = flags;
        const { verbose, root } = flags;
        const own = { report, ...(verbose && { verbose }), ...(root && { root }), ...(jobs && { jobs }) };
        done(await runMany([target, ...others], own, flagWords({ ...each })));
      } else if (watch === true) {
        const { watchTarget } = await import('./watch/watch.ts');
        done(await watchTarget(target, flags, flagWords({ ...flags })));
      } else {
        const { runTarget } = await import('./run/run-target.ts');
        done(await runTarget(target, flags));
      }
    });
};

/** @throws WrongUse for options that need a single target */
function requireOneTargetFor(flags: Readonly<Record<'watch' | 'json' | 'role', unknown>>): void {
  const [name] = Object.entries(flags).find(([, value]) => value !== undefined) ?? [];
  if (name !== undefined) throw new WrongUse(`--${name} is for one target: name one, or leave it out`);
}
