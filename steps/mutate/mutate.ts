/**
 * Breaks the suite in small ways, one at a time, and shows which ones nobody notices: for the steps a handful of the faulty and unusual
 * implementations that their requirements have, then some more of these; for the verdict its own tests.
 *
 * Usage: npm run mutate -- [--most 60] [--seconds 300] [--seed 1] [--only steps/verdict/judge.ts] [--lanes 2]
 *
 * First all must be green without any mutation; then no mutation is begun after so many seconds. Each result is in mutation.json.
 * Exit code 0 when every mutation that was tried was noticed or has its reason in survivors.json.
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { listImplementations } from '../prove/implementation.ts';
import { inLanes } from '../prove/lanes.ts';
import { root } from '../requirement.ts';
import { Checkout } from './checkout.ts';
import { type Jury, juryFor, randomFrom, shuffled } from './choice.ts';
import { requirementsOfSentences } from './dry-run.ts';
import { findMutations, type Mutation } from './mutation.ts';
import { faultsOfNotes, isAbout, readNotes } from './note.ts';

/** What became of a mutation. */
interface Mutant extends Pick<Mutation, 'file' | 'line' | 'before' | 'after'> {
  /** `unjudged`: no implementation breaks a requirement that the change could reach. */
  readonly status: 'killed' | 'survived' | 'explained' | 'unjudged' | 'not tried';
  /** Who noticed, or why nobody has to. */
  readonly why: string;
}

const judges = ['steps/verdict/judge.ts', 'steps/verdict/transcript.ts'];
/** One implementation takes seconds at the most, a hanging suite 45 s; ms. */
const limit = { few: 120_000, more: 300_000, tests: 60_000 };

