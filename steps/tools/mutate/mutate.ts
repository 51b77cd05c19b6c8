/**
 * Breaks what judges in small ways, one at a time in a copy of the checkout, and shows which ones nobody notices: first the tests beside
 * the broken file are run, and where these see nothing a handful of the faulty and unusual implementations of the requirements concerned.
 *
 * Usage: npm run mutate -- [--files 'steps/server/clock.steps.ts'] [--sample 60] [--seed 1] [--seconds 600] [--lanes 2] [--tests-only]
 *
 * `--files` may be a glob, and given several times. `--tests-only` asks no implementations. First all must be green without any mutation;
 * then no mutation is begun after so many seconds. Each result is in conformance-report/mutate/mutation.json, those that nobody noticed
 * and nobody explained in survivors.txt. Exit codes: 0 every mutation that was tried was noticed or has its reason in survivors.json,
 * 1 some were not, or a reason there is out of date, 2 wrong use or red without any mutation.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../requirements/requirement.ts';
import { listImplementations } from '../prove/proof-implementation.ts';
import { inLanes } from '../prove/prove-lanes.ts';
import { answerHelp } from '../usage.ts';
import { Checkout } from './checkout.ts';
import { type Jury, juryFor, randomFrom, shuffled } from './choice.ts';
import { requirementsOfSentences } from './dry-run.ts';
import { findMutations, type Mutation, type Source } from './mutation.ts';
import { faultsOfNotes, isAbout, type Note, readNotes } from './note.ts';
import { type Mutant, report } from './score.ts';

/** What judges; the rest of the harness observes. */
const judges = [
  'steps/verdict/{judge,transcript}.ts',
  'steps/{server,client}/*.steps.ts',
  'steps/support/world.ts',
  'steps/{server,client}/*-diagnosis.ts',
  'steps/harness/{time/formula,device/{request-ledger,clock-resolution,server-time},implementation/hmac}.ts',
  'steps/harness/platform/{expected-time,client-clock,reported-time}.ts',
];
/** Tests that see more of a file than those beside it. */
const moreTests: Readonly<Record<string, readonly string[]>> = {
  'steps/verdict/judge.ts': ['steps/verdict/report.test.ts', 'steps/verdict/expectations.test.ts'],
  'steps/verdict/transcript.ts': ['steps/verdict/judge.test.ts', 'steps/verdict/report.test.ts'],
  'steps/server/device.steps.ts': ['steps/server/server.steps.test.ts', 'steps/server/response.steps.test.ts'],
  'steps/support/world.ts': globSync('steps/{server,client}/*.steps.test.ts', { cwd: root }).sort(),
};
/** In ms: an implementation takes seconds at the most, a hanging suite 45 s. */
const limit = { few: 180_000, more: 400_000, tests: 60_000 };

