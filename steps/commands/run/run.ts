import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { Envelope } from '@cucumber/messages';
import { ServerRun, setSession } from '../../harness/device/server-run.ts';
import { ControlledClock } from '../../harness/implementation/controlled-clock.ts';
import { EnvironmentError } from '../../harness/implementation/errors.ts';
import { startTarget } from '../../harness/implementation/start-target.ts';
import type { StartedTarget, Target } from '../../harness/implementation/target.ts';
import { ClientRunner, setClientRunner } from '../../harness/platform/client-runner.ts';
import { SuiteFault } from '../../harness/text/suite-fault.ts';
import { clearCertificate } from '../../report/certificate/certificate-files.ts';
import { suiteDigest } from '../../report/certificate/suite-digest.ts';
import { Console } from '../../report/console.ts';
import { makeFolder, messageFiles, writeIncomplete, writeReport } from '../../report/report-folder.ts';
import { buildReport, describeTarget, type Run, type SeenTarget } from '../../report/report-json.ts';
import { clearSpecification, specificationFile, writeSpecification } from '../../report/specification/beside-report.ts';
import { featuresDigest, type Requirement, readRequirements, root } from '../../requirements/requirement.ts';
import { type JudgedSet, judgedSet } from '../../requirements/requirement-set.ts';
import { concealEnvelope, evidenceEnvelope, withoutFolder } from '../../verdict/attachment.ts';
import type { LateFinding } from '../../verdict/evidence.ts';
import type { Expectations } from '../../verdict/expectations.ts';
import { type Circumstances, judge } from '../../verdict/judge.ts';
import type { Report, Shard } from '../../verdict/report.ts';
import { Transcript } from '../../verdict/transcript.ts';
import { Interruption } from '../terminal/interruption.ts';
import { invocation } from '../terminal/invocation.ts';
import { MessageFile } from './message-file.ts';
import { readOrder } from './order.ts';
import { Profile } from './profile.ts';
import { embeddedName } from './reference-target.ts';
import { type RunOptions, readDeadline, readDocs, readKey, wholeOf } from './run-options.ts';
import { pathsOf, select } from './selection.ts';
import { placesOf, readShard } from './shard.ts';
import { publish } from './write-reports.ts';

/** How many clients run at once: they wait for the platform most of their time. */
const clientLanes = 4;

/** Each would take the other's answers for its own, and a broker would cut the connection of a device that connects twice. */
const oneAtATime = 'all shards play the same devices: no other one may use this server now, unless each has a server of its own';

/** How long the implementation may take to be ended, in ms: a container engine may answer no more. */
const mostStopMs = 20_000;

/** How long a run may take where nobody says otherwise, in ms: many times what a slow implementation takes. */
const usualDeadlineMs = 1_800_000;

/** A run's place in a series. */
export interface Place {
  /** "run 2 of 5" */
  readonly name: string;
  /** Told the run's report; `cut`: whether it was ended before its end. */
  readonly heard: (report: Report, cut: boolean) => Promise<void>;
}

/** One run on one target, from its first line on the console to its last file. */
export class OneRun {
  readonly #target: Target;
  readonly #options: RunOptions;
  readonly #requirements: readonly Requirement[];
  readonly #set: JudgedSet | undefined;
  readonly #selected: ReadonlySet<string> | undefined;
  readonly #shard: Shard | undefined;
  readonly #order: Report['order'];
  /** The page that explains the requirements, relative to the report. */
  readonly #specification: string;
  readonly #transcript: Transcript;
  readonly #console: Console;
  readonly #command: string;
  readonly #file: string | undefined;
  readonly #started = new Date();
  readonly #deadlineMs: number;
  readonly #key: KeyObject | undefined;
  readonly #expectations: Expectations | undefined;
  readonly #place: Place | undefined;
  readonly #profile: Profile | undefined;
  /** Aborts when nobody waits any more for what is being started. */
  readonly #giveUp = new AbortController();
  #interruption: Interruption | undefined;
  /** Of a run that was interrupted: never settles, since the process ends with it. */
  #ending: Promise<never> | undefined;
  #judged = false;
  #messages: MessageFile | undefined;
  #starting: Promise<StartedTarget> | undefined;
  #implementation: StartedTarget | undefined;
  #runner: ClientRunner | undefined;
  #fault: string | undefined;
  /** The report that was written, for the profile. */
  #measured: Report | undefined;