function readWishes() {
  const { values } = parseArgs({
    options: {
      most: { type: 'string', default: '60' },
      seconds: { type: 'string', default: '300' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
      lanes: { type: 'string', default: '2' },
      only: { type: 'string', multiple: true, default: [] },
    },
  });
  const whole = (name: 'most' | 'seconds' | 'seed' | 'lanes'): number => {
    const number = Number(values[name]);
    if (Number.isInteger(number) && number >= (name === 'seed' ? 0 : 1)) return number;
    throw new Error(`--${name} is "${values[name]}"; expected a whole number`);
  };
  const { only } = values;
  const files = [
    ...judges,
    ...globSync('steps/*.steps.ts', { cwd: root })
      .map((file) => file.replaceAll('\\', '/'))
      .sort(),
  ];
  for (const file of only)
    if (!files.includes(file)) throw new Error(`--only names "${file}"; expected one of ${files.join(', ')}`);
  return {
    most: whole('most'),
    seconds: whole('seconds'),
    seed: whole('seed'),
    lanes: whole('lanes'),
    files: only.length > 0 ? only : files,
    every: files,
  };
}

const prove = (names: readonly string[]): string[] => [
  'steps/prove/prove.ts',
  '--lanes',
  '1',
  ...names.flatMap((name) => ['--only', name]),
];
const verdictTests = [
  '--test',
  '--test-isolation=none',
  ...['judge', 'transcript', 'report'].map((name) => `steps/verdict/${name}.test.ts`),
];

/** The first thing that was noticed, of what prove prints. */
function noticed(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  return (
    lines.find((line) => /^(MISSING|ADDITIONAL|INCONCLUSIVE|CRASH|prove:|✖)/.test(line)) ??
    lines.findLast((line) => line !== '') ??
    ''
  );
}

async function tryOut(mutation: Mutation, jury: Jury | undefined, checkout: Checkout): Promise<Pick<Mutant, 'status' | 'why'>> {
  if (jury === undefined) {
    const { good, said } = await checkout.with(mutation, () => checkout.run(verdictTests, limit.tests));
    return good ? { status: 'survived', why: '' } : { status: 'killed', why: noticed(said) };
  }
  if (jury.few.length === 0) return { status: 'unjudged', why: 'no implementation breaks what it judges' };
  return checkout.with(mutation, async () => {
    const few = await checkout.run(prove(jury.few), limit.few);
    const { good, said } = few.good && jury.more.length > 0 ? await checkout.run(prove(jury.more), limit.more) : few;
    return good ? { status: 'survived', why: '' } : { status: 'killed', why: noticed(said) };
  });
}

async function main(): Promise<void> {
  const { most, seconds, seed, lanes, files, every } = readWishes();
  const random = randomFrom(seed);
  const mutations = every.flatMap((file) => findMutations(file, readFileSync(root + file, 'utf8')));
  const notes = readNotes();
  const wrongNotes = faultsOfNotes(notes, mutations);
  const sample = shuffled(
    mutations.filter(({ file }) => files.includes(file)),
    random,
  ).slice(0, most);
  const [implementations, sentences] = await Promise.all([listImplementations(), requirementsOfSentences()]);
  const juries = new Map(
    sample
      .filter(({ file }) => !judges.includes(file))
      .map((mutation) => {
        const ids = mutation.reachedFrom.flatMap((line) => [...(sentences.get(`${mutation.file}:${line}`) ?? [])]);
        return [mutation, juryFor(new Set(ids), implementations, random)];
      }),
  );
  const checkouts = Array.from({ length: lanes }, () => new Checkout());
  try {
    const few = new Set([...juries.values()].flatMap((jury) => jury.few));
    await requireGreen(checkouts, juries.size < sample.length, [...few]);
    const end = performance.now() + seconds * 1000;
    const mutants = await inLanes(sample, checkouts, async (mutation, checkout): Promise<Mutant> => {
      const { file, line, before, after } = mutation;
      const what = { file, line, before, after };
      if (performance.now() > end) return { ...what, status: 'not tried', why: `${seconds} s were over` };
      const outcome = await tryOut(mutation, juries.get(mutation), checkout);
      const note = notes.find((one) => isAbout(one, mutation));
      if (outcome.status !== 'survived' || note === undefined) return { ...what, ...outcome };
      return { ...what, status: 'explained', why: note.why };
    });
    const open = report(mutants, mutations.length, seed);
    for (const fault of wrongNotes) console.log(fault);
    process.exitCode = open + wrongNotes.length === 0 ? 0 : 1;
  } finally {
    for (const checkout of checkouts) checkout.remove();
  }
}

/** What fails without any mutation proves nothing. */
async function requireGreen(checkouts: readonly Checkout[], tests: boolean, names: readonly string[]): Promise<void> {
  const groups = checkouts.map((_, lane) => names.filter((__, index) => index % checkouts.length === lane));
  const runs = [...(tests ? [verdictTests] : []), ...groups.filter((group) => group.length > 0).map(prove)];
  await inLanes(runs, checkouts, async (args, checkout) => {
    const { good, said } = await checkout.run(args, limit.more);
    if (!good) throw new Error(`without any mutation this fails already: node ${args.join(' ')}\n${said}`);
  });
}

/** Prints and writes the outcome. @returns the number of survivors without a reason */
function report(mutants: readonly Mutant[], total: number, seed: number): number {
  const having = (status: Mutant['status']): Mutant[] => mutants.filter((mutant) => mutant.status === status);
  const [killed, survived, explained] = [having('killed'), having('survived'), having('explained')];
  const [unjudged, left] = [having('unjudged'), having('not tried')];
  const tried = killed.length + survived.length + explained.length;
  const score = tried === 0 ? 0 : killed.length / tried;
  for (const { file, line, before, after } of survived) console.log(`SURVIVED  ${file}:${line}  ${before} => ${after}`);
  for (const { file, line, before, after, why } of explained)
    console.log(`explained ${file}:${line}  ${before} => ${after}: ${why}`);
  const perFile = Map.groupBy(mutants, ({ file }) => file);
  for (const [file, own] of [...perFile].sort(([a], [b]) => a.localeCompare(b))) {
    const count = (status: Mutant['status']): number => own.filter((mutant) => mutant.status === status).length;
    console.log(`${file}: ${count('killed')} killed, ${count('survived')} survived, ${count('explained')} explained`);
  }
  console.log(
    `score ${(score * 100).toFixed(1)} %: ${killed.length} of ${tried} mutations noticed, ${explained.length} survivors explained, ` +
      `${survived.length} open; ${unjudged.length} reach no implementation, ${left.length} not tried; ${total} in all, seed ${seed}`,
  );
  const folder = `${root}conformance-report/mutate`;
  mkdirSync(folder, { recursive: true });
  const content = {
    seed,
    total,
    tried,
    score,
    killed: killed.length,
    survived: survived.length,
    explained: explained.length,
    mutants,
  };
  writeFileSync(`${folder}/mutation.json`, `${JSON.stringify(content, undefined, 2)}\n`);
  console.log('written: conformance-report/mutate/mutation.json');
  return survived.length;
}

try {
  await main();
} catch (error) {
  console.error(`mutate: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
