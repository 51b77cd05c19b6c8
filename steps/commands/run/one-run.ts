import { join } from 'node:path';
import type { Envelope } from '@cucumber/messages';
import { unansweredTime } from '../../client/client-diagnosis.ts';
import { ServerLanes } from '../../harness/device/server-lanes.ts';
import { ServerRun } from '../../harness/device/server-run.ts';
import { ControlledClock } from '../../harness/implementation/controlled-clock.ts';
import { EnvironmentError } from '../../harness/implementation/errors.ts';
import { startTarget } from '../../harness/implementation/start-target.ts';
import type { StartedTarget } from '../../harness/implementation/target.ts';
import { clientPreflight } from '../../harness/platform/client-preflight.ts';
import { ClientRunner } from '../../harness/platform/client-runner.ts';
import { Deadline } from '../../harness/time/deadline.ts';
import { nowUs } from '../../harness/time/now.ts';
import { standstills } from '../../harness/time/standstill.ts';
import { clearCertificate } from '../../report/certificate/certificate-files.ts';
import { suiteDigest } from '../../report/certificate/suite-digest.ts';
import { Console } from '../../report/console.ts';
import { paceInWords } from '../../report/pace-in-words.ts';
import { writeIncomplete, writeReport } from '../../report/report-folder.ts';
import { buildReport, type ObservedTarget, type RunFacts } from '../../report/report-json.ts';
import { clearSpecification, specificationFile, writeSpecification } from '../../report/specification/beside-report.ts';
import { requirementAbout, root } from '../../requirements/requirement.ts';
import { turnOf } from '../../requirements/scenario-turn.ts';
import { currentRun } from '../../support/current-run.ts';
import { concealEnvelope, evidenceEnvelope, withoutFolder } from '../../verdict/attachment.ts';
import { judge } from '../../verdict/judge.ts';
import type { Report } from '../../verdict/report.ts';
import { Transcript } from '../../verdict/transcript.ts';
import { Interruption, mostStopMs } from '../terminal/interruption.ts';
import { takeFolder } from '../terminal/take-folder.ts';
import { faultInWords } from './fault-in-words.ts';
import { lateFindingsOf } from './late-mistakes.ts';
import { preflight } from './preflight.ts';
import { Profile } from './profile.ts';
import { RecordedFiles } from './recorded-files.ts';
import type { RunPlan } from './run-plan.ts';
import { runScenarios } from './run-scenarios.ts';
import { writeReports } from './write-reports.ts';

/** A run's place in a series. */
export interface SeriesPlace {
  /** "run 2 of 5" */
  readonly name: string;
  /** Receives the run's report; `cut` says whether the run was interrupted. */
  readonly onReport: (report: Report, cut: boolean) => Promise<void>;
}

/** One run on one target, from its first line on the console to its last file. */
export class OneRun {
  readonly #plan: RunPlan;
  readonly #transcript: Transcript;
  readonly #console: Console;
  readonly #started = new Date();
  readonly #begunUs = nowUs();
  readonly #place: SeriesPlace | undefined;
  readonly #profile: Profile | undefined;
  /** Aborts the start of the implementation. */
  readonly #giveUp = new AbortController();
  #interruption: Interruption | undefined;
  /** Set when the run is interrupted. It never settles, because the process ends with it. */
  #ending: Promise<never> | undefined;
  #judged = false;
  #recorded: RecordedFiles | undefined;
  #starting: Promise<StartedTarget> | undefined;
  #implementation: StartedTarget | undefined;
  #runner: ClientRunner | undefined;
  #fault: string | undefined;
  #pace: Report['pace'];
  #measured: Report | undefined; // for the profile

