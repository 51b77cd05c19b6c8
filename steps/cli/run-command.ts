import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { Envelope } from '@cucumber/messages';
import { clearCertificate } from '../certificate/files.ts';
import { suiteDigest } from '../certificate/suite-digest.ts';
import { clearSpecification, hostedPage, specificationFile, writeSpecification } from '../docs/beside-report.ts';
import type { Charge } from '../evidence.ts';
import { ControlledClock } from '../harness/clock.ts';
import { Session, setSession } from '../harness/session.ts';
import { Stage, setStage } from '../harness/stage.ts';
import { SuiteFault } from '../harness/suite-fault.ts';
import { LONGEST_MS, parseDuration } from '../harness/target/duration.ts';
import { EnvironmentError } from '../harness/target/errors.ts';
import { loadTarget } from '../harness/target/file.ts';
import { startTarget } from '../harness/target/start.ts';
import type { Role, StartedTarget, Target } from '../harness/target/target.ts';
import { featuresDigest, type Requirement, readRequirements, root } from '../requirement.ts';
import { type JudgedSet, judgedSet } from '../requirement-set.ts';
import { concealEnvelope, evidenceEnvelope, withoutFolder } from '../verdict/attachment.ts';
import { Console } from '../verdict/console.ts';
import type { Expectations } from '../verdict/expectations.ts';
import { type Circumstances, judge } from '../verdict/judge.ts';
import type { Report, Shard } from '../verdict/report.ts';
import { clearReport, makeFolder, messageFiles, writeIncomplete, writeReport } from '../verdict/report-folder.ts';
import { buildReport, describeTarget, type Run, type SeenTarget } from '../verdict/report-json.ts';
import { Transcript } from '../verdict/transcript.ts';
import { embeddedName, embeddedTarget } from './embedded.ts';
import { expectationsPath, loadExpectations } from './expectations-file.ts';
import { Interruption } from './interruption.ts';
import { invocation } from './invocation.ts';
import { exitOfLoss } from './losses.ts';
import { MessageFile } from './message-file.ts';
import { readOrder } from './order.ts';
import { Profile } from './profile.ts';
import { publish } from './publication.ts';
import { folderName, Repetition } from './repetition.ts';
import { pathsOf, select } from './selection.ts';
import { placesOf, readShard } from './shard.ts';
import { readSigningKey } from './signing-key.ts';
import { WrongUse } from './wrong-use.ts';

/** How many clients run at once: they wait for the platform most of their time. */
const clientLanes = 4;

/** How long a run may take where nobody says otherwise, in ms: many times what a slow implementation takes. */
const usualDeadlineMs = 1_800_000;

/** Each would take the other's answers for its own, and a broker would cut the connection of a device that connects twice. */
const oneAtATime = 'all shards play the same devices: no other one may use this server now, unless each has a server of its own';

/** How long the implementation may take to be ended, in ms: a container engine may answer no more. */
const mostStopMs = 20_000;

/** What `run` was told. */
export interface RunOptions {
  /** Which of the embedded references. */
  readonly role?: Role;
  readonly only?: readonly string[];
  readonly tags?: string;
  /** Which part of the situations is run, as it was written: 2/5. */
  readonly shard?: string;
  /** How many devices ask a server at the same moment; 200 when absent. */
  readonly devices?: number;
  /** The folder that no path of the target file leads out of. */
  readonly root?: string;
  readonly strict?: true;
  readonly folder: string;
  readonly json?: true;
  readonly verbose?: true;
  readonly failFast?: true;
  /** `defined`, `random` or `random:SEED`, as it was written. */
  readonly order?: string;
  /** How long the run may take, as a duration; stronger than the target file's. */
  readonly deadline?: string;
  /** The file of the private key that the certificate is signed by. */
  readonly sign?: string;
  /** Where the specification's site is offered, as a URL; reports lead to a page beside them when absent. */
  readonly docs?: string;
  /** The file of expectations; the one beside the target file when absent. */
  readonly expectations?: string;
  readonly allowExpected?: true;
  /** Prints where the time went. */
  readonly profile?: true;
  /** How many whole runs are made and judged together. */
  readonly repeat?: number;
  /** The time at which expectations are judged; now when absent. */
  readonly now?: Date;
}

