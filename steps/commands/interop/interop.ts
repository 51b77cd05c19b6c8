import type { Target } from '../../harness/implementation/target.ts';
import { loadTarget } from '../../harness/implementation/target-file.ts';
import { counted } from '../../harness/text/counted.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { painterFor } from '../../report/paint.ts';
import { describeTarget } from '../../report/report-json.ts';
import { featuresDigest, readRequirements, suite } from '../../requirements/requirement.ts';
import { loadSentences } from '../../support/sentences.ts';
import type { Report } from '../../verdict/report.ts';
import { readDuration } from '../terminal/duration-flag.ts';
import { exitOfFailedWrite, FailedWrites } from '../terminal/failed-writes.ts';
import { Interruption, mostStopMs } from '../terminal/interruption.ts';
import { suiteCommand } from '../terminal/suite-command.ts';
import { takeFolder } from '../terminal/take-folder.ts';
import { joinWords } from '../terminal/word-list.ts';
import { clearInterop, interopFiles, writeInterop } from './interop-files.ts';
import type { InteropReport, PairResult } from './interop-report.ts';
import { certifiesNothing, conclusionText, pairText } from './interop-text.ts';
import { conclude } from './interop-verdict.ts';
import { tryPair } from './pair-trial.ts';
import { matchOf } from './pairing.ts';

/** The options of `interop`. */
export interface InteropOptions {
  /** How often each client is started with each timestamp type that it supports. */
  readonly starts: number;
  readonly report: string;
  /** Paths of the target files must stay inside this folder. */
  readonly root?: string;
  readonly json?: true;
  readonly verbose?: true;
  /** The deadline of the run, as a duration. */
  readonly deadline?: string;
}

/** The default deadline of all pairs together, in ms. */
const usualDeadlineMs = 1_800_000;

/**
 * `interop TARGET…`: connects each client to each server through a recording link, and judges the messages of both.
 *
 * @param paths target files, of servers and clients in any order
 * @returns the exit code
 * @throws WrongUse, InputFileError, FeatureError
 */
export async function interop(paths: readonly string[], options: InteropOptions): Promise<number> {
  const loaded = new Map<Target, string>();
  for (const path of paths) loaded.set(await loadTarget(path, process.env, options.root), path);
  const targets = [...loaded.keys()];
  const servers = targets.filter(({ role }) => role === 'server');
  const clients = targets.filter(({ role }) => role === 'client');
  if (servers.length === 0 || clients.length === 0) {
    const missing = servers.length === 0 ? 'server' : 'client';
    throw new WrongUse(`interop needs target files of servers and of clients; none of these has role: ${missing}`);
  }
  requireOne(servers, clients);
  return new Matrix(servers, clients, loaded, options).perform();
}

/** @throws WrongUse if no client can be connected to any server */
function requireOne(servers: readonly Target[], clients: readonly Target[]): void {
  const matches = servers.flatMap((server) => clients.map((client) => matchOf(server, client)));
  const reasons = matches.flatMap((match) => ('inapplicable' in match ? [match.inapplicable] : []));
  if (reasons.length === matches.length) throw new WrongUse([...new Set(reasons)].join('\n'));
}

class Matrix {
  readonly #servers: readonly Target[];
  readonly #clients: readonly Target[];
  readonly #options: InteropOptions;
  /** The arguments that named the targets. */
  readonly #paths: ReadonlyMap<Target, string>;
  readonly #deadlineMs: number;
  readonly #started = new Date();
  readonly #described: { readonly server: Report['target'][]; readonly client: Report['target'][] };
  readonly #pairs: PairResult[] = [];
  readonly #giveUp = new AbortController();
  /** How many pairs could not be started. */
  #notStarted = 0;

  constructor(
    servers: readonly Target[],
    clients: readonly Target[],
    paths: ReadonlyMap<Target, string>,
    options: InteropOptions,
  ) {
    this.#servers = servers;
    this.#clients = clients;
    this.#paths = paths;
    this.#options = options;
    this.#deadlineMs = readDuration('--deadline', options.deadline) ?? usualDeadlineMs;
    const describe = (target: Target): Report['target'] => describeTarget(target);
    this.#described = { server: servers.map(describe), client: clients.map(describe) };
  }

