/**
 * `npm run bench`: what the suite itself costs, compared with a bare mqtt.js loop that says the same to the same server. Prints
 * only; figures of one machine are no verdict, so it exits with 0 whatever they are.
 *
 * Usage: npm run bench [-- run | growth | tools | container]
 *
 *   run         the whole runs, and where their time goes (when nothing is named)
 *   growth      what a scenario and a device cost where there are 1, 2, 4 and 8 times as many
 *   tools       the suite's devices beside MQTT tools that do the same on the same server
 *   container   a run on a container beside what the engine takes
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedTarget } from '../../commands/run/reference-target.ts';
import { startTarget } from '../../harness/implementation/start-target.ts';
import type { Target } from '../../harness/implementation/target.ts';
import { ClientRunner } from '../../harness/platform/client-runner.ts';
import { plainSetup } from '../../harness/platform/client-setup.ts';
import { root } from '../../requirements/requirement.ts';
import { answerHelp } from '../usage.ts';
import { accountNode, programPath, runNode } from './child.ts';
import { benchContainer } from './container.ts';
import { benchGrowth } from './growth.ts';
import { line, mebibytes, median, row, seconds } from './lines.ts';
import { benchTools } from './tools.ts';
import { type ConnectionTraffic, TrafficCounter } from './traffic.ts';
import { designedWaits } from './waits.ts';

/** How often each program runs. Odd, so that the median is one of the runs. */
const rounds = 5;

/** What a whole server run may cost: at most this many times the bare loop, and that much for start-up; and each scenario so much. */
const target = { factor: 1.3, startUpMs: 1000, scenarioMs: 10 };

/** What a command may take that only tells something, in ms. */
const tellingMs = 300;

/** What the issue promises of a client run: the client's own start times, on two lanes, and that much. */
const clientTarget = { lanes: 2, extraMs: 3000 };

