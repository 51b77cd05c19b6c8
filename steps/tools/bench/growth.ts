import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { featureFiles, readRequirements, root } from '../../requirements/requirement.ts';
import { mebibytes, printFigure, seconds } from './figures.ts';
import { type Cost, entry, runMeasured } from './measured-program.ts';
import { repeatScenarios } from './repeated-scenarios.ts';

/** The factor between the two compared sizes. */
const factor = 8;

/** How often each size is measured, in turn. The lowest cost counts, because other programs can only increase it. */
const rounds = 3;

/** The number of devices at 1x: in a run, and in `load`, whose devices cost less. */
const devices = { run: 250, load: 1250 };

/** The requirement whose devices `--devices` counts. */
const manyDevices = 'server-serves-many-devices';

/** Something whose number grows. */
interface GrowthSeries {
  /** Its name, for example `scenario`. */
  readonly unit: string;
  /** The number at 1x. */
  readonly least: number;
  /** Runs the suite with one of it, or with so many times `least`. */
  readonly run: (times: number | 'one') => Promise<Cost>;
}

/**
 * Measures and prints the cost of one scenario and one device in a run with 8 times as many, as a ratio to 1x. A ratio above 1 says that
 * the cost grows faster than the number.
 *
 * @param folder for reports, and a copy of the suite
 */
export async function benchGrowth(folder: string): Promise<void> {
  console.log(`What one of them costs at 1x, and at ${factor}x as a ratio to it; the cheapest of ${rounds} runs\n`);
  for (const series of [scenarios(folder), devicesOfARun(folder), devicesOfALoad(folder)]) await measure(series);
}

/** The command line for a run of a single scenario: it measures the fixed cost of a run. */
function single(folder: string): string[] {
  const { id } = readRequirements('server').find((one) => one.scenarios.length === 1 && one.capabilities.length === 0) ?? {};
  return ['run', '--role', 'server', '--report', join(folder, 'run'), '--only', id ?? manyDevices];
}

function scenarios(folder: string): GrowthSeries {
  const copy = join(folder, 'suite');
  for (const name of ['steps', 'features', 'fixtures', 'schemas', 'package.json'])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const copied = join(copy, 'steps/commands/entry.mjs');
  const files = featureFiles('server').map((file) => [file, readFileSync(join(root, file), 'utf8')] as const);
  return {
    unit: 'scenario',
    least: readRequirements('server').reduce((sum, requirement) => sum + requirement.scenarios.length, 0),
    run: async (times) => {
      for (const [file, text] of files) writeFileSync(join(copy, file), repeatScenarios(file, text, times === 'one' ? 1 : times));
      if (times === 'one') return runMeasured([copied, ...single(folder)], [4]);
      return runMeasured([copied, 'run', '--role', 'server', '--report', join(folder, 'run')]);
    },
  };
}

function devicesOfARun(folder: string): GrowthSeries {
  const run = ['run', '--role', 'server', '--report', join(folder, 'run'), '--only', manyDevices, '--devices'];
  return {
    unit: 'device of a run',
    least: devices.run,
    run: async (times) =>
      runMeasured([entry, ...(times === 'one' ? single(folder) : [...run, String(devices.run * times)])], [4]),
  };
}

function devicesOfALoad(folder: string): GrowthSeries {
  return {
    unit: 'device of load',
    least: devices.load,
    run: async (times) => {
      const count = times === 'one' ? 1 : devices.load * times;
      return runMeasured([entry, 'load', '--devices', String(count), '--report', join(folder, 'load')]);
    },
  };
}

async function measure({ unit, least, run }: GrowthSeries): Promise<void> {
  const costs = { one: [] as Cost[], few: [] as Cost[], many: [] as Cost[] };
  // fills the compile cache, and is not counted
  await run('one');
  for (let round = 0; round < rounds; round += 1) {
    costs.one.push(await run('one'));
    costs.few.push(await run(1));
    costs.many.push(await run(factor));
  }
  const cheapest = (of: readonly Cost[], member: 'wallMs' | 'peakBytes'): number => Math.min(...of.map((cost) => cost[member]));
  const each = (of: readonly Cost[], count: number, member: 'wallMs' | 'peakBytes'): number =>
    (cheapest(of, member) - cheapest(costs.one, member)) / (count - 1);
  const ratio = (member: 'wallMs' | 'peakBytes'): string =>
    `${factor}x: ${(each(costs.many, least * factor, member) / each(costs.few, least, member)).toFixed(2)}`;
  const most = `${seconds(cheapest(costs.many, 'wallMs'))}, ${mebibytes(cheapest(costs.many, 'peakBytes'))} in all`;
  printFigure(`time of a ${unit}, ${least} at 1x`, `${each(costs.few, least, 'wallMs').toFixed(3)} ms`, ratio('wallMs'));
  printFigure(`memory of a ${unit}`, `${(each(costs.few, least, 'peakBytes') / 1024).toFixed(1)} KiB`, ratio('peakBytes'));
  printFigure(`a run with ${least * factor}`, most);
}
