import { randomInt } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { Option } from 'commander';
import { runTool, tool, wholeNumber } from '../tool.ts';
import { clients } from './clients.ts';
import type { FuzzedPart } from './fuzzed-part.ts';
import { type FuzzOutcome, fuzz } from './fuzzing.ts';
import { payloads } from './payloads.ts';
import { servers } from './servers.ts';

const kinds = [payloads, servers, clients];

/** How long one case may take before it counts as a hang, in ms. */
const limitMs = 60_000;

/** The options of the command line. */
interface FuzzOptions {
  readonly kind?: string;
  readonly runs: number;
  readonly seed: number;
  readonly path?: string;
}

/** Fuzzes one part; a separate thread ends the process when a case hangs. */
async function watched(kind: FuzzedPart, { runs, seed, path }: FuzzOptions): Promise<FuzzOutcome> {
  const beat = new Int32Array(new SharedArrayBuffer(4));
  const place = `${kind.name}, seed ${seed}`;
  const watchdog = new Worker(new URL('./watchdog.ts', import.meta.url), { workerData: { beat, limitMs, place } });
  try {
    return await fuzz(kind, { runs, seed, path, onCase: () => Atomics.add(beat, 0, 1) });
  } finally {
    await watchdog.terminate();
  }
}

async function fuzzKinds(options: FuzzOptions): Promise<void> {
  console.log(`seed ${options.seed}`);
  for (const kind of kinds.filter(({ name }) => options.kind === undefined || name === options.kind)) {
    const { cases, tally, seconds, finding } = await watched(kind, options);
    const rate = Math.round(tally.inputs / seconds);
    console.log(
      `${kind.name.padEnd(9)} ${tally.inputs} inputs in ${cases} cases, ${seconds.toFixed(0)} s, ${rate} a second; ` +
        `${tally.conforming} judged as conforming, ${tally.failed} failed  (${kind.about})`,
    );
    if (finding === undefined) continue;
    console.log(finding);
    process.exitCode = 1;
  }
}

const command = tool(
  'fuzz',
  'Sends mutated packets and payloads into the suite, and compares the results with those of a second reader that shares no code with it. A finding is a crash, a hang, or a wrong judgement.',
  { 0: 'nothing found', 1: 'something found', 2: 'wrong use' },
)
  .addOption(new Option('--kind <kind>', 'only this kind').choices(kinds.map(({ name }) => name)))
  .option('--runs <number>', 'how many mutated packets or payloads of each kind', wholeNumber(1, 999_999_999), 1_000_000)
  .option(
    '--seed <number>',
    'repeats a finding (default: a random number)',
    wholeNumber(0, 999_999_999),
    randomInt(1_000_000_000),
  )
  .option('--path <path>', 'repeats only the case of a finding')
  .action(fuzzKinds);

await runTool(command);