const entry = `${root}steps/commands/entry.mjs`;
const bareLoop = programPath('./bare-loop.ts');
answerHelp(import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'ntp-bench-'));
const parts: Readonly<Record<string, () => Promise<void>>> = {
  run: benchRuns,
  growth: benchGrowth,
  tools: benchTools,
  container: () => benchContainer(folder),
};
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in parts));
try {
  if (unknown === undefined) for (const name of wanted.length === 0 ? ['run'] : wanted) await parts[name]?.();
  else {
    console.error(`bench: there is no part "${unknown}"; expected ${Object.keys(parts).join(', ')}`);
    process.exitCode = 2;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function benchRuns(): Promise<void> {
  const [listing, help] = await interleaved([entry, 'list'], [entry, '--help']);
  const server = await startTarget(await embeddedTarget('server'));
  try {
    const traffic = await countTraffic(server);
    const sum = (of: keyof ConnectionTraffic): number => traffic.reduce((total, connection) => total + connection[of], 0);
    console.log(
      `A server run makes ${traffic.length} connections, ${sum('subscriptions')} subscriptions and ${sum('exchanges')} exchanges.\n`,
    );
    const plan = JSON.stringify(traffic.map(({ subscriptions, exchanges }) => [subscriptions, exchanges]));
    const report = join(folder, 'timed');
    const [suite, bare] = await interleaved(
      [entry, 'run', '--role', 'server', '--report', report],
      [bareLoop, String(server.port), plan],
    );
    const waits = designedWaits(join(report, 'messages.ndjson'));
    const most = target.factor * median(bare) + target.startUpMs;
    console.log(`  ${rounds} runs of each in turn, from process start to end          median   (least … most)`);
    row('whole server run on the embedded reference', suite);
    row('bare mqtt.js loop', bare);
    line('ratio', (median(suite) / median(bare)).toFixed(2));
    const verdict = median(suite) <= most ? 'met' : 'not met';
    line(`most: ${target.factor} x the bare loop + ${seconds(target.startUpMs)} for start-up`, seconds(most), verdict);
    line(`part of the run that waits by design, in ${waits.scenarios} scenarios`, seconds(waits.ms));
    const { each, where, peakBytes } = await profile();
    const cheap = each <= target.scenarioMs ? 'met' : 'not met';
    line('a scenario, without start-up and reports', `${each.toFixed(1)} ms`, `at most ${target.scenarioMs} ms: ${cheap}`);
    line('peak memory of a run', mebibytes(peakBytes));
    console.log(`\nOf one of these runs: ${where}\n`);
  } finally {
    await server.stop();
  }
  await benchClient();
  row('list', listing);
  row('--help', help);
  const slow = Math.max(median(listing), median(help)) <= tellingMs ? 'met' : 'not met';
  line('most of each', seconds(tellingMs), slow);
  line('peak memory of list', mebibytes((await accountNode([entry, 'list'])).peakBytes));
}

/** The whole client run on the embedded reference, beside what its starts alone take one after the other. */
async function benchClient(): Promise<void> {
  const target = await embeddedTarget('client');
  if (target.start.kind !== 'process') throw new Error('the embedded reference client is a process');
  // Counts its starts: a line for each.
  const log = join(folder, 'starts');
  const counted = {
    name: 'counted',
    role: 'client',
    process: {
      command: [
        'sh',
        '-c',
        'echo >> "$0"; exec "$@"',
        log,
        ...target.start.command.map((word) => (word === 'node' ? process.execPath : word)),
      ],
      cwd: target.start.cwd,
    },
    result: { log: target.result?.kind === 'log' ? target.result.log : '' },
    timestampType: target.timestampTypes,
  };
  const file = join(folder, 'client.json');
  writeFileSync(file, JSON.stringify(counted));
  const run = await accountNode([entry, 'run', file, '--root', '/', '--report', join(folder, 'client')]);
  const starts = readFileSync(log, 'utf8').length;
  const alone = await startTimes(target, rounds);
  const most = (starts * median(alone)) / clientTarget.lanes + clientTarget.extraMs;
  console.log(`A client run starts the client ${starts} times.\n`);
  row('one start of the embedded reference client, alone', alone);
  line('whole client run', seconds(run.wallMs));
  line('ratio to its starts one after the other', (run.wallMs / (starts * median(alone))).toFixed(2));
  const verdict = run.wallMs <= most ? 'met' : 'not met';
  line(`most: the starts on ${clientTarget.lanes} lanes + ${seconds(clientTarget.extraMs)}`, seconds(most), verdict);
  line('peak memory of a run', mebibytes(run.peakBytes));
  console.log();
}

/** How long some starts of a client take from spawn to end, each alone and answered at once, in ms. */
async function startTimes(target: Target, count: number): Promise<number[]> {
  const runner = await ClientRunner.open(target);
  const times: number[] = [];
  try {
    for (let round = 0; round < count; round += 1) {
      const begin = performance.now();
      await runner.perform({ ...plainSetup('long'), identity: { productKey: 'a1NtpSuite1', deviceName: `bench-${round}` } });
      times.push(performance.now() - begin);
    }
  } finally {
    await runner.close();
  }
  return times;
}

/** Runs the suite once on the server through a counter, which also fills the compile cache before anything is timed. */
async function countTraffic(server: {
  readonly host: string;
  readonly port: number;
}): Promise<readonly Readonly<ConnectionTraffic>[]> {
  await using counter = await TrafficCounter.open(server);
  const file = join(folder, 'counted.json');
  writeFileSync(file, JSON.stringify({ name: 'counted', role: 'server', address: `mqtt://127.0.0.1:${counter.port}` }));
  await runNode([entry, 'run', file, '--report', join(folder, 'counted')]);
  return counter.connections;
}

/** Where the time of a server run goes, by its own account: of some runs the one whose scenarios cost the median. */
async function profile() {
  const runs: { readonly each: number; readonly where: string; readonly peakBytes: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { said, peakBytes } = await accountNode([
      entry,
      'run',
      '--role',
      'server',
      '--profile',
      '--report',
      join(folder, 'profile'),
    ]);
    const where = said.slice(said.indexOf('where the time went')).trimEnd();
    runs.push({ each: Number(/([\d.]+) ms each/.exec(where)?.[1]), where, peakBytes });
  }
  const middle = median(runs.map(({ each }) => each));
  const run = runs.find(({ each }) => each === middle);
  if (run === undefined) throw new Error('run --profile did not say what each scenario took');
  return run;
}

/** Wall times in ms of two programs that run in turn, so that a busy moment of the machine meets both. */
async function interleaved(a: readonly string[], b: readonly string[]): Promise<[number[], number[]]> {
  const times: [number[], number[]] = [[], []];
  await runNode(b);
  for (let round = 0; round < rounds; round += 1) {
    times[0].push((await runNode(a)).wallMs);
    times[1].push((await runNode(b)).wallMs);
  }
  return times;
}
