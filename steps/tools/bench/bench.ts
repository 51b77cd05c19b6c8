import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Argument } from 'commander';
import { runTool, tool, wholeNumber } from '../tool.ts';

/** The measurements; each is loaded when it runs. */
const measures = {
  runs: async (folder: string) => (await import('./runs.ts')).benchRuns(folder),
  growth: async (folder: string) => (await import('./growth.ts')).benchGrowth(folder),
  far: async (folder: string) => (await import('./far.ts')).benchFar(folder),
  devices: async (_: string, devices: number) => (await import('./device-load.ts')).benchManyDevices(devices),
};

const command = tool('bench', 'Measures what the suite itself costs. Only the ratios of one call can be compared.', {
  0: 'measured; the figures decide nothing',
  1: 'something failed',
  2: 'wrong use',
})
  .addArgument(
    new Argument(
      '[subjects...]',
      'runs: whole runs against a bare mqtt.js loop, and the slowest scenarios; growth: what a scenario and a device cost at 8x; far: runs far from a server, and on slow and wrong ones (15 min); devices: many devices at once',
    )
      .choices(Object.keys(measures))
      .default(['runs']),
  )
  .option('--devices <number>', 'how many devices there are in "devices"', wholeNumber(1, 100_000), 10_000)
  .action(async (chosen: (keyof typeof measures)[], { devices }: { readonly devices: number }) => {
    const folder = mkdtempSync(join(tmpdir(), 'iot-ntp-bench-'));
    try {
      for (const subject of chosen) await measures[subject](folder, devices);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

await runTool(command);
