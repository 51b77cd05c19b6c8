import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { embeddedTarget } from '../../commands/run/reference-target.ts';
import { startTarget } from '../../harness/implementation/start-target.ts';
import { loadTarget } from '../../harness/implementation/target-file.ts';
import { Link } from '../../harness/mqtt/link.ts';
import type { Report } from '../../verdict/report.ts';
import { seconds } from './figures.ts';
import { entry, runMeasured } from './measured-program.ts';

/** The documented limits of a hosted platform: see schemas/target-files.md, `limits`. */
const documented = { requestsPerSecond: 30, connectsPerMinute: 5, connections: 50, latencyMs: 90, jitterMs: 20 };

const starter = fileURLToPath(new URL('../../../fixtures/support/start.ts', import.meta.url));

/** Runs the suite with a target file. */
type Use = (target: object) => Promise<void>;

/** The measurements: a name, and a function that provides a target file while `use` runs. */
const rows: readonly (readonly [name: string, within: (use: Use, folder: string) => Promise<void>])[] = [
  ['reference server, near', (use) => withReference(0, use)],
  ['reference server, 50 ms', (use) => withReference(25, use)],
  ['reference server, 200 ms', (use) => withReference(100, use)],
  ['takes 300 ms for an answer', (use) => use(fixture('unusual/server/takes-300-ms'))],
  ['answers Longs only', (use) => use(fixture('faulty/server/longs-only'))],
  ['echoes the previous request', (use) => use(fixture('faulty/server/echo-of-the-previous-request'))],
  ['keeps the client id of a lost device', (use) => use(fixture('faulty/server/client-id-stays-taken'))],
  ['hosted platform, 200 ms, 5 connects a minute', (use, folder) => withPlatform(folder, use)],
];

/**
 * Measures runs on a distant server, on a slow one, and on faulty ones, and prints a line for each.
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
    }, folder);
}

/** Uses the reference server behind a link with this latency in each direction. */
async function withReference(latencyMs: number, use: Use): Promise<void> {
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
async function withPlatform(folder: string, use: Use): Promise<void> {
  const env = { ...process.env, HOSTED_PLATFORM: JSON.stringify(documented) };
  const list = JSON.parse(
    execFileSync(process.execPath, [starter, '--list'], { env, encoding: 'utf8' }),
  ) as readonly ListedFixture[];
  const own = list.find(({ name }) => name === 'unusual/server/hosted-platform')?.target ?? {};
  const { process: _process, ...target } = own;
  const file = join(folder, 'platform.json');
  writeFileSync(
    file,
    JSON.stringify({
      ...own,
      process: { command: commandOf('unusual/server/hosted-platform'), env: { HOSTED_PLATFORM: env.HOSTED_PLATFORM } },
    }),
  );
  const platform = await startTarget(await loadTarget(file));
  try {
    await use({ ...target, address: `mqtt://127.0.0.1:${platform.port}` });
    const excesses = platform.output().filter((line) => /^(refused|dropped): /.test(line));
    console.log(`  the platform refused or dropped ${excesses.length} times`);
    if (excesses.length > 0) throw new Error(`limits were exceeded: ${excesses.slice(0, 3).join(', ')}`);
  } finally {
    await platform.stop();
  }
}

/** A fixture in the output of `start.ts --list`. */
interface ListedFixture {
  readonly name: string;
  readonly target: { readonly process?: unknown };
}

/** The command that starts a fixture. */
const commandOf = (name: string): readonly string[] => [process.execPath, starter, name, '--port', '{port}'];

/** The target file of a fixture. */
function fixture(name: string): object {
  return { process: { command: commandOf(name) } };
}
