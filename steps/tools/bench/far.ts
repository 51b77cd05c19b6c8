import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HostedPlatform, type HostedPlatformOptions, hostedTarget } from '../../../fixtures/support/hosted-platform.ts';
import { embeddedTarget } from '../../commands/run/reference-target.ts';
import { startTarget } from '../../harness/implementation/start-target.ts';
import { Link } from '../../harness/mqtt/link.ts';
import type { Report } from '../../verdict/report.ts';
import { seconds } from './figures.ts';
import { entry, runMeasured } from './measured-program.ts';

/** What a hosted platform documents: see schemas/target-files.md, `limits`. */
const documented: HostedPlatformOptions = {
  requestsPerSecond: 30,
  connectsPerMinute: 5,
  connections: 50,
  latencyMs: 90,
  jitterMs: 20,
};

const starter = fileURLToPath(new URL('../../../fixtures/support/start.ts', import.meta.url));

/** What is measured: a name, and what gives a target file for it while `use` works. */
const rows: readonly (readonly [name: string, within: (use: (target: object) => Promise<void>) => Promise<void>])[] = [
  ['reference server, near', (use) => withReference(0, use)],
  ['reference server, 50 ms', (use) => withReference(25, use)],
  ['reference server, 200 ms', (use) => withReference(100, use)],
  ['takes 300 ms for an answer', (use) => use(fixture('unusual/server/takes-300-ms'))],
  ['answers Longs only', (use) => use(fixture('faulty/server/longs-only'))],
  ['echoes the previous request', (use) => use(fixture('faulty/server/echo-of-the-previous-request'))],
  ['a lock is left behind when it is killed', (use) => use(fixture('faulty/server/lock-file-left-behind-when-killed'))],
  ['hosted platform, 200 ms, 5 connects a minute', withPlatform],
];

/**
 * Measures runs far from a server, in front of a slow one, and in front of wrong ones, and prints a line for each.
 *
 * @param folder for target files and reports
 */
export async function benchFar(folder: string): Promise<void> {
  const head = ['run', 'verdict', 'time', 'lanes', 'round trips', 'CONNECTs', 'waiting'];
  const line = ([name = '', ...cells]: readonly string[]): string =>
    `${name.padEnd(46)}${cells.map((cell, index) => (index === 0 ? `  ${cell.padEnd(17)}` : cell.padStart(12))).join('')}`;
  console.log(line(head));
  for (const [name, within] of rows)
    await within(async (target) => {
      const file = join(folder, 'target.json');
      writeFileSync(file, JSON.stringify({ name, role: 'server', lateAnswers: '100ms', ...target }));
      const cost = await runMeasured([entry, 'run', file, '--report', folder], [0, 1]);
      const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as Report;
      const { roundTripMs = Number.NaN, lanes = 1 } = report.pace ?? {};
      const connects = readFileSync(join(folder, 'messages.ndjson'), 'utf8').match(/"\+[\d.]+ s [^→"]*→ CONNECT /g)?.length ?? 0;
      const waiting = `${Math.round(100 * (1 - cost.cpuMs / cost.wallMs))} %`;
      const trips = (cost.wallMs / roundTripMs).toFixed(0);
      console.log(line([name, report.verdict, seconds(cost.wallMs), `${lanes}`, trips, `${connects}`, waiting]));
    });
}

/** The reference server behind a link of so many ms in each direction. */
async function withReference(latencyMs: number, use: (target: object) => Promise<void>): Promise<void> {
  const server = await startTarget(await embeddedTarget('server'));
  const link = latencyMs === 0 ? undefined : await Link.open(server, { forth: latencyMs, back: latencyMs });
  try {
    await use({ address: `mqtt://127.0.0.1:${(link ?? server).port}` });
  } finally {
    await link?.[Symbol.asyncDispose]();
    await server.stop();
  }
}

/** @throws Error when a device exceeded a limit of the platform */
async function withPlatform(use: (target: object) => Promise<void>): Promise<void> {
  const platform = new HostedPlatform(documented);
  const port = await platform.listenOnFreePort();
  try {
    await use({ address: `mqtt://127.0.0.1:${port}`, ...hostedTarget(documented) });
    console.log(
      `  the platform counted ${platform.connectCount} CONNECTs, and ${platform.exceeded.length} excesses of its limits`,
    );
    if (platform.exceeded.length > 0) throw new Error(`limits were exceeded: ${platform.exceeded.slice(0, 3).join(', ')}`);
  } finally {
    platform.close();
  }
}

/** A target file of one of the fixtures, as a program of its own. */
function fixture(name: string): object {
  return { process: { command: [process.execPath, starter, name, '--port', '{port}'] } };
}