function readWishes() {
  const { values } = parseArgs({
    options: {
      files: { type: 'string', multiple: true, default: [] },
      sample: { type: 'string', default: '100000' },
      seconds: { type: 'string', default: '600' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
      lanes: { type: 'string', default: '2' },
      'tests-only': { type: 'boolean', default: false },
    },
  });
  const whole = (name: 'sample' | 'seconds' | 'seed' | 'lanes'): number => {
    const number = Number(values[name]);
    if (Number.isInteger(number) && number >= (name === 'seed' ? 0 : 1)) return number;
    throw new Error(`--${name} is "${values[name]}"; expected a whole number`);
  };
  const every = list(judges).filter((file) => !file.endsWith('.test.ts'));
  const wanted = values.files;
  for (const wish of wanted)
    if (!every.some((file) => matchesGlob(file, wish))) throw new Error(`--files "${wish}" is none of ${every.join(', ')}`);
  return {
    sample: whole('sample'),
    seconds: whole('seconds'),
    seed: whole('seed'),
    lanes: whole('lanes'),
    files: new Set(every.filter((file) => wanted.length === 0 || wanted.some((wish) => matchesGlob(file, wish)))),
    every: new Set(every),
    testsOnly: values['tests-only'],
  };
}

/** Files of the package in a fixed order. */
function list(patterns: readonly string[]): string[] {
  return globSync([...patterns], { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .sort();
}

/** The arguments of Node that run what tests a file; undefined where nothing does. */
function testsOf(file: string): string[] | undefined {
  const files = [file.replace(/\.ts$/, '.test.ts'), ...(moreTests[file] ?? [])].filter((test) => existsSync(root + test));
  return files.length === 0 ? undefined : ['--test', '--test-isolation=none', ...new Set(files)];
}

const ask = (names: readonly string[]): string[] => ['steps/tools/mutate/ask.ts', ...names];

/** The first thing that was noticed, of what tests and implementations print. */
function noticed(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  return lines.find((line) => line.startsWith('✖')) ?? lines.findLast((line) => line !== '') ?? '';
}

type Outcome = Pick<Mutant, 'status' | 'why'>;

/** Asks the tests, then the jury. */
async function tryOut(mutation: Mutation, { few, more }: Jury, note: Note | undefined, checkout: Checkout): Promise<Outcome> {
  const tests = testsOf(mutation.file);
  // a jury that is asked for nothing costs half a minute: whether a note is out of date the tests say
  const stages = [
    ...(tests === undefined ? [] : [[tests, limit.tests] as const]),
    ...(note !== undefined || few.length === 0 ? [] : [[ask(few), limit.few] as const]),
    ...(note !== undefined || more.length === 0 ? [] : [[ask(more), limit.more] as const]),
  ];
  return checkout.with(mutation, async () => {
    for (const [args, within] of stages) {
      const { good, said } = await checkout.run(args, within);
      if (!good) return { status: 'killed', why: noticed(said) };
    }
    if (note !== undefined) return { status: 'explained', why: note.why };
    return stages.length === 0 ? { status: 'unjudged', why: 'no test and no implementation' } : { status: 'survived', why: '' };
  });
}

async function main(): Promise<void> {
  const { sample, seconds, seed, lanes, files, every, testsOnly } = readWishes();
  const random = randomFrom(seed);
  const paths = [...new Set([...every, ...list(['steps/harness/**/*.ts']).filter((file) => !file.endsWith('.test.ts'))])];
  const sources = paths.map((file): Source => ({ file, text: readFileSync(root + file, 'utf8') }));
  const mutations = findMutations(every, sources);
  const notes = readNotes();
  const chosen = shuffled(
    mutations.filter(({ file }) => files.has(file)),
    random,
  ).slice(0, sample);
  const nobody: Jury = { few: [], more: [] };
  const [implementations, sentences] = testsOnly ? [] : await Promise.all([listImplementations(), requirementsOfSentences()]);
  const juryOf = ({ reachedFrom }: Mutation): Jury => {
    if (implementations === undefined || sentences === undefined) return nobody;
    return juryFor(new Set(reachedFrom.flatMap((place) => [...(sentences.get(place) ?? [])])), implementations, random);
  };
  const juries = new Map(chosen.map((mutation) => [mutation, juryOf(mutation)]));
  const checkouts = Array.from({ length: lanes }, () => new Checkout());
  // what runs in the copies is in process groups of its own, and would stay
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      for (const checkout of checkouts) checkout.remove();
      process.exit(signal === 'SIGINT' ? 130 : 143);
    });
  try {
    await requireGreen(checkouts, new Set(chosen.map(({ file }) => file)), [...juries.values()]);
    const end = performance.now() + seconds * 1000;
    const mutants = await inLanes(chosen, checkouts, async (mutation, checkout): Promise<Mutant> => {
      if (performance.now() > end) return { mutation, status: 'not tried', why: `${seconds} s were over` };
      const note = notes.find((one) => isAbout(one, mutation));
      const mutant = { mutation, ...(await tryOut(mutation, juries.get(mutation) ?? nobody, note, checkout)) };
      if (mutant.status === 'survived')
        console.log(`SURVIVED ${mutation.file}:${mutation.line}  ${mutation.before} => ${mutation.after}`);
      return mutant;
    });
    const tried = mutants.flatMap(({ mutation, status, why }) =>
      status === 'killed' || status === 'explained' ? [{ mutation, by: status === 'killed' ? why : undefined }] : [],
    );
    const wrongNotes = faultsOfNotes(notes, mutations, tried);
    const open = report(mutants, mutations.length, seed);
    for (const fault of wrongNotes) console.log(fault);
    process.exitCode = open + wrongNotes.length === 0 ? 0 : 1;
  } finally {
    for (const checkout of checkouts) checkout.remove();
  }
}

/** What fails without any mutation proves nothing. */
async function requireGreen(checkouts: readonly Checkout[], files: ReadonlySet<string>, juries: readonly Jury[]): Promise<void> {
  const names = [...new Set(juries.flatMap(({ few }) => few))];
  const groups = checkouts.map((_, lane) => names.filter((__, index) => index % checkouts.length === lane));
  const tests = [...files].map(testsOf).filter((args) => args !== undefined);
  const runs: string[][] = [...tests, ...groups.filter((group) => group.length > 0).map(ask)];
  await inLanes(runs, checkouts, async (args, checkout) => {
    const { good, said } = await checkout.run(args, 1_800_000);
    if (!good) throw new Error(`it is not green without any mutation (${args.join(' ').slice(0, 100)}): ${noticed(said)}`);
  });
}

answerHelp(import.meta.url);
try {
  await main();
} catch (error) {
  console.error(`mutate: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
