import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Argument } from 'commander';
import { runTool, tool, wholeNumber } from '../tool.ts';
import { benchGrowth } from './growth.ts';
import { benchManyDevices } from './many-devices.ts';
import { benchRuns } from './runs.ts';

const subjects = ['runs', 'growth', 'devices'] as const;

const command = tool('bench', 'Measures what the suite itself costs. Only the ratios of one call can be compared.', {
  0: 'measured, whatever the figures are',
  1: 'something failed',
  2: 'wrong use',
})
  .addArgument(
    new Argument(
      '[subjects...]',
      'runs: whole runs against a bare mqtt.js loop, and the slowest scenarios; growth: what a scenario and a device cost at 8x; devices: many devices at once',
    )
      .choices(subjects)
      .default(['runs']),
  )
  .option('--devices <number>', 'how many devices there are in "devices"', wholeNumber(1, 100_000), 10_000)
  .action(async (chosen: (typeof subjects)[number][], { devices }: { readonly devices: number }) => {
    const folder = mkdtempSync(join(tmpdir(), 'iot-ntp-bench-'));
    try {
      for (const subject of chosen)
        await { runs: () => benchRuns(folder), growth: () => benchGrowth(folder), devices: () => benchManyDevices(devices) }[
          subject
        ]();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

await runTool(command);
