import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Option } from 'commander';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { type Role, readRequirements, root } from '../../requirements/requirement.ts';
import '../../testing/compile-cache.ts';
import { runTool, tool, wholeNumber } from '../tool.ts';
import { cpuSeconds } from './cpu-time.ts';
import { Fixtures } from './fixtures.ts';
import { matrix } from './matrix.ts';
import { conclude, type Proof } from './proof.ts';
import { type Implementation, onePerRequirement, slowFirst } from './proof-implementation.ts';
import { page } from './proof-text.ts';
import { inLanes } from './prove-lanes.ts';
import { SuiteProcess } from './suite-process.ts';
import { tryOut } from './trial.ts';

/** More than processors: most of a run is waiting. */
const usualLanes = 6;

/** The options of the command line. */
interface ProveOptions {
  readonly only: readonly string[];
  readonly role?: Role;
  readonly part: boolean;
  readonly lanes: number;
}

/** The implementations that the options name, by their whole name or its last part. @throws WrongUse */
function choose(all: readonly Implementation[], { only, role, part }: ProveOptions): Implementation[] {
  const called = (name: string, wish: string): boolean => name === wish || name.endsWith(`/${wish}`);
  const offered = (part ? onePerRequirement(all) : all).filter(({ role: own }) => role === undefined || own === role);
  const left = part || role !== undefined ? ' that the other options leave' : '';
  for (const wish of only)
    if (!offered.some(({ name }) => called(name, wish)))
      throw new WrongUse(
        `--only names "${wish}", which is none of the implementations${left}: node fixtures/support/start.ts --list`,
      );
  return offered.filter(({ name }) => only.length === 0 || only.some((wish) => called(name, wish)));
}

async function prove(options: ProveOptions): Promise<Proof> {
  const start = performance.now();
  await using fixtures = await Fixtures.open();
  const chosen = choose(fixtures.implementations, options).sort(slowFirst);
  const folder = mkdtempSync(join(tmpdir(), 'iot-ntp-prove-'));
  const suites = Array.from({ length: options.lanes }, () => new SuiteProcess());
  try {
    // All are loaded before the first run begins: six processes that load at once keep each other's clients waiting.
    await Promise.all(suites.map((suite) => suite.call(['list', '--role', 'server'], 60_000)));
    let done = 0;
    const trials = await inLanes(chosen, suites, async (implementation, suite) => {
      const trial = await tryOut(suite, implementation, folder);
      done += 1;
      if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${done}/${chosen.length} ${implementation.name}`);
      return trial;
    });
    if (process.stdout.isTTY) process.stdout.write('\r\u001b[K');
    trials.sort((a, b) => a.implementation.name.localeCompare(b.implementation.name));
    const requirements = readRequirements(options.role);
    return conclude(requirements, trials, {
      whole: options.only.length === 0 && !options.part,
      durationMs: Math.round(performance.now() - start),
    });
  } finally {
    await Promise.all(suites.map((suite) => suite.close()));
    rmSync(folder, { recursive: true, force: true });
  }
}

function publish(proof: Proof): void {
  const folder = join(root, 'conformance-report/prove');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'proof.json'), `${JSON.stringify(proof, undefined, 2)}\n`);
  writeFileSync(join(folder, 'proof.html'), page(proof));
  process.stdout.write(matrix(proof));
  const cpu = cpuSeconds();
  if (cpu !== undefined) console.log(`CPU time of this process and all that it started: ${cpu.toFixed(1)} s`);
  console.log('\nwritten: conformance-report/prove/proof.json, conformance-report/prove/proof.html');
}

const command = tool(
  'prove',
  'Proves that the suite catches what it claims: runs it on every faulty and every unusual implementation of the fixtures, and compares the results with what is known of each. Writes conformance-report/prove/proof.json and proof.html.',
  { 0: 'proven', 1: 'not proven', 2: 'wrong use' },
)
  .argument('[names...]', 'the same as --only')
  .option('--only <names...>', 'only these implementations, by their whole names or the last parts of them')
  .addOption(new Option('--role <role>', 'only implementations of this role').choices(['server', 'client']))
  .option('--part', 'only one faulty implementation of each requirement: the part that takes two minutes', false)
  .option('--lanes <number>', 'how many run at the same time; most of a run is waiting', wholeNumber(1), usualLanes)
  .action(async (names: readonly string[], given: Omit<ProveOptions, 'only'> & { readonly only?: readonly string[] }) => {
    const options = { ...given, only: [...(given.only ?? []), ...names] };
    const proof = await prove(options);
    publish(proof);
    process.exitCode = proof.proven ? 0 : 1;
  });

await runTool(command);
