import { LONGEST_MS, parseDuration } from '../../harness/implementation/duration.ts';
import type { Target } from '../../harness/implementation/target.ts';
import { loadTarget } from '../../harness/implementation/target-file.ts';
import { counted } from '../../harness/text/counted.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { lockFolder } from '../../report/folder-lock.ts';
import { painterFor } from '../../report/paint.ts';
import { describeTarget } from '../../report/report-json.ts';
import { featuresDigest, readRequirements, suite } from '../../requirements/requirement.ts';
import { loadSentences } from '../../support/sentences.ts';
import type { Report } from '../../verdict/report.ts';
import { exitOfFailedWrite, FailedWrites } from '../terminal/failed-writes.ts';
import { Interruption } from '../terminal/interruption.ts';
import { suiteCommand } from '../terminal/suite-command.ts';
import { clearInterop, interopFiles, writeInterop } from './interop-files.ts';
import type { InteropReport, PairResult } from './interop-report.ts';
import { certifiesNothing, conclusionText, pairText } from './interop-text.ts';
import { conclude } from './interop-verdict.ts';
import { tryPair } from './pair-trial.ts';
import { matchOf } from './pairing.ts';

/** What `interop` was told. */
export interface InteropOptions {
  /** How often each client is started with each type that it offers. */
  readonly starts: number;
  readonly report: string;
  /** The folder that no path of a target file leads out of. */
  readonly root?: string;
  readonly json?: true;
  readonly verbose?: true;
  /** How long all of it may take, as a duration. */
  readonly deadline?: string;
}

/** How long all pairs may take together where nobody says otherwise, in ms. */
const usualDeadlineMs = 1_800_000;

/** How long a pair that is under way when the run is interrupted may take to be ended, in ms: a container engine may answer no more. */
const mostStopMs = 20_000;

/**
 * `interop TARGET…`: puts each client in front of each server, with a recording link between them, and judges what both put on the wire.
 *
 * @param paths target files, of servers and clients in any order
 * @returns the exit code
 * @throws WrongUse, InputFileError, FeatureError
 */
export async function interop(paths: readonly string[], options: InteropOptions): Promise<number> {
  const targets: Target[] = [];
  for (const path of paths) targets.push(await loadTarget(path, process.env, options.root));
  const servers = targets.filter(({ role }) => role === 'server');
  const clients = targets.filter(({ role }) => role === 'client');
  if (servers.length === 0 || clients.length === 0) {
    const missing = servers.length === 0 ? 'server' : 'client';
    throw new WrongUse(`interop needs target files of servers and of clients; among these is none with role: ${missing}`);
  }
  requireOne(servers, clients);
  return new Matrix(servers, clients, paths, options).perform();
}

/** @throws WrongUse where no client can be put in front of any server */
function requireOne(servers: readonly Target[], clients: readonly Target[]): void {
  const matches = servers.flatMap((server) => clients.map((client) => matchOf(server, client)));
  const reasons = matches.flatMap((match) => ('inapplicable' in match ? [match.inapplicable] : []));
  if (reasons.length === matches.length) throw new WrongUse([...new Set(reasons)].join('\n'));
}

class Matrix {
  readonly #servers: readonly Target[];
  readonly #clients: readonly Target[];
  readonly #options: InteropOptions;
  readonly #command: string;
  readonly #deadlineMs: number;
  readonly #started = new Date();
  readonly #described: { readonly server: Report['target'][]; readonly client: Report['target'][] };
  readonly #pairs: PairResult[] = [];
  readonly #giveUp = new AbortController();
  /** How many pairs could not be started. */
  #notStarted = 0;

  constructor(servers: readonly Target[], clients: readonly Target[], paths: readonly string[], options: InteropOptions) {
    this.#servers = servers;
    this.#clients = clients;
    this.#options = options;
    const { starts, root: bounds, deadline } = options;
    const flags = ['--starts', starts, ...(bounds === undefined ? [] : ['--root', bounds])];
    this.#command = [suiteCommand, 'interop', ...paths, ...flags].join(' ');
    this.#deadlineMs = deadlineOf(deadline);
    const describe = (target: Target): Report['target'] => describeTarget(target);
    this.#described = { server: servers.map(describe), client: clients.map(describe) };
  }

  async perform(): Promise<number> {
    const { report: folder, json, verbose = false, starts } = this.#options;
    const screen = json === true ? process.stderr : process.stdout;
    const paint = painterFor(screen, process.env);
    using _lock = lockFolder(folder);
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
        screen.write(`\n${pairText(this.#report(), pair, { paint, command: this.#command, verbose })}\n`);
      }
    }
    const report = this.#report(new Date(), interruption.why);
    await failedWrites.keep(() => writeInterop(folder, report));
    if (json === true) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    screen.write(`\nreports in ${folder}: ${interopFiles.join(', ')}\n${paint('quiet', certifiesNothing)}\n`);
    screen.write(`${conclusionText(report, paint)}\n`);
    if (failedWrites.inWords !== undefined) {
      process.stderr.write(`${failedWrites.inWords}: the reports are not whole\n`);
      return exitOfFailedWrite;
    }
    return report.exitCode;
  }

  #report(finished?: Date, interrupted?: string): InteropReport {
    const started = this.#started;
    const concluded =
      finished === undefined
        ? ({ verdict: 'incomplete', exitCode: 4, because: 'the run did not come to its end' } as const)
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

/** @throws WrongUse */
function deadlineOf(text: string | undefined): number {
  if (text === undefined) return usualDeadlineMs;
  const ms = parseDuration(text);
  if (ms === undefined || ms > LONGEST_MS) throw new WrongUse(`--deadline is "${text}"; expected a duration such as 90s or 10m`);
  return ms;
}
