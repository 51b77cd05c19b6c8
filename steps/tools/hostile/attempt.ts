import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { peakMemoryOf } from '../../harness/text/peak-memory.ts';
import { root } from '../../requirements/requirement.ts';
import type { Report } from '../../verdict/report.ts';
import { FakeEngine } from './fake-engine.ts';
import { loadForeignImage } from './foreign-image.ts';
import type { HostileCase } from './hostile-case.ts';
import { remains } from './remains.ts';
import { stall } from './stall.ts';
import { reportFaults } from './validity.ts';

/** A run on a hostile implementation that takes longer than this hangs, in ms. */
const mostMs = 90_000;

/** The most memory that the suite may use with any implementation, in MB. */
export const mostMb = 512;

/**
 * The size of V8's semi-space for new objects, in MB: that of a machine with 4 GB. On larger machines, V8 uses more, even if the program
 * does not need it.
 */
const youngMb = 16;

/** How often a run is checked until it is disturbed, in ms. */
const lookMs = 20;

/** The compile cache, for the suite and for programs that it starts a hundred times. */
const cache = join(tmpdir(), 'node-compile-cache');

/** The run is disturbed after this number of scenarios. */
const middle = 3;

/** The result of a run on a hostile implementation. */
export interface HostileRun {
  readonly name: string;
  /** The verdict and its reason. */
  readonly ended: string;
  /** The exit code; undefined if the suite was killed. */
  readonly code: number | undefined;
  readonly seconds: number;
  /** The peak memory of the suite, in MB. */
  readonly peakMb: number;
  readonly leftBehind: readonly string[];
  /** What is wrong, in words; empty if the suite handled the implementation correctly. */
  readonly complaints: readonly string[];
}

/** Prints the suite's peak memory at its end. */
const measure = `import { peakMemory } from ${JSON.stringify(new URL('../../harness/text/peak-memory.ts', import.meta.url).href)};
process.on('exit', () => console.error('peak ' + Math.round(peakMemory() / 2 ** 20)));`;

/** Runs the suite's command line on a hostile implementation, as a vendor would, and checks all results. */
export async function attempt(one: HostileCase): Promise<HostileRun> {
  const folder = mkdtempSync(join(tmpdir(), 'iot-ntp-hostile-'));
  const [temporary, reports] = [join(folder, 'tmp'), join(folder, 'report')];
  mkdirSync(temporary);
  await using engine = one.disturbance === 'the Docker engine dies' ? await FakeEngine.start(join(folder, 'engine')) : undefined;
  const unload = one.image === undefined ? undefined : await loadForeignImage(imageOf(one), folder);
  try {
    const start = performance.now();
    const run = await call([...targetOf(one, folder), '--report', reports, ...(one.args ?? [])], {
      env: { TMPDIR: temporary, ...(engine === undefined ? {} : { DOCKER_HOST: engine.host }), ...dockerConfigOf(one, folder) },
      disturb: (suite, over) => disturb(one, reports, suite, over, engine),
    });
    const seconds = (performance.now() - start) / 1000;
    if (!existsSync(join(reports, 'report.json'))) throw new Error(`${one.name}: there is no report; ${run.printed}`);
    const report = JSON.parse(readFileSync(join(reports, 'report.json'), 'utf8')) as Report;
    // The next start of the suite removes what a killed suite could not remove, and what is still in an engine that broke.
    const engineGone = engine !== undefined || (one.docker === true && one.disturbance === 'SIGKILL');
    if (engineGone) await sweep(folder);
    const port = /listening on 127\.0\.0\.1:(\d+)/.exec(report.target.output.join('\n'))?.[1];
    const leftBehind = await remains({
      token: basename(folder),
      suite: run.pid,
      temporary,
      reports,
      port: port === undefined ? undefined : Number(port),
      docker: one.docker === true,
    });
    const result = { name: one.name, ended: summary(one, report), code: run.code, seconds, peakMb: run.peakMb, leftBehind };
    return { ...result, complaints: [...complaintsOf(one, result, report, run.printed), ...reportFaults(reports, run.printed)] };
  } finally {
    await unload?.();
    rmSync(folder, { recursive: true, force: true });
  }
}

function complaintsOf(one: HostileCase, result: Omit<HostileRun, 'complaints'>, report: Report, printed: string): string[] {
  const { code, seconds, peakMb, leftBehind } = result;
  const complaints: string[] = [];
  if (code !== one.code) complaints.push(`exit code ${code}, expected ${one.code}`);
  if (code !== undefined && report.exitCode !== code) complaints.push(`report.json says exit code ${report.exitCode}`);
  if (report.verdict !== one.verdict) complaints.push(`verdict ${report.verdict}, expected ${one.verdict}: ${report.because}`);
  // A standstill between two scenarios affects none of them, so only the console reports it.
  const stopped = typeof one.disturbance === 'object';
  if (!one.says.test(stopped ? `${told(report)}\n${printed}` : told(report)))
    complaints.push(`nothing says ${one.says}: ${report.because}`);
  if (report.because.includes('suite is at fault')) complaints.push(report.because);
  if (seconds * 1000 > mostMs) complaints.push(`it took ${seconds.toFixed(1)} s`);
  if (!(peakMb > 0 && peakMb < mostMb)) complaints.push(`the suite needed ${peakMb} MB, at most ${mostMb} are allowed`);
  return [...complaints, ...leftBehind.map((what) => `left behind: ${what}`)];
}

