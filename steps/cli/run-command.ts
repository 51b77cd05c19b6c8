import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Envelope } from '@cucumber/messages';
import type { Charge } from '../evidence.ts';
import { type MovableClock, Session, setSession } from '../harness/session.ts';
import { loadTarget } from '../harness/target/file.ts';
import { startTarget } from '../harness/target/start.ts';
import type { StartedTarget, Target } from '../harness/target/target.ts';
import { featuresDigest, type Requirement, readRequirements, root } from '../requirement.ts';
import { concealEnvelope, evidenceEnvelope } from '../verdict/attachment.ts';
import { Console } from '../verdict/console.ts';
import { judge } from '../verdict/judge.ts';
import { messageFiles, writeIncomplete, writeReport } from '../verdict/report-folder.ts';
import { buildReport, describeTarget, type Run, reportJson } from '../verdict/report-json.ts';
import { Transcript } from '../verdict/transcript.ts';
import { embeddedName, embeddedTarget } from './embedded.ts';
import { MessageFile } from './message-file.ts';
import { pathsOf, select } from './selection.ts';

/** What `run` was told. */
export interface RunOptions {
  readonly only?: readonly string[];
  readonly tags?: string;
  readonly strict?: true;
  readonly folder: string;
  readonly json?: true;
  readonly verbose?: true;
  readonly failFast?: true;
}

/**
 * `run TARGET`: starts the implementation, runs the features, judges, reports.
 *
 * @param path the target file; without it the embedded reference server is judged
 * @returns the exit code
 * @throws WrongUse, TargetFileError, EnvironmentError, FeatureError
 */
export async function runCommand(path: string | undefined, options: RunOptions): Promise<number> {
  const target = path === undefined ? await embeddedTarget('server') : await loadTarget(path);
  const run = new OneRun(target, path, options);
  return run.perform();
}

/** One run on one target, from its first line on the console to its last file. */
class OneRun {
  readonly #target: Target;
  readonly #options: RunOptions;
  readonly #requirements: readonly Requirement[];
  readonly #selected: ReadonlySet<string> | undefined;
  readonly #transcript: Transcript;
  readonly #console: Console;
  readonly #command: string;
  readonly #file: string | undefined;
  readonly #started = new Date();
  #messages: MessageFile | undefined;
  #implementation: StartedTarget | undefined;
  #interrupted: string | undefined;

  constructor(target: Target, path: string | undefined, options: RunOptions) {
    this.#target = target;
    this.#options = options;
    this.#requirements = readRequirements(target.role);
    this.#selected = select(this.#requirements, options);
    this.#transcript = new Transcript({ secrets: target.secrets });
    this.#file = path === undefined ? embeddedName : undefined;
    const program = import.meta.url.endsWith('.ts') ? 'npm run -s conformance --' : 'npx iot-ntp-conformance';
    this.#command = [program, 'run', ...(path === undefined ? [] : [path])].join(' ');
    this.#console = new Console(options.json === true ? process.stderr : process.stdout, {
      command: this.#command,
      verbose: options.verbose === true,
    });
  }

  async perform(): Promise<number> {
    const { folder } = this.#options;
    mkdirSync(folder, { recursive: true });
    writeIncomplete(folder, this.#describe(), this.#requirements, this.#command, this.#selected);
    this.#console.opening(this.#describe(), this.#requirements.length);
    const stopListening = this.#listenForSignals();
    try {
      const cucumber = import('./run.ts');
      this.#implementation = await startTarget(this.#target);
      await this.#judgeOnTheWire((await cucumber).runFeatures);
      return await this.#report();
    } finally {
      stopListening();
      setSession(undefined);
      await this.#implementation?.stop();
    }
  }

  async #judgeOnTheWire(runFeatures: typeof import('./run.ts').runFeatures): Promise<void> {
    if (this.#implementation === undefined) throw new Error('nothing was started');
    this.#messages = new MessageFile(join(this.#options.folder, messageFiles.messages));
    const clock: MovableClock | undefined = undefined;
    const session = new Session(this.#implementation, clock);
    setSession(session);
    const total = this.#selected?.size ?? this.#requirements.reduce((sum, { situations }) => sum + situations.length, 0);
    let done = 0;
    this.#transcript.onFinished((execution) => {
      done += 1;
      const owner = this.#requirements.find(({ situations }) => situations.some(({ place }) => place === execution.place));
      this.#console.finished(execution, owner, done, total);
    });
    await runFeatures({
      paths: pathsOf(this.#requirements, this.#selected),
      failFast: this.#options.failFast === true,
      onMessage: (envelope) => this.#take(envelope),
    });
    await session.close();
    for (const charge of this.#charges(session)) this.#take(evidenceEnvelope(charge));
  }

  /** What the watch saw after the fact, where the requirement concerned was judged in this run. */
  #charges({ watch }: Session): Charge[] {
    const judged = this.#requirements.filter(({ situations }) =>
      situations.some(({ place }) => this.#selected?.has(place) ?? true),
    );
    const ids = new Set(judged.map(({ id }) => id));
    return watch.sightings
      .filter(({ requirement }) => ids.has(requirement))
      .map(({ requirement, place, expected, received }) => ({
        kind: 'charge',
        requirement,
        scenario: place,
        expected,
        received,
        wire: [],
      }));
  }

  #take(envelope: Envelope): void {
    const safe = concealEnvelope(envelope, this.#target.secrets);
    this.#messages?.write(safe);
    this.#transcript.add(safe);
  }

  async #report(): Promise<number> {
    const { folder, strict = false, failFast = false, json } = this.#options;
    const judgement = judge(this.#requirements, this.#transcript, {
      strict,
      failFast,
      ...(this.#selected === undefined ? {} : { selected: this.#selected }),
      ...(this.#interrupted === undefined ? {} : { interrupted: this.#interrupted }),
    });
    const report = buildReport(this.#describe(), judgement, new Date());
    const files = [...writeReport(folder, report, this.#command)];
    if (this.#messages !== undefined) {
      this.#messages.close();
      const html = join(folder, messageFiles.html);
      await this.#messages.toHtml(html);
      files.push(html, this.#messages.path);
    }
    if (json === true) process.stdout.write(reportJson(report));
    this.#console.closing(report, files);
    return report.exitCode;
  }

  /** The first signal ends the run in an orderly way, with what was measured; the second one ends it at once. */
  #listenForSignals(): () => void {
    const listener = (signal: NodeJS.Signals): void => {
      if (this.#interrupted !== undefined) process.exit(4);
      this.#interrupted = signal;
      // What situations find out about an implementation that the suite itself ends says nothing about it.
      this.#transcript.seal();
      this.#console.note(`${signal}: the run ends here; what was measured is reported`);
      void this.#end();
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, listener);
    return () => {
      for (const signal of signals) process.off(signal, listener);
    };
  }

  async #end(): Promise<never> {
    try {
      await this.#implementation?.stop();
      await this.#report();
    } finally {
      process.exit(4);
    }
  }

  #describe(): Run {
    const { name, version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { name: string; version: string };
    return {
      suite: { name, version, featuresDigest: featuresDigest(this.#target.role) },
      target: describeTarget(this.#target, this.#implementation, this.#file),
      started: this.#started,
      strict: this.#options.strict === true,
    };
  }
}