  /** @param place the run's place in a series; undefined for a single run */
  constructor(plan: RunPlan, place?: SeriesPlace) {
    const { target, options, expectations } = plan;
    this.#plan = plan;
    this.#place = place;
    this.#profile = options.profile === true ? new Profile() : undefined;
    this.#transcript = new Transcript({ secrets: target.secrets, cwd: root });
    this.#console = new Console(options.json === true ? process.stderr : process.stdout, {
      command: plan.command,
      specification: options.docs === undefined ? join(options.report, specificationFile) : plan.specification,
      verbose: options.verbose === true,
      ...(place === undefined ? {} : { run: place.name }),
      ...(expectations === undefined ? {} : { expectations }),
    });
  }

  get console(): Console {
    return this.#console;
  }

  /** Whether the run was interrupted, also if it had ended by then. */
  get interrupted(): boolean {
    return this.#interruption?.why !== undefined;
  }

  /** Announces the run on the console, and writes a report that says incomplete until the final report replaces it. */
  announce(...remarks: readonly string[]): void {
    const { report: folder, docs } = this.#plan.options;
    clearCertificate(folder);
    writeIncomplete(folder, this.#describe(), this.#plan.requirements, this.#plan.command, this.#plan.selected);
    if (docs === undefined) writeSpecification(folder, this.#plan.target.role, this.#plan.requirements);
    else clearSpecification(folder);
    this.#console.opening(this.#describe(), this.#plan.requirements.length);
    if (this.#place !== undefined) return;
    for (const remark of [...this.#plan.remarks, ...remarks]) this.#console.note(remark);
  }

  async perform(): Promise<number> {
    using _lock = takeFolder(this.#plan.options.report);
    // Before the first output: a reader of it may interrupt the run at once.
    using interruption = new Interruption(this.#plan.deadlineMs, (why) => this.#interrupt(why));
    this.#interruption = interruption;
    try {
      this.announce();
      if (this.#plan.target.role === 'server') await this.#judgeServer();
      else await this.#judgeClient();
      if (this.#ending !== undefined) return await this.#ending;
      this.#judged = true;
      return await this.#report();
    } catch (error) {
      // An error during an interruption is a consequence of it.
      if (this.#ending !== undefined) return await this.#ending;
      if (error instanceof EnvironmentError) await this.#reportNotStarted(error);
      throw error;
    } finally {
      Object.assign(currentRun, { serverLanes: undefined, capture: undefined, clientRunner: undefined });
      await this.#stop();
      if (this.#measured !== undefined) for (const line of this.#profile?.lines(this.#measured) ?? []) this.#console.note(line);
    }
  }

  async #judgeServer(): Promise<void> {
    const { capabilities, start } = this.#plan.target;
    using clock = capabilities.has('clock') && start.kind !== 'address' ? await ControlledClock.create() : undefined;
    const mount = start.kind === 'container' ? clock?.forContainer().mount : undefined;
    this.#profile?.begin('implementation starts');
    const sinceUs = nowUs();
    this.#starting = startTarget(this.#plan.target, {
      giveUp: this.#giveUp.signal,
      env: clock === undefined ? {} : (start.kind === 'container' ? clock.forContainer() : clock.forProcess()).env,
      mounts: mount === undefined ? [] : [mount],
      // Loading Cucumber blocks this process, so the implementation is started first, and gets ready in the meantime.
      onSpawned: () => void import('./cucumber.ts').then(({ loadSteps }) => loadSteps()).catch(() => {}),
    });
    this.#implementation = await this.#starting;
    void this.#implementation.lost?.then((why) => this.#interruption?.happen(why));
    const { devices: deviceCount } = this.#plan.options;
    const serverRun = new ServerRun(this.#implementation, clock, deviceCount === undefined ? {} : { deviceCount });
    await (await import('./cucumber.ts')).loadSteps(); // loading blocks: the suite would miss deadlines
    await preflight(serverRun, sinceUs, (words) => this.#console.note(words));
    const lanes = this.#lanesFor(serverRun);
    currentRun.serverLanes = lanes;
    await this.#run(lanes.count, () => {
      currentRun.serverLanes = new ServerLanes(serverRun, { revives: true });
    });
    await serverRun.close();
    this.#fault ??= await this.#implementation.doubt?.();
    for (const lateFinding of lateFindingsOf(serverRun.ledger.run, this.#plan)) this.#take(evidenceEnvelope(lateFinding));
  }

  /** The lanes of a server run. Scenarios that may harm the server come last. */
  #lanesFor(serverRun: ServerRun): ServerLanes {
    const { options, order } = this.#plan;
    const lanes = options.failFast === true || order !== undefined ? 1 : ServerLanes.countFor(serverRun);
    const { roundTripMs } = serverRun.state;
    if (roundTripMs !== undefined) this.#pace = { roundTripMs: Math.round(roundTripMs * 1000) / 1000, lanes };
    if (lanes > 1) this.#console.note(paceInWords(this.#pace));
    return new ServerLanes(serverRun, { count: lanes, turns: this.#plan.scenarios.map(turnOf) });
  }

  /** Runs the scenarios of a client, several at the same time: each scenario starts the client itself. */
  async #judgeClient(): Promise<void> {
    const runner = await ClientRunner.open(this.#plan.target);
    this.#runner = runner;
    currentRun.clientRunner = runner;
    if (this.#plan.target.capabilities.has('clock')) this.#fault = await runner.proveClock();
    const waits = requirementAbout(this.#plan.requirements, unansweredTime);
    const waited = waits !== undefined && this.#plan.includes(waits);
    // The suite begins to wait for the client to give up now, so that the wait is over before its scenario comes.
    if (this.#fault === undefined && waited) runner.beginRefusals();
    if (this.#fault === undefined) {
      await clientPreflight(runner);
      await this.#run(runner.slots.most);
    }
    const [fault] = runner.faults;
    if (fault !== undefined) this.#fault ??= faultInWords(fault);
    this.#fault ??= runner.changed;
  }

  async #run(lanes: number, onAgain?: () => void): Promise<void> {
    this.#profile?.begin('scenarios');
    this.#recorded = new RecordedFiles(this.#plan.options, this.#plan.target);
    await runScenarios(this.#plan, lanes, {
      transcript: this.#transcript,
      onMessage: (envelope) => this.#take(envelope),
      onJudged: (execution, owner, done) => this.#console.finished(execution, owner, done, this.#plan.scenarioCount),
      ...(onAgain === undefined ? {} : { onAgain }),
    });
  }

  /** Ends the implementation, even if it is still starting. If it cannot be ended, the suite says so; the results stay the same. */
  async #stop(): Promise<void> {
    this.#giveUp.abort(new EnvironmentError('the run was ended before the implementation had started'));
    // The caller that waits for the start reports why it failed.
    const started = this.#starting?.catch(() => undefined).then((implementation) => implementation?.stop());
    const { promise: late, reject } = Promise.withResolvers<never>();
    using _deadline = new Deadline(mostStopMs, () => reject(new Error(`it has not ended within ${mostStopMs / 1000} s`)));
    try {
      await Promise.race([Promise.all([started, this.#runner?.close()]), late]);
    } catch (error) {
      this.#console.note(`the implementation could not be ended: ${error instanceof Error ? error.message : String(error)}`);
      // Open handles must not keep the process alive; an interrupted run ends the process itself.
      if (this.#ending === undefined) setTimeout(() => process.exit(process.exitCode ?? 4), 1_000).unref();
    }
  }

  #take(envelope: Envelope): void {
    this.#profile?.take(envelope);
    const safe = concealEnvelope(withoutFolder(envelope, root), this.#plan.target.secrets);
    this.#recorded?.write(safe);
    this.#transcript.add(safe);
  }

  async #report(): Promise<number> {
    this.#profile?.begin('reports');
    const { report: folder, docs, failFast = false, json } = this.#plan.options;
    const judgement = judge(this.#plan.requirements, this.#transcript, {
      ...this.#plan.circumstances,
      failFast,
      ...(this.#interruption?.why === undefined ? {} : { interrupted: this.#interruption.why }),
      ...(this.#fault === undefined ? {} : { fault: this.#fault }),
    });
    const { suite, ...described } = this.#describe();
    const report = buildReport({ ...described, suite: { ...suite, digest: suiteDigest() } }, judgement, new Date());
    const stood = standstills.touched(this.#begunUs);
    if (stood !== undefined) this.#console.note(`${stood}: nothing measured during that time is judged`);
    const code = await writeReports(report, {
      ...this.#plan.forReports,
      folder,
      console: this.#console,
      recorded: this.#recorded?.files ?? [],
      specified: docs === undefined,
      json: json === true && this.#place === undefined,
      partial: this.#place === undefined ? this.#plan.whyPartial(report) : 'it is one run of several',
    });
    this.#profile?.begin('implementation ends');
    this.#measured = report;
    await this.#place?.onReport(report, this.#ending !== undefined);
    return code;
  }

  /** Writes the report of a run that could not start; the first line of the message says what is missing. */
  async #reportNotStarted({ message }: EnvironmentError): Promise<void> {
    const fault = message.split('\n', 1).join('');
    const judgement = judge(this.#plan.requirements, new Transcript(), { ...this.#plan.circumstances, fault });
    const report = { ...buildReport(this.#describe(), judgement, new Date()), exitCode: 3 } as const;
    writeReport(this.#plan.options.report, report, this.#plan.command);
    await this.#place?.onReport(report, true);
  }

  /** Ends the run in an orderly way, and reports its results so far. */
  #interrupt(why: string): void {
    // Only the reports are still to be written.
    if (this.#judged) return;
    this.#transcript.seal(); // the suite now ends the implementation: what scenarios observe from here on says nothing about it
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

  /** The output and end of a server for the report. Those of a client are in its scenarios, which start it many times. */
  #seen(): ObservedTarget | undefined {
    if (this.#implementation !== undefined || this.#runner === undefined) return this.#implementation;
    const { imageDigest, looseness } = this.#runner;
    return { ...(imageDigest === undefined ? {} : { imageDigest }), looseness, output: () => [], ended: () => undefined };
  }

  #describe = (): RunFacts => {
    const run = this.#plan.describe(this.#started, this.#seen());
    return this.#pace === undefined ? run : { ...run, pace: this.#pace };
  };
}
