/**
 * `npm run bench`: what the suite itself costs, compared with a bare mqtt.js loop that says the same to the same server. Prints
 * only; figures of one machine are no verdict, so it exits with 0 whatever they are.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedTarget } from '../cli/embedded.ts';
import { plainScene } from '../harness/scene.ts';
import { Stage } from '../harness/stage.ts';
import { startTarget } from '../harness/target/start.ts';
import type { Target } from '../harness/target/target.ts';
import { root } from '../requirement.ts';
import { programPath, runNode } from './child.ts';
import { type ConnectionTraffic, TrafficCounter } from './traffic.ts';
import { designedWaits } from './waits.ts';

/** How often each program runs. Odd, so that the median is one of the runs. */
const rounds = 5;

/** What issue and README promise of a whole server run: at most this many times the bare loop, and that much for start-up. */
const target = { factor: 1.5, startUpMs: 1500 };

/** What the issue promises of a client run: the client's own start times, on two lanes, and that much. */
const clientTarget = { lanes: 2, extraMs: 3000 };

const entry = `${root}steps/cli/entry.mjs`;
const bareLoop = programPath('./bare-loop.ts');
const folder = mkdtempSync(join(tmpdir(), 'ntp-bench-'));
try {
  await bench();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function bench(): Promise<void> {
  const server = await startTarget(await embeddedTarget('server'));
  try {
    const { traffic, peakBytes } = await countTraffic(server);
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
    line(`part of the run that waits by design, in ${waits.situations} situations`, seconds(waits.ms));
    line('peak memory of a run', mebibytes(peakBytes));
    console.log();
  } finally {
    await server.stop();
  }
  await benchClient();
  const [listing, help] = await interleaved([entry, 'list'], [entry, '--help']);
  row('list', listing);
  row('--help', help);
  line('peak memory of list', mebibytes((await runNode([entry, 'list'], { peak: true })).peakBytes));
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
  const run = await runNode([entry, 'run', file, '--root', '/', '--report', join(folder, 'client')], { peak: true });
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
  const stage = await Stage.open(target);
  const times: number[] = [];
  try {
    for (let round = 0; round < count; round += 1) {
      const begin = performance.now();
      await stage.perform({ ...plainScene('long'), identity: { productKey: 'a1NtpSuite1', deviceName: `bench-${round}` } });
      times.push(performance.now() - begin);
    }
  } finally {
    await stage.close();
  }
  return times;
}

/** Runs the suite once on the server through a counter, which also fills the compile cache before anything is timed. */
async function countTraffic(server: { readonly host: string; readonly port: number }) {
  await using counter = await TrafficCounter.open(server);
  const file = join(folder, 'counted.json');
  writeFileSync(file, JSON.stringify({ name: 'counted', role: 'server', address: `mqtt://127.0.0.1:${counter.port}` }));
  const { peakBytes } = await runNode([entry, 'run', file, '--report', join(folder, 'counted')], { peak: true });
  return { traffic: counter.connections, peakBytes };
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

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

function row(name: string, times: readonly number[]): void {
  line(name, seconds(median(times)), `(${seconds(Math.min(...times))} … ${seconds(Math.max(...times))})`);
}

function line(name: string, value: string, remark = ''): void {
  console.log(`  ${name.padEnd(58)} ${value.padStart(9)}   ${remark}`.trimEnd());
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function mebibytes(bytes: number | undefined): string {
  return `${Math.round((bytes ?? Number.NaN) / 2 ** 20)} MiB`;
}
