/** `npm run prove`: what it does stands in its own words below. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { type Role, readRequirements, root } from '../../requirements/requirement.ts';
import { cpuSeconds } from './cpu-time.ts';
import { Fixtures } from './fixtures.ts';
import { matrix } from './matrix.ts';
import { conclude, type Proof } from './proof.ts';
import type { Implementation } from './proof-implementation.ts';
import { page } from './proof-text.ts';
import { inLanes } from './prove-lanes.ts';
import { updateReadme } from './readme.ts';
import { SuiteProcess } from './suite-process.ts';
import { tryOut } from './trial.ts';

/** More than processors: most of a run is waiting. */
const usualLanes = 6;

const usage = `Usage: npm run prove [-- OPTIONS]

Proves that the suite catches what it claims: runs it on every faulty and every unusual implementation of the fixtures, and compares
what it says with what is true of each.

Options:
  --only NAME            this implementation, by its whole name or the last part of it; may be given several times
  --role server|client   implementations of this role
  --lanes N              how many run at once (default: ${usualLanes}); most of a run is waiting
  --readme               put the figures of the whole proof into README.md
  --help                 show this

Writes conformance-report/prove/proof.json and proof.html.

Exit codes:
  0  proven
  1  not proven
  2  wrong use`;

/** What the command line asks for. */
interface Wishes {
  readonly only: readonly string[];
  readonly role: Role | undefined;
  readonly lanes: number;
  readonly readme: boolean;
}

const options = {
  only: { type: 'string', multiple: true, default: [] as string[] },
  role: { type: 'string' },
  lanes: { type: 'string', default: String(usualLanes) },
  readme: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** @returns undefined when only help is asked for */
function readWishes(args: readonly string[]): Wishes | undefined {
  const { values, positionals } = parse(args);
  const { role, readme, help } = values;
  const only = [...values.only, ...positionals];
  const lanes = Number(values.lanes);
  if (role !== undefined && role !== 'server' && role !== 'client')
    throw new WrongUse(`--role is "${role}"; expected server or client`);
  if (!Number.isInteger(lanes) || lanes < 1) throw new WrongUse(`--lanes is "${values.lanes}"; expected a whole number above 0`);
  if (readme && (only.length > 0 || role !== undefined))
    throw new WrongUse('--readme shows the figures of the whole proof: leave --only and --role away');
  return help ? undefined : { only, role, lanes, readme };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : String(error));
  }
}

/** Those that are meant: by their whole name, or by its last part. */
function choose(all: readonly Implementation[], { only, role }: Wishes): Implementation[] {
  const called = (name: string, wish: string): boolean => name === wish || name.endsWith(`/${wish}`);
  for (const wish of only)
    if (!all.some(({ name }) => called(name, wish)))
      throw new WrongUse(`--only names "${wish}", which is none of the implementations: node fixtures/support/start.ts --list`);
  return all.filter(
    ({ name, role: own }) =>
      (role === undefined || own === role) && (only.length === 0 || only.some((wish) => called(name, wish))),
  );
}

/** Those that mostly wait come first: nothing then waits for them at the end. */
const slowFirst = (a: Implementation, b: Implementation): number => Number(b.slow ?? false) - Number(a.slow ?? false);

async function prove(wishes: Wishes): Promise<Proof> {
  const start = performance.now();
  await using fixtures = await Fixtures.open();
  const chosen = choose(fixtures.implementations, wishes).sort(slowFirst);
  const folder = mkdtempSync(join(tmpdir(), 'iot-ntp-prove-'));
  const suites = Array.from({ length: wishes.lanes }, () => new SuiteProcess());
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
    const requirements = readRequirements(wishes.role);
    return conclude(requirements, trials, {
      whole: wishes.only.length === 0,
      durationMs: Math.round(performance.now() - start),
    });
  } finally {
    await Promise.all(suites.map((suite) => suite.close()));
    rmSync(folder, { recursive: true, force: true });
  }
}

function publish(proof: Proof, readme: boolean): void {
  const folder = join(root, 'conformance-report/prove');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'proof.json'), `${JSON.stringify(proof, undefined, 2)}\n`);
  writeFileSync(join(folder, 'proof.html'), page(proof));
  process.stdout.write(matrix(proof));
  const cpu = cpuSeconds();
  if (cpu !== undefined) console.log(`CPU time of this process and all that it started: ${cpu.toFixed(1)} s`);
  console.log('\nwritten: conformance-report/prove/proof.json, conformance-report/prove/proof.html');
  if (readme) updateReadme(join(root, 'README.md'), proof);
}

try {
  const wishes = readWishes(process.argv.slice(2));
  if (wishes === undefined) console.log(usage);
  else {
    const proof = await prove(wishes);
    publish(proof, wishes.readme);
    process.exitCode = proof.proven ? 0 : 1;
  }
} catch (error) {
  console.error(`prove: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof WrongUse) console.error('npm run prove -- --help says what can be used');
  process.exitCode = error instanceof WrongUse ? 2 : 1;
}
