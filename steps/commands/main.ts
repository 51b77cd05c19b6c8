import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EnvironmentError, InputFileError } from '../harness/implementation/errors.ts';
import { WrongUse } from '../harness/text/usage-error.ts';
import { FeatureError, root } from '../requirements/requirement.ts';
import { firstSteps } from './first-steps.ts';
import type { InteropOptions } from './interop/interop.ts';
import type { ListOptions } from './list/list.ts';
import { loadCommand } from './load/load-flags.ts';
import type { MergeOptions } from './merge/merge.ts';
import { exitCodes, interopExitCodes, validateExitCodes, verifyExitCodes } from './terminal/exit-codes.ts';
import { exitOfFailedWrite, isSystemError } from './terminal/failed-writes.ts';
import { below } from './terminal/help.ts';

/** Options of `run` as the command line gives them. */
interface RunFlags {
  readonly role?: 'server' | 'client';
  readonly only?: string[];
  readonly tags?: string;
  readonly shard?: string;
  readonly devices?: number;
  readonly strict?: true;
  readonly report: string;
  readonly root?: string;
  readonly json?: true;
  readonly verbose?: true;
  readonly failFast?: true;
  readonly deadline?: string;
  readonly order?: string;
  readonly sign?: string;
  readonly docs?: string;
  readonly expectations?: string;
  readonly allowExpected?: true;
  readonly repeat?: number;
  readonly watch?: true;
  readonly jobs?: number;
  readonly profile?: true;
}

/**
 * The command line: parses, calls, prints.
 *
 * @param args without node and script
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  let code = 0;
  const program = commands(args, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return explainError(error);
  }
}

function explainError(error: unknown): number {
  if (error instanceof WrongUse || error instanceof InputFileError) {
    console.error(error.message);
    return 2;
  }
  if (error instanceof EnvironmentError) {
    console.error(error.message);
    return 3;
  }
  if (error instanceof FeatureError) {
    console.error(`the suite is at fault: ${error.message}`);
    return 4;
  }
  if (isSystemError(error)) {
    console.error(`${error.message}: nothing was judged`);
    return exitOfFailedWrite;
  }
  console.error('the suite is at fault; please report this:', error);
  return 4;
}

/** @throws InvalidArgumentError */
function readDevices(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 200 && number <= 50_000) return number;
  throw new InvalidArgumentError('Expected 200 to 50000: 200 devices are what the requirement asks for.');
}

/** @throws InvalidArgumentError */
function readRepeat(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= 1_000) return number;
  throw new InvalidArgumentError('Expected 1 to 1000 runs.');
}

/** @throws InvalidArgumentError */
function readStarts(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= 100) return number;
  throw new InvalidArgumentError('Expected 1 to 100 starts.');
}

/** @throws InvalidArgumentError */
function readJobs(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= 64) return number;
  throw new InvalidArgumentError('Expected 1 to 64 runs at once.');
}

/**
 * The options of each run on one of several targets, as on a command line.
 *
 * @throws WrongUse for those that are for one target only
 */
function flagsOfEach(flags: Partial<RunFlags>): string[] {
  for (const name of ['watch', 'json', 'role'] as const)
    if (flags[name] !== undefined) throw new WrongUse(`--${name} is for one target: name one, or leave it out`);
  return Object.entries(flags).flatMap(([name, value]) => {
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [flag] : [flag, ...[value].flat().map(String)];
  });
}

