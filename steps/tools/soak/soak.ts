/**
 * Runs the suite on an embedded reference again and again in one process, each time with the scenarios in another order: the verdict
 * must be the same each time, and the process may not grow.
 *
 * Usage: npm run soak [-- [--runs N] [--role server|client] [--seed N]]
 *
 * Writes conformance-report/soak/ROLE.ndjson as it goes, a line for each run. Exit codes: 0 passed, 1 not passed, 2 wrong use.
 */
import { randomInt } from 'node:crypto';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { type Role, root } from '../../requirements/requirement.ts';
import type { Report } from '../../verdict/report.ts';
import { answerHelp, complain } from '../usage.ts';
import { SoakProcess } from './soak-process.ts';
import { bounds, faultsOf, leastRuns, trendOf, windowOf } from './trend.ts';
import type { Sample } from './usage.ts';

/** No run on an embedded reference takes longer, in ms: one that does hangs. */
const limit = 120_000;

interface Wishes {
  readonly runs: number;
  readonly role: Role;
  readonly seed: number;
}

function readWishes(args: readonly string[]): Wishes {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '1000' },
      role: { type: 'string', default: 'server' },
      seed: { type: 'string', default: String(randomInt(1_000_000_000)) },
    },
  });
  const { role } = values;
  if (role !== 'server' && role !== 'client') throw new WrongUse(`--role is "${role}"; expected server or client`);
  const whole = (name: string, text: string, least: number): number => {
    const number = Number(text);
    if (!Number.isSafeInteger(number) || number < least)
      throw new WrongUse(`--${name} is "${text}"; expected a whole number of at least ${least}`);
    return number;
  };
  return { runs: whole('runs', values.runs, 1), role, seed: whole('seed', values.seed, 0) };
}

/** What a run said of each scenario, in an order of its own: two runs said the same when these texts are the same. */
function sayings({ verdict, exitCode, faults, requirements }: Report): string[] {
  const scenarios = requirements.flatMap(({ id, scenarios }) =>
    scenarios.map(({ place, status, failure }) => {
      const why = failure === undefined ? '' : `: expected ${failure.expected}, received ${failure.received}`;
      return `${id} ${place} ${status}${why}`;
    }),
  );
  return [`${verdict}, exit code ${exitCode}`, ...faults, ...scenarios.sort()];
}

async function soak({ runs, role, seed }: Wishes): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'iot-ntp-soak-'));
  const kept = join(root, 'conformance-report/soak');
  mkdirSync(kept, { recursive: true });
  const log = join(kept, `${role}.ndjson`);
  writeFileSync(log, '');
  const samples: Sample[] = [];
  let said: readonly string[] | undefined;
  console.log(`${runs} runs on the embedded reference ${role}, one process, seed ${seed} (run n has --order random:${seed}-n)`);
  try {
    using suite = new SoakProcess();
    for (let run = 1; run <= runs; run += 1) {
      const order = `random:${seed}-${run}`;
      const start = performance.now();
      const usage = await suite.call(['run', '--role', role, '--order', order, '--report', folder], limit);
      const durationMs = Math.round(performance.now() - start);
      const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as Report;
      const now = sayings(report);
      said ??= now;
      const other = now.filter((line) => said?.includes(line) !== true).join('; ');
      const broken =
        report.verdict === 'conforms' && report.order === order ? undefined : `${report.verdict}, because ${report.because}`;
      const deviation = other === '' ? broken : other;
      if (deviation !== undefined) cpSync(folder, join(kept, `${role}-${run}`), { recursive: true });
      const sample: Sample = { run, order, durationMs, ...usage, processes: suite.processTree(), deviation };
      samples.push(sample);
      appendFileSync(log, `${JSON.stringify(sample)}\n`);
      if (run % 50 === 0)
        console.log(`  ${run} runs, ${samples.filter((one) => one.deviation !== undefined).length} of them otherwise`);
    }
  } catch (error) {
    console.error(`soak: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  print(samples);
  return faultsOf(samples, runs);
}

function print(samples: readonly Sample[]): void {
  if (samples.length === 0) return;
  const width = windowOf(samples.length);
  const row = (cells: readonly string[]): string =>
    cells.map((cell, index) => (index === 0 ? cell.padEnd(30) : cell.padStart(12))).join('  ');
  console.log(`\n${row([`medians of ${width} runs`, 'first', 'last', 'ratio', 'at most', 'peak of all'])}`);
  for (const { name, of, most, shown } of bounds) {
    const { first, last, ratio, peak } = trendOf(samples.map((sample) => sample[of]));
    console.log(row([name, shown(first), shown(last), ratio.toFixed(3), most.toFixed(2), shown(peak)]));
  }
  const times = trendOf(samples.map(({ durationMs }) => durationMs));
  console.log(row(['a run, in ms', String(times.first), String(times.last), times.ratio.toFixed(3), '', String(times.peak)]));
  if (samples.length < leastRuns) console.log(`growth is judged from ${leastRuns} runs on`);
  const same = samples.filter(({ deviation }) => deviation === undefined).length;
  console.log(`\n${same} of ${samples.length} runs: the implementation conforms, each scenario as in the first run`);
}

answerHelp(import.meta.url);
try {
  const faults = await soak(readWishes(process.argv.slice(2)));
  for (const fault of faults) console.log(fault);
  console.log(faults.length === 0 ? 'soak passed' : 'soak not passed');
  process.exitCode = faults.length === 0 ? 0 : 1;
} catch (error) {
  complain('soak', error);
}