/** A run's place in a series. */
interface Place {
  /** "run 2 of 5" */
  readonly name: string;
  /** Told the run's report; `cut` as in {@link Repetition.take}. */
  readonly heard: (report: Report, cut: boolean) => Promise<void>;
}

/**
 * `run TARGET`: starts the implementation, runs the features, judges, reports.
 *
 * @param path the target file; without it the embedded references are judged, one after the other
 * @returns the exit code; of several runs the first one that is not 0
 * @throws WrongUse, InputFileError, EnvironmentError, FeatureError
 */
export async function runCommand(path: string | undefined, options: RunOptions): Promise<number> {
  if (path !== undefined) {
    if (options.role !== undefined)
      throw new WrongUse('--role is for the embedded references; a target file says its role itself');
    return judgeTarget(await loadTarget(path, process.env, options.root), path, options);
  }
  const roles = embeddedRoles(options);
  if (roles.length > 1 && options.json === true)
    throw new WrongUse('--json prints one report: name a target, or one of the embedded references by --role');
  // Each role has a folder of its own; a report beside them would be an earlier run's.
  if (roles.length > 1) {
    clearReport(options.folder);
    clearSpecification(options.folder);
    clearCertificate(options.folder);
  }
  const codes: number[] = [];
  for (const role of roles) {
    const folder = roles.length === 1 ? options.folder : join(options.folder, role);
    codes.push(await judgeTarget(await embeddedTarget(role), undefined, { ...options, folder }));
  }
  return codes.find((code) => code !== 0) ?? 0;
}

/** Judges a target by one run, or by several. */
async function judgeTarget(target: Target, path: string | undefined, options: RunOptions): Promise<number> {
  const expectations = await readExpectations(target, path, options);
  const { repeat = 1, folder } = options;
  if (repeat === 1) return new OneRun(target, path, options, expectations).perform();
  if (options.sign !== undefined) throw new WrongUse('--sign signs the certificate of one run: leave out --repeat');

  // By --order random each run has an order of its own.
  const { order, ...common } = options;
  const whole = new OneRun(target, path, order === 'random' ? common : options, expectations);
  whole.announce(`${repeat} runs, each with a folder of its own in ${folder}`);
  const repetition = new Repetition({
    asked: repeat,
    folder,
    ...(expectations === undefined ? {} : { expectations }),
    json: options.json === true,
    command: whole.command,
    console: whole.console,
  });
  const part: Expectations | undefined = expectations === undefined ? undefined : { ...expectations, oneOfSeveral: true };
  let lost = false;
  try {
    for (let number = 1; number <= repeat; number++) {
      const place: Place = {
        name: `run ${number} of ${repeat}`,
        heard: (report, cut) => repetition.take(report, cut),
      };
      const run = new OneRun(target, path, { ...options, folder: join(folder, folderName(number)) }, part, place);
      lost = (await run.perform()) === exitOfLoss || lost;
      if (run.interrupted) break;
    }
  } finally {
    await repetition.finish();
  }
  return lost ? exitOfLoss : (repetition.exitCode ?? 4);
}

