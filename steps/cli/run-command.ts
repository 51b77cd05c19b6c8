import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { Envelope } from '@cucumber/messages';
import type { Charge } from '../evidence.ts';
import { ControlledClock } from '../harness/clock.ts';
import { Session, setSession } from '../harness/session.ts';
import { Stage, setStage } from '../harness/stage.ts';
import { SuiteFault } from '../harness/suite-fault.ts';
import { EnvironmentError } from '../harness/target/errors.ts';
import { loadTarget } from '../harness/target/file.ts';
import { startTarget } from '../harness/target/start.ts';
import type { Role, StartedTarget, Target } from '../harness/target/target.ts';
import { featuresDigest, type Requirement, readRequirements, root } from '../requirement.ts';
import { type JudgedSet, judgedSet } from '../requirement-set.ts';
import { concealEnvelope, evidenceEnvelope } from '../verdict/attachment.ts';
import { Console } from '../verdict/console.ts';
import { judge } from '../verdict/judge.ts';
import type { Report } from '../verdict/report.ts';
import { clearReport, messageFiles, writeIncomplete, writeReport } from '../verdict/report-folder.ts';
import { buildReport, describeTarget, type Run, reportJson, type SeenTarget } from '../verdict/report-json.ts';
import { Transcript } from '../verdict/transcript.ts';
import { embeddedName, embeddedTarget } from './embedded.ts';
import { MessageFile } from './message-file.ts';
import { readOrder } from './order.ts';
import { pathsOf, select } from './selection.ts';
import { WrongUse } from './wrong-use.ts';

/** How many clients run at once: they wait for the platform most of their time. */
const clientLanes = 4;

/** What `run` was told. */
export interface RunOptions {
  /** Which of the embedded references. */
  readonly role?: Role;
  readonly only?: readonly string[];
  readonly tags?: string;
  readonly strict?: true;
  readonly folder: string;
  readonly json?: true;
  readonly verbose?: true;
  readonly failFast?: true;
  /** `defined`, `random` or `random:SEED`, as it was written. */
  readonly order?: string;
}

/**
 * `run TARGET`: starts the implementation, runs the features, judges, reports.
 *
 * @param path the target file; without it the embedded references are judged, one after the other
 * @returns the exit code; of several runs the first one that is not 0
 * @throws WrongUse, TargetFileError, EnvironmentError, FeatureError
 */
export async function runCommand(path: string | undefined, options: RunOptions): Promise<number> {
  if (path !== undefined) {
    if (options.role !== undefined)
      throw new WrongUse('--role is for the embedded references; a target file says its role itself');
    return new OneRun(await loadTarget(path), path, options).perform();
  }
  const roles = embeddedRoles(options);
  if (roles.length > 1 && options.json === true)
    throw new WrongUse('--json prints one report: name a target, or one of the embedded references by --role');
  // Each role has a folder of its own; a report beside them would be an earlier run's.
  if (roles.length > 1) clearReport(options.folder);
  const codes: number[] = [];
  for (const role of roles) {
    const folder = roles.length === 1 ? options.folder : join(options.folder, role);
    codes.push(await new OneRun(await embeddedTarget(role), undefined, { ...options, folder }).perform());
  }
  return codes.find((code) => code !== 0) ?? 0;
}

/** The roles of the embedded references that are meant. */
function embeddedRoles({ role, only }: RunOptions): Role[] {
  if (role !== undefined) return [role];
  const both = ['server', 'client'] as const;
  const named = both.filter((candidate) => only?.some((id) => id.replace(/^@/, '').startsWith(`${candidate}-`)));
  return named.length === 1 ? [...named] : [...both];
}

/** One run on one target, from its first line on the console to its last file. */
class OneRun {
  readonly #target: Target;
  readonly #options: RunOptions;
  readonly #requirements: readonly Requirement[];
  readonly #set: JudgedSet | undefined;
  readonly #selected: ReadonlySet<string> | undefined;
  readonly #order: Report['order'];
  readonly #transcript: Transcript;
  readonly #console: Console;
  readonly #command: string;
  readonly #file: string | undefined;
  readonly #started = new Date();
  #messages: MessageFile | undefined;
  #implementation: StartedTarget | undefined;
  #stage: Stage | undefined;
  #fault: string | undefined;
  #interrupted: string | undefined;

  constructor(target: Target, path: string | undefined, options: RunOptions) {
    this.#target = target;
    this.#options = options;
    this.#requirements = readRequirements(target.role);
    this.#set = judgedSet(this.#requirements, target.role);
    this.#selected = select(this.#requirements, options);
    this.#order = readOrder(options.order);
    this.#transcript = new Transcript({ secrets: target.secrets, cwd: root });
    this.#file = path === undefined ? embeddedName : undefined;
    const program = import.meta.url.endsWith('.ts') ? 'npm run -s conformance --' : 'npx iot-ntp-conformance';
    this.#command = [program, 'run', ...(path === undefined ? ['--role', target.role] : [path])].join(' ');
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
      if (this.#target.role === 'server') await this.#judgeServer();
      else await this.#judgeClient();
      return await this.#report();
    } catch (error) {
      if (error instanceof EnvironmentError) this.#reportNotStarted(error);
      throw error;
    } finally {
      stopListening();
      setSession(undefined);
      setStage(undefined);
      await this.#stop();
    }
  }

