import { NotLetIn } from '../../harness/device/fleet.ts';
import { EnvironmentError } from '../../harness/implementation/errors.ts';
import { startTarget } from '../../harness/implementation/start-target.ts';
import type { StartedTarget, Target } from '../../harness/implementation/target.ts';
import { loadTarget } from '../../harness/implementation/target-file.ts';
import { lateEnd } from '../../harness/implementation/within-time.ts';
import { schemaFaults } from '../../harness/message/schema.ts';
import { conceal } from '../../harness/text/secrets.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { nowUs } from '../../harness/time/now.ts';
import { standstills } from '../../harness/time/standstill.ts';
import { painterFor } from '../../report/paint.ts';
import { describeTarget } from '../../report/report-json.ts';
import { suite } from '../../requirements/requirement.ts';
import { embeddedName, embeddedTarget } from '../run/reference-target.ts';
import { readShard } from '../run/shard.ts';
import { readDuration } from '../terminal/duration-flag.ts';
import { exitOfFailedWrite, FailedWrites } from '../terminal/failed-writes.ts';
import { Interruption, mostStopMs } from '../terminal/interruption.ts';
import { readReported } from '../terminal/shards-of-one-run.ts';
import { takeFolder } from '../terminal/take-folder.ts';
import { clearLoad, loadFiles, writeLoad } from './load-files.ts';
import { buildReport, certifiesNothing, type LoadEnd, type LoadReport, type Measured, nothingMeasured } from './load-report.ts';
import { loadText, planInWords } from './load-text.ts';
import { type MachineLoad, mergeLoads } from './merge-loads.ts';
import { devicesOf, type Plan } from './plan.ts';
import { runLoad } from './run-load.ts';

/** The options of `load`. */
export interface LoadOptions {
  readonly devices: number;
  /** Requests per second of all devices. */
  readonly rate?: number;
  /** How long the devices send requests, as a duration. */
  readonly for?: string;
  readonly shard?: string;
  readonly report: string;
  /** Paths of the target file must stay inside this folder. */
  readonly root?: string;
  readonly json?: true;
  /** Report folders of all shards, to be merged. */
  readonly merge?: readonly string[];
}

/** How long it may take to connect all devices and to wait for open requests, in ms. */
const besidesMs = 1_800_000;

/**
 * `load TARGET`: sends requests of many devices to a server, and reports how many answers came and when.
 *
 * @param path the target file of a server; by default the embedded reference
 * @returns the exit code
 * @throws WrongUse, InputFileError
 */
export async function load(path: string | undefined, options: LoadOptions): Promise<number> {
  if (options.merge !== undefined) return merge(path, options.merge, options);
  const target = path === undefined ? await embeddedTarget('server') : await loadTarget(path, process.env, options.root);
  const plan = planOf(target, options);
  const { report: folder } = options;
  const screen = screenOf(options);
  const giveUp = new AbortController();
  using _lock = takeFolder(folder);
  using interruption = new Interruption(besidesMs + (plan.forMs ?? 0), (why) => {
    screen.write(`\n${why}: the load ends here; what was measured is reported\n`);
    giveUp.abort();
    setTimeout(() => process.exit(4), mostStopMs).unref();
  });
  clearLoad(folder);
  const { name, version } = suite();
  const file = path === undefined ? embeddedName : undefined;
  const circumstances = { suite: { name, version }, plan, machines: 1, started: new Date() };
  const failedWrites = new FailedWrites();
  let measured = nothingMeasured(plan);
  let described = describeTarget(target, undefined, file);
  await failedWrites.keep(() => writeLoad(folder, buildReport({ ...circumstances, target: described }, measured)));
  screen.write(`${name} ${version}: load on ${described.name}: ${planInWords(plan)}\n`);
  let ending: Omit<LoadEnd, 'finished'> = {};
  let started: StartedTarget | undefined;
  let lost: string | undefined;
  const begunUs = nowUs();
  try {
    started = await startTarget(target, { giveUp: giveUp.signal });
    void started.lost?.then((why) => {
      lost = why;
      giveUp.abort();
    });
    const telling = {
      connected: (devices: number, ms: number): void => {
        screen.write(
          `  connected after ${(ms / 1000).toFixed(1)} s: ${devices} devices, each has subscribed to its response topic\n`,
        );
      },
    };
    measured = concealed(await runLoad(started, plan, telling, giveUp.signal), target);
  } catch (error) {
    ending = endingBy(error, target);
    if (error instanceof NotLetIn) measured = { ...measured, connected: error.connected };
  } finally {
    // Read before the server is stopped: the report says whether it ended by itself.
    if (started !== undefined) {
      if (measured.counts.disconnected > 0) await lateEnd(started);
      described = describeTarget(target, started, file);
    }
    lost ??= (await started?.doubt?.()) ?? standstills.touched(begunUs);
    await started?.stop();
  }
  if (lost !== undefined) ending = { environment: lost };
  const { why } = interruption;
  const report = buildReport({ ...circumstances, target: described }, measured, {
    ...(why === undefined ? ending : { interrupted: why }),
    finished: new Date(),
  });
  return await writeReport(report, options, failedWrites);
}