/** All texts of a report about what happened. */
function told({ because, faults, target, requirements }: Report): string {
  const received = requirements.flatMap(({ scenarios }) =>
    scenarios.flatMap(({ failure, trace, information }) => [failure?.received, ...information, ...(failure?.trace ?? trace)]),
  );
  return [because, ...faults, target.ended, ...received].filter((text) => text !== undefined).join('\n');
}

/** The verdict, and the text that says what happened. */
function summary({ says }: HostileCase, report: Report): string {
  const line = told(report)
    .split('\n')
    .find((text) => says.test(text));
  return `${report.verdict}: ${line ?? report.because}`;
}

/** The environment variable that gives the Docker client the configuration of a case. */
function dockerConfigOf({ dockerConfig }: HostileCase, folder: string): { readonly DOCKER_CONFIG?: string } {
  if (dockerConfig === undefined) return {};
  writeFileSync(join(folder, 'config.json'), dockerConfig);
  return { DOCKER_CONFIG: folder };
}

/** The target file of a case, as an argument. */
function targetOf(one: HostileCase, folder: string): string[] {
  if (one.file !== undefined) return [join(root, `fixtures/targets/${one.file}.yaml`), '--root', root];
  const own = one.role === 'server' ? ['{port}'] : ['{host}', '{port}', '{productKey}', '{deviceName}'];
  const command = ['node', join(root, `fixtures/hostile/${one.program}.ts`), ...own, basename(folder)];
  const process = one.program === undefined ? {} : { process: { command, env: { NODE_COMPILE_CACHE: cache } } };
  const path = join(folder, 'target.json');
  writeFileSync(path, JSON.stringify({ name: one.program ?? one.name, role: one.role, ...process, ...one.target }));
  return [path];
}

function imageOf({ target }: HostileCase): string {
  const { container } = (target ?? {}) as { readonly container?: { readonly image: string } };
  if (container === undefined) throw new Error('only the image of a container can be loaded');
  return container.image;
}

/** A call of the suite. */
interface Call {
  readonly env: Readonly<Record<string, string>>;
  /** Disturbs the run. It gets the process id of the suite, and a signal that aborts at the end of the run. */
  readonly disturb: (suite: number, over: AbortSignal) => Promise<void>;
}

async function call(args: readonly string[], { env, disturb: happen }: Call) {
  const options = `--max-semi-space-size=${youngMb} --import data:text/javascript,${encodeURIComponent(measure)}`;
  const { FORCE_COLOR: _force, NODE_TEST_CONTEXT: _context, ...inherited } = process.env;
  const child = spawn(process.execPath, [join(root, 'steps/commands/entry.mjs'), 'run', ...args], {
    env: { ...inherited, NODE_COMPILE_CACHE: cache, ...env, NODE_OPTIONS: options },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid = 0 } = child;
  let sampledMb = 0;
  const sampling = setInterval(() => {
    sampledMb = Math.max(sampledMb, peakOf(pid));
  }, 50);
  const limit = setTimeout(() => child.kill('SIGKILL'), mostMs * 1.5);
  const over = new AbortController();
  child.once('close', () => over.abort());
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
    happen(pid, over.signal),
  ]);
  clearInterval(sampling);
  clearTimeout(limit);
  const toldMb = Number(/^peak (\d+)$/m.exec(stderr)?.[1] ?? 0);
  return { pid, code: code ?? undefined, peakMb: Math.max(sampledMb, toldMb), printed: stdout + stderr };
}

/** The peak memory of a process so far, in MB; 0 if it is unknown. */
function peakOf(pid: number): number {
  return Math.round((peakMemoryOf(pid) ?? 0) / 2 ** 20);
}

/** Waits until some scenarios have ended, and then disturbs the run. */
async function disturb(
  { disturbance }: HostileCase,
  reports: string,
  suite: number,
  over: AbortSignal,
  engine: FakeEngine | undefined,
): Promise<void> {
  if (disturbance === undefined) return;
  const messages = join(reports, 'messages.ndjson');
  const finished = (): number =>
    existsSync(messages) ? readFileSync(messages, 'utf8').split('"testCaseFinished"').length - 1 : 0;
  const counts = typeof disturbance === 'string' ? [middle] : disturbance.after;
  for (const count of counts) {
    while (finished() < count && !over.aborted) await pause(lookMs);
    if (over.aborted) return;
    if (disturbance === 'the Docker engine dies') engine?.die();
    else if (disturbance === 'another run into its folder') await requireTurnedAway(reports);
    else if (typeof disturbance === 'string') process.kill(suite, disturbance);
    else await stall(suite, disturbance);
  }
}

/** Starts a second run with the same report folder. @throws Error if its message does not name the first one */
async function requireTurnedAway(reports: string): Promise<void> {
  const { code, printed } = await call(['--role', 'server', '--report', reports], { env: {}, disturb: async () => {} });
  if (code !== 2 || !/another run writes to this folder \(process \d+ on .*, since .*\)/.test(printed))
    throw new Error(`a second run into the folder ended with exit code ${code}: ${printed}`);
}

/** Starts the suite on a missing image: it removes what other runs have left behind, and ends. */
async function sweep(folder: string): Promise<void> {
  const target = join(folder, 'sweep.json');
  writeFileSync(
    target,
    JSON.stringify({ name: 'nobody', role: 'server', container: { image: 'local/no-such-image:1', port: 1 } }),
  );
  await call([target, '--report', join(folder, 'sweep')], { env: {}, disturb: async () => {} });
}