  constructor(target: Target, path: string | undefined, options: RunOptions, expectations?: Expectations, place?: Place) {
    this.#target = target;
    this.#expectations = expectations;
    this.#place = place;
    this.#profile = options.profile === true ? new Profile() : undefined;
    this.#options = options;
    this.#requirements = readRequirements(target.role);
    this.#set = judgedSet(this.#requirements, target.role);
    this.#shard = readShard(options.shard);
    this.#selected =
      this.#shard === undefined
        ? select(this.#requirements, options)
        : placesOf(this.#requirements, wholeOf(this.#shard, options));
    this.#order = readOrder(options.order);
    this.#specification = options.docs === undefined ? specificationFile : readDocs(options.docs, target.role);
    this.#key = readKey(options, target);
    this.#deadlineMs = readDeadline(options.deadline) ?? target.deadlineMs ?? usualDeadlineMs;
    this.#transcript = new Transcript({ secrets: target.secrets, cwd: root });
    this.#file = path === undefined ? embeddedName : undefined;
    const bounds = options.root === undefined ? [] : ['--root', options.root];
    const many = options.devices === undefined ? [] : ['--devices', options.devices];
    this.#command = [invocation, 'run', ...(path === undefined ? ['--role', target.role] : [path, ...bounds]), ...many].join(' ');
    this.#console = new Console(options.json === true ? process.stderr : process.stdout, {
      command: this.#command,
      specification: options.docs === undefined ? join(options.folder, specificationFile) : this.#specification,
      verbose: options.verbose === true,
      ...(place === undefined ? {} : { run: place.name }),
      ...(expectations === undefined ? {} : { expectations }),
    });
  }

  /** The command that runs the suite on this target again. */
  get command(): string {
    return this.#command;
  }

  get console(): Console {
    return this.#console;
  }

  /** Whether it was ended, or somebody wanted it to end when it had. */
  get interrupted(): boolean {
    return this.#interruption?.why !== undefined;
  }