/** @throws WrongUse, InputFileError */
export async function readExpectations(
  target: Pick<Target, 'role' | 'secrets'>,
  path: string | undefined,
  {
    expectations: named,
    allowExpected,
    shard,
    now = new Date(),
  }: Pick<RunOptions, 'expectations' | 'allowExpected' | 'shard' | 'now'>,
): Promise<Expectations | undefined> {
  const file = expectationsPath(named, path);
  if (file !== undefined)
    return {
      ...(await loadExpectations(file, target.role, target.secrets)),
      allowed: allowExpected === true,
      ...(shard === undefined ? {} : { oneOfSeveral: true }),
      today: now.toISOString().slice(0, 10),
    };
  if (allowExpected === true)
    throw new WrongUse('--allow-expected needs expectations: expectations.yaml beside the target file, or --expectations FILE');
  return undefined;
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
  #stage: Stage | undefined;
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
      setStage(undefined);
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
      onSpawned: () => void import('./run.ts').then(({ loadSentences }) => loadSentences()).catch(() => {}),
    });
    this.#implementation = await this.#starting;
    void this.#implementation.lost?.then((why) => this.#interruption?.happen(why));
    const { devices } = this.#options;
    const session = new Session(this.#implementation, clock, devices === undefined ? {} : { crowdSize: devices });
    setSession(session);
    await session.requireTls();
    await this.#run(1);
    await session.close();
    this.#fault ??= await this.#implementation.doubt?.();
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
    this.#profile?.begin('situations');
    const { runFeatures } = await import('./run.ts');
    this.#messages = new MessageFile(join(this.#options.folder, messageFiles.messages));
    const total = this.#selected?.size ?? this.#requirements.reduce((sum, { situations }) => sum + situations.length, 0);
    const owners = new Map(this.#requirements.flatMap((owner) => owner.situations.map(({ place }) => [place, owner])));
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
      await Promise.race([Promise.all([started, this.#stage?.close()]), late]);
    } catch (error) {
      this.#console.note(`the implementation could not be ended: ${error instanceof Error ? error.message : String(error)}`);
      // Whatever the suite still waits for must not keep it alive; a run that is interrupted ends the process itself.
      if (this.#ending === undefined) setTimeout(() => process.exit(process.exitCode ?? 4), 1_000).unref();
    } finally {
      clearTimeout(timer);
    }
  }

  /** What the watch saw after the fact, where the requirement concerned was judged in this run. */
  #charges({ watch }: Session): Charge[] {
    const judged = this.#requirements.filter(({ situations }) =>
      situations.some(({ place }) => this.#selected?.has(place) ?? true),
    );
    // What a shard saw of a requirement of another one is judged when they are merged.
    const ids = new Set((this.#shard === undefined ? judged : this.#requirements).map(({ id }) => id));
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
    // What situations find out about an implementation that the suite itself ends says nothing about it.
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

  /** What is told of the implementation: the output of a client, which is started again and again, stands with its situations. */
  #seen(): SeenTarget | undefined {
    if (this.#implementation !== undefined || this.#stage === undefined) return this.#implementation;
    const { imageDigest, looseness } = this.#stage;
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

/** @throws WrongUse for what a shard cannot be combined with */
function wholeOf(shard: Shard, { only, tags, repeat, failFast }: RunOptions): Shard {
  const other = { only, tags, repeat: repeat === 1 ? undefined : repeat, 'fail-fast': failFast };
  const [name] = Object.entries(other).find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return shard;
  throw new WrongUse(`--shard is a part of a whole run, and --${name} makes another one of it: leave out one of them`);
}

/** @throws WrongUse for a key that cannot be used, or where nothing will be there to sign */
function readKey({ sign, only, tags, shard }: RunOptions, { start, build }: Target): KeyObject | undefined {
  if (sign === undefined) return undefined;
  if (shard !== undefined) throw new WrongUse('--sign signs a certificate, and a shard gets none: sign what "merge" writes');
  if (only !== undefined || tags !== undefined)
    throw new WrongUse(
      `--sign signs a certificate, and a run of a part gets none: leave out --${only === undefined ? 'tags' : 'only'}`,
    );
  if (start.kind !== 'container' && build === undefined)
    throw new WrongUse(
      '--sign signs a certificate, and there is none without a build to name: declare build: { name, digest } in the target file',
    );
  return readSigningKey(sign);
}

/** @throws WrongUse for what is no address of a site */
function readDocs(base: string, role: Role): string {
  try {
    return hostedPage(base, role);
  } catch (error) {
    throw new WrongUse(`--docs ${base}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @throws WrongUse for what is no duration */
function readDeadline(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms === undefined || ms > LONGEST_MS) throw new WrongUse(`--deadline is "${text}"; expected a duration such as 90s or 10m`);
  return ms;
}

/** What broke beside the situations while the suite played the platform: the surroundings, or the suite itself. */
function inWords(fault: unknown): string {
  if (fault instanceof SuiteFault || fault instanceof EnvironmentError) return fault.message;
  return `the suite is at fault: ${fault instanceof Error ? fault.message : inspect(fault)}`;
}
