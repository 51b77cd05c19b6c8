import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { embeddedTarget } from '../../commands/run/reference-target.ts';
import { startTarget } from '../../harness/implementation/start-target.ts';
import { mebibytes, median, printFigure, printTimes } from './figures.ts';
import { entry, runInTurn, runMeasured } from './measured-program.ts';
import { countTraffic } from './traffic.ts';

/** How often each program runs. Odd, so that the median is one of the runs. */
const rounds = 5;

/** The bare mqtt.js client, as the first argument of Node. */
export const bareClient = fileURLToPath(new URL('./bare-client.ts', import.meta.url));

/**
 * Measures and prints whole runs on the embedded references: a server run as a ratio to a bare mqtt.js loop with the same traffic, and its
 * profile.
 *
 * @param folder for reports
 */
export async function benchRuns(folder: string): Promise<void> {
  const server = await startTarget(await embeddedTarget('server'));
  try {
    // this run fills the compile cache as well
    const traffic = await countTraffic(server, async (port) => {
      const target = join(folder, 'counted.json');
      writeFileSync(
        target,
        JSON.stringify({ name: 'counted', role: 'server', address: `mqtt://127.0.0.1:${port}`, lateAnswers: '100ms' }),
      );
      await runMeasured([entry, 'run', target, '--report', join(folder, 'counted')]);
    });
    const plan = traffic.map(({ subscriptions, exchanges }) => [subscriptions, exchanges]);
    const report = ['--report', join(folder, 'run')];
    const [suite = [], bare = [], client = [], list = []] = await runInTurn(rounds, [
      [entry, 'run', '--role', 'server', '--profile', ...report],
      [bareClient, String(server.port), 'plan', JSON.stringify(plan)],
      [entry, 'run', '--role', 'client', ...report],
      [entry, 'list'],
    ]);
    const times = [suite, bare, client, list].map((costs) => costs.map(({ wallMs }) => wallMs));
    const [suiteMs = [], bareMs = [], clientMs = [], listMs = []] = times;
    console.log(`Whole runs on the embedded references, ${rounds} of each in turn: median (shortest … longest)\n`);
    printTimes('server run', suiteMs);
    printTimes(`bare mqtt.js loop with its ${traffic.length} connections`, bareMs);
    printFigure('ratio', (median(suiteMs) / median(bareMs)).toFixed(2));
    printTimes('client run', clientMs);
    printTimes('list', listMs);
    printFigure('peak memory of a server run', mebibytes(Math.max(...suite.map(({ peakBytes }) => peakBytes))));
    const profiled = suite.find(({ wallMs }) => wallMs === median(suiteMs))?.output ?? '';
    console.log(`\nOf the median server run: ${profiled.slice(profiled.indexOf('where the time went')).trimEnd()}\n`);
  } finally {
    await server.stop();
  }
}
