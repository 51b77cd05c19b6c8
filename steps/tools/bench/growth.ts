/**
 * What one scenario and one device cost where there are 1, 2, 4 and 8 times as many in one run: the cost is flat when nothing is
 * searched or kept more often than once for each.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { featureFiles, readRequirements, root } from '../../requirements/requirement.ts';
import { accountNode, type WholeCost } from './child.ts';
import { table } from './lines.ts';
import { multiplied } from './multiplied.ts';

const factors = [1, 2, 4, 8] as const;

/** How often each is measured, in turn. What counts is the cheapest: whatever else the machine does only adds to it. */
const rounds = 3;

/** How many devices there are at 1x: those of a run ask at the same moment, those of a load are as light as can be. */
const devices = { run: 250, load: 1250 };

/** The requirement whose devices `--devices` counts. */
const manyDevices = 'server-concurrent-devices';

/** One thing that is measured with more and more of something. */
interface Series {
  readonly title: string;
  /** One of the things that are counted. */
  readonly one: string;
  /** How many there are at 1x. */
  readonly least: number;
  /** Runs it with so many, or with 1. */
  readonly run: (factor: number | 'one') => Promise<WholeCost>;
}

/** Measures the growth, and prints it. */
export async function benchGrowth(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ntp-growth-'));
  try {
    for (const series of seriesIn(folder)) await print(series);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function seriesIn(folder: string): Series[] {
  const report = join(folder, 'report');
  const commandLine = (of: string): string => join(of, 'steps/commands/entry.mjs');
  const copy = join(folder, 'suite');
  for (const name of ['steps', 'features', 'fixtures', 'schemas', 'package.json'])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const requirements = readRequirements('server');
  const files = featureFiles('server').map((file) => [file, readFileSync(join(root, file), 'utf8')] as const);
  const single = requirements.find(({ scenarios, capabilities }) => scenarios.length === 1 && capabilities.length === 0);
  const scenarios = requirements.reduce((sum, requirement) => sum + requirement.scenarios.length, 0);
  const judge = ['run', '--role', 'server', '--report', report];
  return [
    {
      title: 'A server run on the embedded reference, with each scenario so many times',
      one: 'scenario',
      least: scenarios,
      run: async (factor) => {
        const times = factor === 'one' ? 1 : factor;
        for (const [file, text] of files) writeFileSync(join(copy, file), multiplied(file, text, times));
        const part = factor === 'one' ? ['--only', single?.id ?? manyDevices] : [];
        return accountNode([commandLine(copy), ...judge, ...part], factor === 'one' ? [4] : [0]);
      },
    },
    {
      title: `Devices that ask at the same moment in ${manyDevices}`,
      one: 'device',
      least: devices.run,
      run: async (factor) => {
        const part =
          factor === 'one'
            ? ['--only', single?.id ?? manyDevices]
            : ['--only', manyDevices, '--devices', String(devices.run * factor)];
        return accountNode([commandLine(root), ...judge, ...part], [4]);
      },
    },
    {
      title: 'Devices of `load` that ask once at the same moment',
      one: 'device',
      least: devices.load,
      run: async (factor) => {
        const many = factor === 'one' ? 1 : devices.load * factor;
        return accountNode([commandLine(root), 'load', '--devices', String(many), '--report', report]);
      },
    },
  ];
}

async function print({ title, one, least, run }: Series): Promise<void> {
  const costs = new Map<number | 'one', WholeCost[]>();
  // The first one fills the compile cache, and is not counted.
  await run('one');
  for (let round = 0; round < rounds; round += 1)
    for (const factor of ['one', ...factors] as const) costs.set(factor, [...(costs.get(factor) ?? []), await run(factor)]);
  const cheapest = (factor: number | 'one', of: 'wallMs' | 'cpuMs' | 'peakBytes'): number =>
    Math.min(...(costs.get(factor) ?? []).map((cost) => cost[of]));
  const each = (factor: number, of: 'wallMs' | 'cpuMs' | 'peakBytes'): number =>
    (cheapest(factor, of) - cheapest('one', of)) / (least * factor - 1);
  const cells = (factor: number): string[] => {
    const ratio = (of: 'wallMs' | 'cpuMs' | 'peakBytes'): string => (each(factor, of) / each(1, of)).toFixed(2);
    return [
      `${factor}x`,
      String(least * factor),
      each(factor, 'wallMs').toFixed(3),
      ratio('wallMs'),
      each(factor, 'cpuMs').toFixed(3),
      ratio('cpuMs'),
      (each(factor, 'peakBytes') / 1024).toFixed(1),
      ratio('peakBytes'),
      `${(cheapest(factor, 'wallMs') / 1000).toFixed(2)} s`,
      `${Math.round(cheapest(factor, 'peakBytes') / 2 ** 20)} MiB`,
    ];
  };
  const start = `${(cheapest('one', 'wallMs') / 1000).toFixed(2)} s and ${Math.round(cheapest('one', 'peakBytes') / 2 ** 20)} MiB`;
  console.log(`${title}; what one alone costs (${start}) is taken off. The cheapest of ${rounds} runs:\n`);
  table([
    ['', `${one}s`, `ms per ${one}`, 'to 1x', 'CPU ms', 'to 1x', 'KiB', 'to 1x', 'whole run', 'peak'],
    ...factors.map(cells),
  ]);
  console.log();
}