  /** Says what is judged, on the console and in a report that is incomplete until there is another. */
  announce(...remarks: readonly string[]): void {
    const { folder, docs } = this.#options;
    makeFolder(folder);
    clearCertificate(folder);
    if (docs === undefined) writeSpecification(folder, this.#target.role, this.#requirements);
    else clearSpecification(folder);
    writeIncomplete(folder, this.#describe(), this.#requirements, this.#command, this.#selected);
    this.#console.opening(this.#describe(), this.#requirements.length);
    if (this.#place !== undefined) return;
    const { file, entries, allowed } = this.#expectations ?? {};
    const known = `${entries?.length} expected to fail${allowed === true ? ' and allowed to' : ''}`;
    const shared = this.#shard !== undefined && this.#target.start.kind === 'address';
    for (const remark of [...(file === undefined ? [] : [`${file}: ${known}`]), ...(shared ? [oneAtATime] : []), ...remarks])
      this.#console.note(remark);
  }

  async perform(): Promise<number> {
    // Before the first word: whoever has read it may end the run.
    using interruption = new Interruption(this.#deadlineMs, (why) => this.#interrupt(why));
    this.#interruption = interruption;
    try {
      this.announce();
      if (this.#target.role === 'server') await this.#judgeServer();
      else await this.#judgeClient();
      if (this.#ending !== undefined) return await this.#ending;
      this.#judged = true;
      return await this.#report();
    } catch (error) {
      // What breaks while the run is being ended breaks because of that.
      if (this.#ending !== undefined) return await this.#ending;
      if (error instanceof EnvironmentError) await this.#reportNotStarted(error);
      throw error;
    } finally {
      setSession(undefined);
      setClientRunner(undefined);
      await this.#stop();
      if (this.#measured !== undefined) for (const line of this.#profile?.lines(this.#measured) ?? []) this.#console.note(line);
    }
  }

  async #judgeServer(): Promise<void> {
    const { capabilities, start } = this.#target;
    using clock = capabilities.has('clock') && start.kind !== 'address' ? await ControlledClock.create() : undefined;
    const mount = start.kind === 'container' ? clock?.forContainer().mount : undefined;
    this.#profile?.begin('implementation starts');
    this.#starting = startTarget(this.#target, {
      giveUp: this.#giveUp.signal,
      env: clock === undefined ? {} : (start.kind === 'container' ? clock.forContainer() : clock.forProcess()).env,
      mounts: mount === undefined ? [] : [mount],
      // Nothing else moves while Cucumber is loaded: the implementation is sent on its way first, and gets ready meanwhile.
      onSpawned: () => void import('./cucumber.ts').then(({ loadSentences }) => loadSentences()).catch(() => {}),
    });
    this.#implementation = await this.#starting;
    void this.#implementation.lost?.then((why) => this.#interruption?.happen(why));
    const { devices } = this.#options;
    const serverRun = new ServerRun(this.#implementation, clock, devices === undefined ? {} : { deviceCount: devices });
    setSession(serverRun);
    await serverRun.requireTls();
    await this.#run(1);
    await serverRun.close();
    this.#fault ??= await this.#implementation.doubt?.();
    for (const lateFinding of this.#lateFindings(serverRun)) this.#take(evidenceEnvelope(lateFinding));
  }

  /** Each scenario starts the client itself, several at once. */
  async #judgeClient(): Promise<void> {
    const runner = await ClientRunner.open(this.#target);
    this.#runner = runner;
    setClientRunner(runner);
    if (this.#target.capabilities.has('clock')) this.#fault = await runner.proveClock();
    const waits = this.#requirements.find(({ id }) => id === 'client-no-time-without-answer');
    const waited = waits?.scenarios.some(({ place }) => this.#selected?.has(place) ?? true) === true;
    // What only waits for the client to give up is begun first, and is over when its turn comes.
    if (this.#fault === undefined && waited) runner.beginRefusals();
    if (this.#fault === undefined) await this.#run(clientLanes);
    const [fault] = runner.faults;
    if (fault !== undefined) this.#fault ??= inWords(fault);
    this.#fault ??= runner.changed;
  }

  async #run(lanes: number): Promise<void> {
    this.#profile?.begin('scenarios');
    const { runFeatures } = await import('./cucumber.ts');
    this.#messages = new MessageFile(join(this.#options.folder, messageFiles.messages));
    const total = this.#selected?.size ?? this.#requirements.reduce((sum, { scenarios }) => sum + scenarios.length, 0);
    const owners = new Map(this.#requirements.flatMap((owner) => owner.scenarios.map(({ place }) => [place, owner])));
    let done = 0;
    this.#transcript.onFinished((execution) => {
      done += 1;
      this.#console.finished(execution, owners.get(execution.place), done, total);
    });
    await runFeatures({
      paths: pathsOf(this.#requirements, this.#shard === undefined ? this.#selected : undefined),
      shard: this.#shard,
      failFast: this.#options.failFast === true,
      order: this.#order,
      lanes,
      onMessage: (envelope) => this.#take(envelope),
    });
  }

  /** Ends the implementation, however far it has come. What cannot be ended is told, and changes nothing of what was judged. */
  async #stop(): Promise<void> {
    this.#giveUp.abort(new EnvironmentError('the run was ended before the implementation had started'));
    const started = this.#starting?.then(
      (implementation) => implementation.stop(),
      // Why it did not start is told by whoever waits for it.
      () => {},
    );
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`it has not ended within ${mostStopMs / 1000} s`)), mostStopMs);
    try {
      await Promise.race([Promise.all([started, this.#runner?.close()]), late]);
    } catch (error) {
      this.#console.note(`the implementation could not be ended: ${error instanceof Error ? error.message : String(error)}`);
      // Whatever the suite still waits for must not keep it alive; a run that is interrupted ends the process itself.
      if (this.#ending === undefined) setTimeout(() => process.exit(process.exitCode ?? 4), 1_000).unref();
    } finally {
      clearTimeout(timer);
    }
  }

  /** What the watch saw after the fact, where the requirement concerned was judged in this run. */
  #lateFindings({ ledger }: ServerRun): LateFinding[] {
    const judged = this.#requirements.filter(({ scenarios }) =>
      scenarios.some(({ place }) => this.#selected?.has(place) ?? true),
    );
    // What a shard saw of a requirement of another one is judged when they are merged.
    const ids = new Set((this.#shard === undefined ? judged : this.#requirements).map(({ id }) => id));
    return ledger.lateMistakes
      .filter(({ requirement }) => ids.has(requirement))
      .map(({ requirement, place, expected, received }) => ({
        kind: 'lateFinding',
        requirement,
        scenario: place,
        expected,
        received,
        trace: [],
      }));
  }

  #take(envelope: Envelope): void {
    this.#profile?.take(envelope);
    const safe = concealEnvelope(withoutFolder(envelope, root), this.#target.secrets);
    this.#messages?.write(safe);
    this.#transcript.add(safe);
  }

  async #report(): Promise<number> {
    this.#profile?.begin('reports');
    const { folder, docs, failFast = false, json } = this.#options;
    const judgement = judge(this.#requirements, this.#transcript, {
      ...this.#circumstances(),
      failFast,
      ...(this.#interruption?.why === undefined ? {} : { interrupted: this.#interruption.why }),
      ...(this.#fault === undefined ? {} : { fault: this.#fault }),
    });
    const described = this.#describe();
    const suite = { ...described.suite, digest: suiteDigest() };
    const report = buildReport({ ...described, suite }, judgement, new Date());
    const code = await publish(report, {
      folder,
      command: this.#command,
      console: this.#console,
      messages: this.#messages,
      specified: docs === undefined,
      json: json === true && this.#place === undefined,
      partial: this.#partial(report),
      key: this.#key,
    });
    this.#profile?.begin('implementation ends');
    this.#measured = report;
    await this.#place?.heard(report, this.#ending !== undefined);
    return code;
  }

  /** Why this is not a whole run, as what comes after "because"; undefined where it is one. */
  #partial({ counts }: Report): string | undefined {
    // One that goes well now and then is not certified for the time that it did.
    if (this.#place !== undefined) return 'it is one run of several';
    if (this.#shard !== undefined) return 'it is one shard of several';
    if (this.#selected !== undefined) return 'only a part of the requirements was selected';
    return this.#options.failFast === true && counts.untested > 0 ? '--fail-fast left out what comes after a failure' : undefined;
  }

  /** The report of a run that cannot be made; the first line of the message says what was missing. */
  async #reportNotStarted({ message }: EnvironmentError): Promise<void> {
    const fault = message.split('\n', 1).join('');
    const judgement = judge(this.#requirements, new Transcript(), { ...this.#circumstances(), fault });
    const report = { ...buildReport(this.#describe(), judgement, new Date()), exitCode: 3 };
    writeReport(this.#options.folder, report, this.#command);
    await this.#place?.heard(report, true);
  }

  /** How the run was asked for. */
  #circumstances(): Circumstances {
    return {
      strict: this.#options.strict === true,
      ...(this.#selected === undefined ? {} : { selected: this.#selected }),
      ...(this.#shard === undefined ? {} : { shard: this.#shard }),
      ...(this.#expectations === undefined ? {} : { expectations: this.#expectations }),
    };
  }

  /** Ends the run in an orderly way, with what was measured. */
  #interrupt(why: string): void {
    // There is nothing left to interrupt but the reports.
    if (this.#judged) return;
    // What scenarios find out about an implementation that the suite itself ends says nothing about it.
    this.#transcript.seal();
    this.#console.note(`${why}: the run ends here; what was measured is reported`);
    this.#ending = this.#end();
  }

  async #end(): Promise<never> {
    try {
      await this.#stop();
      await this.#report();
    } finally {
      process.exit(4);
    }
  }

  /** What is told of the implementation: the output of a client, which is started again and again, stands with its scenarios. */
  #seen(): SeenTarget | undefined {
    if (this.#implementation !== undefined || this.#runner === undefined) return this.#implementation;
    const { imageDigest, looseness } = this.#runner;
    return { ...(imageDigest === undefined ? {} : { imageDigest }), looseness, output: () => [], ended: () => undefined };
  }

  #describe(): Run {
    const { name, version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { name: string; version: string };
    return {
      suite: { name, version, featuresDigest: featuresDigest(this.#target.role) },
      ...(this.#set === undefined ? {} : { requirementSet: this.#set }),
      target: describeTarget(this.#target, this.#seen(), this.#file),
      started: this.#started,
      strict: this.#options.strict === true,
      ...(this.#shard === undefined ? {} : { shard: this.#shard }),
      ...(this.#order === undefined ? {} : { order: this.#order }),
      specification: this.#specification,
    };
  }
}

/** What broke beside the scenarios while the suite played the platform: the surroundings, or the suite itself. */
function inWords(fault: unknown): string {
  if (fault instanceof SuiteFault || fault instanceof EnvironmentError) return fault.message;
  return `the suite is at fault: ${fault instanceof Error ? fault.message : inspect(fault)}`;
}