  async #judgeServer(): Promise<void> {
    const { capabilities, start } = this.#target;
    using clock = capabilities.has('clock') && start.kind !== 'address' ? await ControlledClock.create() : undefined;
    const mount = start.kind === 'container' ? clock?.forContainer().mount : undefined;
    this.#implementation = await startTarget(this.#target, {
      env: clock === undefined ? {} : (start.kind === 'container' ? clock.forContainer() : clock.forProcess()).env,
      mounts: mount === undefined ? [] : [mount],
      // Nothing else moves while Cucumber is loaded: the implementation is sent on its way first, and gets ready meanwhile.
      onSpawned: () => void import('./run.ts').catch(() => {}),
    });
    const session = new Session(this.#implementation, clock);
    setSession(session);
    await session.requireTls();
    await this.#run(1);
    await session.close();
    for (const charge of this.#charges(session)) this.#take(evidenceEnvelope(charge));
  }

  /** Each situation starts the client itself, several at once. */
  async #judgeClient(): Promise<void> {
    const stage = await Stage.open(this.#target);
    this.#stage = stage;
    setStage(stage);
    if (this.#target.capabilities.has('clock')) this.#fault = await stage.proveClock();
    const waits = this.#requirements.find(({ id }) => id === 'client-no-time-without-answer');
    const waited = waits?.situations.some(({ place }) => this.#selected?.has(place) ?? true) === true;
    // What only waits for the client to give up is begun first, and is over when its turn comes.
    if (this.#fault === undefined && waited) stage.beginRefusals();
    if (this.#fault === undefined) await this.#run(clientLanes);
    const [fault] = stage.faults;
    if (fault !== undefined) this.#fault ??= inWords(fault);
    this.#fault ??= stage.changed;
  }

  async #run(lanes: number): Promise<void> {
    const { runFeatures } = await import('./run.ts');
    this.#messages = new MessageFile(join(this.#options.folder, messageFiles.messages));
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
      order: this.#order,
      lanes,
      onMessage: (envelope) => this.#take(envelope),
    });
  }

  async #stop(): Promise<void> {
    await Promise.all([this.#implementation?.stop(), this.#stage?.close()]);
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
      ...(this.#fault === undefined ? {} : { fault: this.#fault }),
    });
    const report = buildReport(this.#describe(), judgement, new Date());
    const files = [...writeReport(folder, report, this.#command)];
    if (this.#messages !== undefined) {
      this.#messages.close();
      const html = join(folder, messageFiles.html);
      await this.#messages.toHtml(html, report);
      files.push(html, this.#messages.path);
    }
    if (json === true) process.stdout.write(reportJson(report));
    this.#console.closing(report, files);
    return report.exitCode;
  }

  /** The report of a run that cannot be made; the first line of the message says what was missing. */
  #reportNotStarted({ message }: EnvironmentError): void {
    const fault = message.split('\n', 1).join('');
    const circumstances = { strict: this.#options.strict === true, fault };
    const judgement = judge(
      this.#requirements,
      new Transcript(),
      this.#selected === undefined ? circumstances : { ...circumstances, selected: this.#selected },
    );
    writeReport(this.#options.folder, buildReport(this.#describe(), judgement, new Date()), this.#command);
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
      await this.#stop();
      await this.#report();
    } finally {
      process.exit(4);
    }
  }

  /** What is told of the implementation: the output of a client, which is started again and again, stands with its situations. */
  #seen(): SeenTarget | undefined {
    const digest = this.#stage?.imageDigest;
    return (
      this.#implementation ??
      (digest === undefined ? undefined : { imageDigest: digest, output: () => [], ended: () => undefined })
    );
  }

  #describe(): Run {
    const { name, version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { name: string; version: string };
    return {
      suite: { name, version, featuresDigest: featuresDigest(this.#target.role) },
      ...(this.#set === undefined ? {} : { requirementSet: this.#set }),
      target: describeTarget(this.#target, this.#seen(), this.#file),
      started: this.#started,
      strict: this.#options.strict === true,
      ...(this.#order === undefined ? {} : { order: this.#order }),
    };
  }
}

/** What the suite itself broke by while it played the platform. */
function inWords(fault: unknown): string {
  if (fault instanceof SuiteFault) return fault.message;
  return `the suite is at fault: ${fault instanceof Error ? fault.message : inspect(fault)}`;
}