function commands(args: readonly string[], done: (code: number) => void): Command {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string };
  const program = new Command('iot-ntp-conformance')
    .description(
      "Decides whether an implementation of the IoT platform's NTP service over MQTT does what its specification says.",
    )
    .version(version)
    .exitOverride()
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .showHelpAfterError('(--help says what can be used)')
    .addHelpText(
      'after',
      below({
        codes: exitCodes,
        examples: ['init acme.yaml', 'doctor acme.yaml', 'run acme.yaml', 'explain server-response-qos0', 'help run'],
      }),
    );
  const command = (name: string): Command => program.command(name).exitOverride();

  firstSteps(program, done);

  command('run')
    .summary('Runs the suite on an implementation.')
    .description(
      'Runs the suite on the implementation that a target file describes, or on each of several. Without a target: on the embedded references, one after the other.',
    )
    .argument('[targets...]', 'target files, YAML or JSON')
    .addOption(new Option('--role <role>', 'which embedded reference, when no target is named').choices(['server', 'client']))
    .option('--only <id...>', 'run these requirements only; such a run is never complete')
    .option('--tags <expression>', 'run what this tag expression selects, for example "@must and not @clock"')
    .option('--shard <part>', 'run one of several parts of the scenarios, for example 2/5, to be merged by "merge"')
    .option('--devices <number>', 'how many devices ask at the same moment, 200 or more (servers)', readDevices)
    .option('--strict', 'let recommendations (SHOULD) decide the verdict as well')
    .option('--report <folder>', 'where the reports go', 'conformance-report')
    .option('--root <folder>', 'folder that the paths of the target file must stay in (default: the folder of the target file)')
    .option('--json', 'print report.json on stdout, and everything else on stderr')
    .option('--verbose', 'show every scenario, and every failure in full')
    .option('--fail-fast', 'end at the first failure')
    .option('--deadline <duration>', 'end the run after this time, as incomplete (30m unless the target file says otherwise)')
    .option('--sign <key>', 'sign the certificate by this private key: PEM, Ed25519 or EC P-256')
    .option('--expectations <file>', 'what is known to fail (default: expectations.yaml beside the target file)')
    .option('--allow-expected', 'exit with 0 when nothing fails but what is expected; such a run certifies nothing')
    .option('--repeat <number>', 'make so many whole runs; what does not go the same way in each is unstable', readRepeat)
    .option('--watch', 'run again whenever the target file, the expectations, the image or what it is made of change')
    .option(
      '--docs <url>',
      'where the site of "npm run docs" is offered: reports lead there, not to specification.html beside them',
    )
    .option(
      '--jobs <number>',
      'of several targets, how many are run at once (default: half of the processors, at least 2)',
      readJobs,
    )
    .option('--profile', 'print where the time of the run went')
    .option('--order <order>', 'order of the scenarios: defined, random or random:SEED; the report says the seed')
    .addHelpText(
      'after',
      below({
        codes: exitCodes,
        examples: [
          'run acme.yaml',
          'run acme.yaml --only server-response-qos0 --verbose',
          'run acme.yaml --strict --report out',
          'run acme.yaml --sign key.pem',
          'run acme.yaml --watch',
          'run targets/*.yaml --report out',
        ],
      }),
    )
    .action(async ([target, ...others]: string[], { report, watch, jobs, ...flags }: RunFlags) => {
      if (target !== undefined && others.length > 0) {
        const { runMany } = await import('./run-many/run-many.ts');
        const { verbose, root: bounds } = flags;
        const own = { folder: report, ...(verbose && { verbose }), ...(bounds && { root: bounds }), ...(jobs && { jobs }) };
        done(await runMany([target, ...others], own, flagsOfEach({ ...flags, ...(watch && { watch }) })));
        return;
      }
      if (watch === true) {
        const { watchTarget } = await import('./watch/watch.ts');
        const once = args.filter((word) => word !== '--watch');
        done(await watchTarget(target, { ...flags, folder: report }, once));
        return;
      }
      const { runCommand } = await import('./run/run-command.ts');
      done(await runCommand(target, { ...flags, folder: report }));
    });

  command('merge')
    .description('Makes one report, with its verdict, of the shards of a run.')
    .argument('<folders...>', 'the report folders of all shards')
    .option('--report <folder>', 'where the reports go', 'conformance-report')
    .option('--sign <key>', 'sign the certificate by this private key: PEM, Ed25519 or EC P-256')
    .option('--json', 'print report.json on stdout, and everything else on stderr')
    .option('--verbose', 'show every scenario, and every failure in full')
    .option('--expectations <file>', 'the expectations that the shards were run with')
    .option('--allow-expected', 'exit with 0 when nothing fails but what is expected; such a run certifies nothing')
    .addHelpText('after', below({ codes: exitCodes, examples: ['merge shard-1 shard-2 shard-3 --report out'] }))
    .action(async (folders: string[], flags: MergeOptions) => {
      const { merge } = await import('./merge/merge.ts');
      done(await merge(folders, flags));
    });

  command('interop')
    .summary('Puts clients in front of servers, and judges what both put on the trace.')
    .description(
      'Puts each client in front of each server, with a recording link between them, and judges what both put on the trace by the same requirements. It certifies nothing.',
    )
    .argument('<targets...>', 'target files of servers and clients, in any order; each says its role itself')
    .option('--starts <number>', 'how often each client is started with each type that it offers', readStarts, 3)
    .option('--report <folder>', 'where the reports go', 'conformance-report/interop')
    .option('--root <folder>', 'folder that the paths of the target files must stay in (default: the folder of each)')
    .option('--json', 'print interop.json on stdout, and everything else on stderr')
    .option('--verbose', 'show every start and every requirement')
    .option('--deadline <duration>', 'end after this time, as incomplete (default: 30m)')
    .addHelpText(
      'after',
      below({
        codes: interopExitCodes,
        examples: ['interop hub.yaml sensor.yaml', 'interop hub-a.yaml hub-b.yaml sensor-c.yaml sensor-d.yaml --report matrix'],
      }),
    )
    .action(async (targets: string[], flags: InteropOptions) => {
      const { interop } = await import('./interop/interop.ts');
      done(await interop(targets, flags));
    });

  loadCommand(program, done);

  command('verify')
    .description(
      'Checks a certified report folder without asking anybody: files, signature, and the verdict by the recorded messages.',
    )
    .argument('<folder>', 'what run wrote its reports into')
    .option('--key <file>', 'public key, in PEM, of whoever is to have signed it')
    .addHelpText(
      'after',
      below({ codes: verifyExitCodes, examples: ['verify conformance-report', 'verify conformance-report --key key.pub.pem'] }),
    )
    .action(async (folder: string, flags: { readonly key?: string }) => {
      const { verify } = await import('./verify/verify.ts');
      done(await verify(folder, flags));
    });

  command('list')
    .description('Lists the requirements: id, level, sentence.')
    .addOption(new Option('--role <role>', 'of this role only').choices(['server', 'client']))
    .option('--excluded', 'list instead what no implementation can be tested for, and why')
    .option('--set [name]', 'list instead the ids and digests of a released requirement set, the newest by default')
    .option('--json', 'as JSON, with scenarios, sources and digests')
    .addHelpText('after', below({ examples: ['list --role server', 'list --set', 'list --excluded', 'list --json'] }))
    .action(async (flags: ListOptions) => {
      const { list } = await import('./list/list.ts');
      process.stdout.write(list(flags));
    });

  command('explain')
    .description('Explains a requirement: sentence, reason, source, scenarios, usual mistakes, and where it stands.')
    .argument('<id>', 'for example server-response-qos0')
    .addHelpText('after', below({ examples: ['explain server-response-qos0'] }))
    .action(async (id: string) => {
      const { explain } = await import('./explain/explain.ts');
      process.stdout.write(explain(id));
    });

  command('validate')
    .description(
      'Checks a target file without starting anything, and says what is wrong in it: file, line, member, what was expected.',
    )
    .argument('<target>', 'target file, YAML or JSON')
    .option('--root <folder>', 'folder that its paths must stay in (default: its own)')
    .addHelpText('after', below({ codes: validateExitCodes, examples: ['validate acme.yaml'] }))
    .action(async (path: string, { root: bounds }: { readonly root?: string }) => {
      const { loadTarget } = await import('../harness/implementation/target-file.ts');
      const target = await loadTarget(path, process.env, bounds);
      console.log(`${path} is a valid target file: ${target.name} (${target.role}, ${target.start.kind})`);
    });
  return program;
}