  async perform(): Promise<number> {
    const { report: folder, json, verbose = false, starts } = this.#options;
    const screen = json === true ? process.stderr : process.stdout;
    const paint = painterFor(screen, process.env);
    using _lock = takeFolder(folder);
    using interruption = new Interruption(this.#deadlineMs, () => {
      this.#giveUp.abort();
      setTimeout(() => process.exit(4), mostStopMs).unref();
    });
    clearInterop(folder);
    const failedWrites = new FailedWrites();
    await failedWrites.keep(() => writeInterop(folder, this.#report()));
    const { name, version } = suite();
    screen.write(
      `${name} ${version}: interop of ${counted(this.#servers.length, 'server')} and ${counted(this.#clients.length, 'client')}\n`,
    );
    const requirements = readRequirements();
    const setting = { starts, requirements, say: loadSentences, giveUp: this.#giveUp.signal };
    for (const [row, server] of this.#servers.entries()) {
      for (const [column, client] of this.#clients.entries()) {
        const begun = performance.now();
        const performed = await tryPair({ server, client }, setting);
        const durationMs = Math.round(performance.now() - begun);
        const pair: PairResult = { ...performed.pair, server: row, client: column, durationMs };
        this.#pairs.push(pair);
        if (performed.environment === true) this.#notStarted += 1;
        if (performed.server !== undefined) this.#described.server[row] = performed.server;
        if (performed.client !== undefined) this.#described.client[column] = performed.client;
        const report = this.#report();
        await failedWrites.keep(() => writeInterop(folder, report));
        screen.write(`\n${pairText(report, pair, { paint, command: this.#commandFor(server, client), verbose })}\n`);
      }
    }
    const report = this.#report(new Date(), interruption.why);
    await failedWrites.keep(() => writeInterop(folder, report));
    if (json === true) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    screen.write(`\nreports in ${folder}: ${interopFiles.join(', ')}\n${paint('quiet', certifiesNothing)}\n`);
    screen.write(`${conclusionText(report, paint)}\n`);
    if (failedWrites.inWords !== undefined) {
      process.stderr.write(`${failedWrites.inWords}: the reports are incomplete\n`);
      return exitOfFailedWrite;
    }
    return report.exitCode;
  }

  #progress(): string {
    return `${this.#pairs.length} of ${counted(this.#servers.length * this.#clients.length, 'pair')} were tried`;
  }

  /** The command that repeats one pair. */
  #commandFor(server: Target, client: Target): string {
    const { starts, root: bounds } = this.#options;
    const targets = [server, client].map((target) => this.#paths.get(target) ?? target.file);
    const flags = ['--starts', String(starts), ...(bounds === undefined ? [] : ['--root', bounds])];
    return `${suiteCommand} interop ${joinWords([...targets, ...flags])}`;
  }

  #report(finished?: Date, interrupted?: string): InteropReport {
    const started = this.#started;
    const concluded =
      finished === undefined
        ? ({ verdict: 'incomplete', exitCode: 4, because: `the run did not finish: ${this.#progress()}` } as const)
        : conclude(this.#pairs, { notStarted: this.#notStarted, interrupted: interrupted !== undefined });
    const because =
      interrupted === undefined ? concluded.because : `the run was interrupted (${interrupted}): ${concluded.because}`;
    return {
      $schema: 'https://iot-ntp-conformance.invalid/schemas/interop.schema.json',
      ...concluded,
      because,
      certifies: false,
      suite: { ...suite(), featuresDigest: featuresDigest() },
      servers: this.#described.server,
      clients: this.#described.client,
      pairs: this.#pairs,
      started: started.toISOString(),
      ...(finished === undefined ? {} : { finished: finished.toISOString() }),
      durationMs: finished === undefined ? 0 : Math.max(0, finished.getTime() - started.getTime()),
      environment: { node: process.version, platform: process.platform, arch: process.arch },
    };
  }
}