/** @throws errors of the suite: they are no result of a load */
function endingBy(error: unknown, { secrets }: Target): Omit<LoadEnd, 'finished'> {
  if (error instanceof EnvironmentError) return { environment: conceal(error.message, secrets) };
  if (!(error instanceof NotLetIn)) throw error;
  const { message, refusal } = error;
  if (refusal === undefined) return { refused: conceal(message, secrets) };
  return { environment: conceal(`${message}.\n  ${refusal.words}.`, secrets) };
}

/** @throws WrongUse if the load would exceed the limits of the target file */
function requireWithinLimits(
  { limits: { connections = Number.POSITIVE_INFINITY, requestsPerSecond } = {} }: Target,
  { devices, rate, forMs }: { readonly devices: number; readonly rate: number | undefined; readonly forMs: number | undefined },
): void {
  if (devices > connections)
    throw new WrongUse(`--devices is ${devices}, and the target file allows ${connections} connections (limits.connections)`);
  if (requestsPerSecond === undefined) return;
  const most = requestsPerSecond * devices;
  const limit = `the target file allows each device ${requestsPerSecond} requests a second (limits.requestsPerSecond)`;
  if (rate === undefined && forMs !== undefined)
    throw new WrongUse(`--for without --rate asks as fast as the server answers, and ${limit}: give a --rate of at most ${most}`);
  if (rate !== undefined && rate > most)
    throw new WrongUse(`--rate is ${rate}, and ${limit}: at most ${most} for ${devices} devices`);
}

/** @throws WrongUse */
function planOf(target: Target, { devices, rate, for: text, shard: part }: LoadOptions): Plan {
  if (target.role !== 'server') throw new WrongUse(`${target.file} is the target file of a client; load needs a server`);
  if (target.onlyThese && target.devices.length < devices)
    throw new WrongUse(
      `--devices is ${devices}, and the server knows only the devices of its target file, ${target.devices.length} (onlyThese)`,
    );
  const shard = readShard(part);
  const forMs = readDuration('--for', text, 1);
  requireWithinLimits(target, { devices, rate, forMs });
  const plan: Plan = {
    devices,
    ...(rate === undefined ? {} : { ratePerSecond: rate }),
    ...(forMs === undefined ? {} : { forMs }),
    ...(shard === undefined ? {} : { shard }),
  };
  if (devicesOf(plan).length === 0) throw new WrongUse(`--shard is "${part}", but with ${devices} devices this part has none`);
  return plan;
}

function concealed(measured: Measured, { secrets }: Target): Measured {
  return { ...measured, faults: measured.faults.map((fault) => conceal(fault, secrets)) };
}

/** @throws WrongUse */
async function merge(path: string | undefined, folders: readonly string[], options: LoadOptions): Promise<number> {
  if (path !== undefined) throw new WrongUse(`--merge takes report folders, not a target file: ${path}`);
  const report = mergeLoads(folders.map(readPart));
  using _lock = takeFolder(options.report);
  screenOf(options).write(
    `${report.suite.name} ${report.suite.version}: load on ${report.target.name}: ${planInWords(report.plan)}\n  merged from ${folders.join(', ')}\n`,
  );
  return await writeReport(report, options, new FailedWrites());
}

/** @throws WrongUse */
function readPart(folder: string): MachineLoad {
  const text = readReported('load', folder, 'load.json');
  const [fault] = schemaFaults('load', text);
  if (fault !== undefined) throw new WrongUse(`${folder}/load.json is not a report of a load: ${fault}`);
  return { folder, report: JSON.parse(text) as LoadReport };
}

async function writeReport(report: LoadReport, options: LoadOptions, failedWrites: FailedWrites): Promise<number> {
  const screen = screenOf(options);
  const paint = painterFor(screen, process.env);
  const { report: folder } = options;
  await failedWrites.keep(() => writeLoad(folder, report));
  if (options.json === true) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  screen.write(
    `${loadText(report, paint)}\nreports in ${folder}: ${loadFiles.join(', ')}\n${paint('quiet', certifiesNothing)}\n`,
  );
  if (failedWrites.inWords === undefined) return report.exitCode;
  process.stderr.write(`${failedWrites.inWords}: the reports are incomplete\n`);
  return exitOfFailedWrite;
}

function screenOf({ json }: LoadOptions): NodeJS.WriteStream {
  return json === true ? process.stderr : process.stdout;
}
