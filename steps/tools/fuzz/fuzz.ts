/**
 * Sends mutated packets and payloads into the suite, and compares what it makes of them with a second reading that shares nothing with it:
 * no crash, no hang, nothing that passes wrongly, and nothing that is blamed wrongly.
 *
 * Usage: npm run fuzz [-- [--kind payloads|servers|clients] [--runs N] [--seed N] [--path PATH]]
 *
 * --runs counts mutated packets and payloads of each kind. --seed and --path repeat a finding. Exit codes: 0 nothing found, 1 found
 * something, 2 wrong use.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { answerHelp } from '../usage.ts';
import { clients } from './clients.ts';
import { fuzz, type Outcome } from './fuzzing.ts';
import type { Kind } from './kind.ts';
import { payloads } from './payloads.ts';
import { servers } from './servers.ts';

const kinds = [payloads, servers, clients];

/** How long one case may take before the fuzzer takes it for a hang, in ms. */
const limitMs = 60_000;

interface Wishes {
  readonly kinds: readonly Kind[];
  readonly runs: number;
  readonly seed: number;
  readonly path: string | undefined;
}

function readWishes(args: readonly string[]): Wishes {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kind: { type: 'string' },
      runs: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: String(randomInt(1_000_000_000)) },
      path: { type: 'string' },
    },
  });
  const chosen = kinds.filter(({ name }) => values.kind === undefined || name === values.kind);
  if (chosen.length === 0) throw new Error(`--kind is "${values.kind}"; expected ${kinds.map(({ name }) => name).join(', ')}`);
  for (const name of ['runs', 'seed'] as const)
    if (!/^\d{1,9}$/.test(values[name]))
      throw new Error(`--${name} is "${values[name]}"; expected a whole number of at most nine digits`);
  return { kinds: chosen, runs: Number(values.runs), seed: Number(values.seed), path: values.path };
}

/** Fuzzes one kind, with somebody beside it who sees a hang. */
async function watched(kind: Kind, { runs, seed, path }: Wishes): Promise<Outcome> {
  const beat = new Int32Array(new SharedArrayBuffer(4));
  const place = `${kind.name}, seed ${seed}`;
  const watchdog = new Worker(new URL('./watchdog.ts', import.meta.url), { workerData: { beat, limitMs, place } });
  try {
    return await fuzz(kind, { runs, seed, path, onCase: () => Atomics.add(beat, 0, 1) });
  } finally {
    await watchdog.terminate();
  }
}

answerHelp(import.meta.url);
let wishes: Wishes;
try {
  wishes = readWishes(process.argv.slice(2));
} catch (error) {
  console.error(`fuzz: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(2);
}
console.log(`seed ${wishes.seed}`);
for (const kind of wishes.kinds) {
  const { cases, tally, seconds, finding } = await watched(kind, wishes);
  const rate = Math.round(tally.inputs / seconds);
  console.log(
    `${kind.name.padEnd(9)} ${tally.inputs} inputs in ${cases} cases, ${seconds.toFixed(0)} s, ${rate} a second; ` +
      `${tally.conforming} judged as conforming, ${tally.failed} failed  (${kind.about})`,
  );
  if (finding === undefined) continue;
  console.log(finding);
  process.exitCode = 1;
}
