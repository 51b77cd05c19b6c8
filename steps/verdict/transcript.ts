import { relative, resolve, sep } from 'node:path';
import type { Attachment, Duration, Envelope, Pickle, TestCase, TestStepResultStatus, Timestamp } from '@cucumber/messages';
import { tooUncertainName } from '../harness/platform/expected-time.ts';
import { printable } from '../harness/text/printable.ts';
import { conceal } from '../harness/text/secrets.ts';
import { suiteFaultName } from '../harness/text/suite-fault.ts';
import { root } from '../requirements/requirement.ts';
import { attachedText, concealEvidence, readEvidence } from './attachment.ts';
import { EVIDENCE_MEDIA_TYPE, type Evidence, type LateFinding } from './evidence.ts';

/** The status of a step or scenario, in Cucumber's words. */
export type CucumberStatus = `${TestStepResultStatus}`;

/** The first step or hook of a scenario that did not pass. */
export interface StepTrouble {
  readonly outcome: CucumberStatus;
  /** The step's text; undefined for a hook. */
  readonly step?: string;
  /** The exception's message on one line; empty if there is none. */
  readonly message: string;
  /** True if nothing broke, but the observations are too uncertain to judge the implementation. */
  readonly undecided?: true;
}

/** One attempt at a scenario. */
export interface Execution {
  /** `features/server/qos.feature:17`: the line of the scenario, or of its row of Examples. */
  readonly place: string;
  readonly title: string;
  /** PASSED only if all steps and hooks finished and passed, and if there is at least one step. */
  readonly outcome: CucumberStatus;
  /** False if the run ended during the scenario. */
  readonly finished: boolean;
  /** True if it is a second attempt, or if Cucumber announced one. */
  readonly retried: boolean;
  readonly trouble?: StepTrouble;
  readonly evidence: readonly Exclude<Evidence, LateFinding>[];
  /** Evidence that could not be read; a fault of the suite. */
  readonly unreadable: readonly string[];
  readonly durationMs: number;
}

interface Steps {
  readonly pickle: Pickle;
  readonly testCase: TestCase;
}

/** An execution whose messages are still arriving. */
interface PendingExecution extends Steps {
  readonly evidence: Exclude<Evidence, LateFinding>[];
  readonly unreadable: string[];
  readonly outcomes: Map<string, Omit<StepTrouble, 'step'>>;
  readonly startedMs: number;
  finishedMs?: number;
  retried: boolean;
}

/** Least to most severe. Cucumber's own order has UNKNOWN below PASSED, which would let an unfinished step look passed. */
const bySeverity: readonly CucumberStatus[] = ['PASSED', 'SKIPPED', 'PENDING', 'UNDEFINED', 'AMBIGUOUS', 'UNKNOWN', 'FAILED'];

/**
 * Collects what Cucumber's messages say about each scenario. It takes the envelopes of one or several `runCucumber` calls, in the order of
 * their arrival. Every text of the implementation is made printable, and secrets are removed.
 */
export class Transcript {
  readonly #clean: (text: string) => string;
  readonly #root: string;
  readonly #cwd: string;
  readonly #pickles = new Map<string, Pickle>();
  readonly #testCases = new Map<string, Steps>();
  readonly #attempts = new Map<string, PendingExecution>();
  readonly #listeners: ((execution: Execution) => void)[] = [];
  readonly #lateFindings = new Map<string, LateFinding>();
  readonly #faults = new Set<string>();
  /** The faults of the suite, with the places of the scenarios. */
  readonly #suiteFaults = new Map<string, Set<string>>();
  #running = 0;
  #unsuccessful = false;
  #sealed = false;

  /**
   * @param options.secrets texts that must not be kept
   * @param options.cwd the working directory of Cucumber: its URIs are relative to it
   * @param options.root places are relative to this folder; by default that of the package
   */
  constructor(options: { readonly secrets?: readonly string[]; readonly cwd?: string; readonly root?: string } = {}) {
    const secrets = options.secrets ?? [];
    this.#clean = (text) => printable(conceal(text, secrets));
    this.#cwd = options.cwd ?? process.cwd();
    this.#root = options.root ?? root;
  }

  /** Calls `listener` for every scenario when it finishes (for each attempt, if there are several). */
  onFinished(listener: (execution: Execution) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Ignores all further messages. Call it when a run is interrupted, before the target is stopped: findings about an implementation that
   * the suite has ended say nothing about it.
   */
  seal(): void {
    this.#sealed = true;
    // The code that interrupted the run reports that it does not finish.
    this.#running = 0;
  }

  /** Takes the next message. Never throws: an invalid message becomes a fault. */
  add(envelope: Envelope): void {
    if (this.#sealed) return;
    if (envelope.pickle !== undefined) this.#pickles.set(envelope.pickle.id, envelope.pickle);
    if (envelope.testCase !== undefined) this.#addTestCase(envelope.testCase);
    if (envelope.attachment?.mediaType === EVIDENCE_MEDIA_TYPE) this.#addEvidence(envelope.attachment);
    if (envelope.parseError !== undefined) this.#addFault(`a feature cannot be read: ${envelope.parseError.message}`);
    if (envelope.testRunStarted !== undefined) this.#running += 1;
    if (envelope.testCaseStarted !== undefined) {
      const { id, testCaseId, attempt, timestamp } = envelope.testCaseStarted;
      const steps = this.#testCases.get(testCaseId);
      if (steps === undefined) this.#addFault(`a scenario started that was never announced (${testCaseId})`);
      else {
        const startedMs = milliseconds(timestamp);
        this.#attempts.set(id, { ...steps, evidence: [], unreadable: [], outcomes: new Map(), startedMs, retried: attempt > 0 });
      }
    }
    if (envelope.testStepFinished !== undefined) {
      const { testCaseStartedId, testStepId, testStepResult } = envelope.testStepFinished;
      const message = this.#clean(onOneLine(testStepResult.exception?.message ?? firstLine(testStepResult.message ?? '')));
      const attempt = this.#attempts.get(testCaseStartedId);
      const undecided = testStepResult.exception?.type === tooUncertainName;
      attempt?.outcomes.set(testStepId, { outcome: testStepResult.status, message, ...(undecided ? { undecided } : {}) });
      if (testStepResult.exception?.type === suiteFaultName) this.#addSuiteFault(message, attempt);
    }
    if (envelope.testCaseFinished !== undefined) {
      const { testCaseStartedId, timestamp, willBeRetried } = envelope.testCaseFinished;
      const attempt = this.#attempts.get(testCaseStartedId);
      if (attempt !== undefined) {
        attempt.finishedMs = milliseconds(timestamp);
        attempt.retried ||= willBeRetried;
        const execution = this.#execution(attempt);
        for (const listener of this.#listeners) listener(execution);
      }
    }
    if (envelope.testRunHookFinished !== undefined) {
      const { status, exception, message } = envelope.testRunHookFinished.result;
      const outcome: CucumberStatus = status;
      if (outcome !== 'PASSED')
        this.#addFault(`a hook of the run ended as ${outcome}: ${exception?.message ?? firstLine(message ?? '')}`);
    }
    if (envelope.testRunFinished !== undefined) {
      this.#running -= 1;
      const { exception, message, success } = envelope.testRunFinished;
      this.#unsuccessful ||= !success;
      if (exception !== undefined) this.#addFault(`the run broke: ${exception.message ?? message ?? exception.type}`);
    }
  }

  /** All attempts at all scenarios, in the order of their start. */
  executions(): readonly Execution[] {
    return [...this.#attempts.values()].map((attempt) => this.#execution(attempt));
  }

  /** The findings that were made after their scenario, each once. */
  lateFindings(): readonly LateFinding[] {
    return [...this.#lateFindings.values()];
  }

  /** Faults besides the scenarios, in words. In a run with any of them, only findings count. */
  faults(): readonly string[] {
    const faults = [...this.#faults];
    if (this.#running > 0) faults.push('the run did not finish');
    const unexplained = faults.length === 0 && this.executions().every(({ outcome }) => outcome === 'PASSED');
    if (this.#unsuccessful && unexplained) faults.push('Cucumber says that the run failed, and no scenario shows why');
    return faults;
  }

  /**
   * The faults of the suite in scenarios, in words. The suite may have sent an invalid message by mistake, so none of its observations of
   * the implementation decides.
   */
  suiteFaults(): readonly string[] {
    return [...this.#suiteFaults].map(([message, [first = '', ...more]]) => {
      const others = more.length === 0 ? '' : ` and in ${more.length} more`;
      return `${message} (in ${first}${others})`;
    });
  }

  #addTestCase(testCase: TestCase): void {
    const pickle = this.#pickles.get(testCase.pickleId);
    if (pickle === undefined) this.#addFault(`a planned scenario is in no feature (${testCase.pickleId})`);
    else this.#testCases.set(testCase.id, { pickle, testCase });
  }

  #addEvidence(attachment: Attachment): void {
    const attempt = this.#attempts.get(attachment.testCaseStartedId ?? '');
    let evidence: Evidence;
    try {
      evidence = concealEvidence(readEvidence(attachedText(attachment)), this.#clean);
    } catch (error) {
      const fault = this.#clean(`evidence that cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      if (attempt === undefined) this.#addFault(fault);
      else attempt.unreadable.push(fault);
      return;
    }
    if (evidence.kind === 'lateFinding') this.#lateFindings.set(JSON.stringify(evidence), evidence);
    else if (attempt !== undefined) attempt.evidence.push(evidence);
    else if (evidence.kind === 'finding') this.#addFault(`a finding against ${evidence.requirement} belongs to no scenario`);
  }

  #addSuiteFault(message: string, attempt: PendingExecution | undefined): void {
    const places = this.#suiteFaults.get(message) ?? new Set();
    this.#suiteFaults.set(message, places.add(attempt === undefined ? 'no scenario' : this.#place(attempt.pickle)));
  }

  #addFault(fault: string): void {
    this.#faults.add(this.#clean(onOneLine(fault)));
  }

  #execution({ pickle, testCase, evidence, unreadable, outcomes, startedMs, finishedMs, retried }: PendingExecution): Execution {
    const finished = finishedMs !== undefined;
    const steps = testCase.testSteps.map((step) => ({
      step,
      ...(outcomes.get(step.id) ?? { outcome: 'UNKNOWN' as const, message: '' }),
    }));
    const worst = Math.max(...steps.map(({ outcome }) => bySeverity.indexOf(outcome)));
    const first = steps.find(({ outcome }) => outcome === bySeverity[worst] && outcome !== 'PASSED');
    const text = pickle.steps.find(({ id }) => id === first?.step.pickleStepId)?.text;
    // For Cucumber, a scenario without steps passes, but it proves nothing.
    const empty = !testCase.testSteps.some(({ pickleStepId }) => pickleStepId !== undefined);
    return {
      place: this.#place(pickle),
      title: pickle.name,
      outcome:
        finished && !empty ? (bySeverity[worst] ?? 'UNKNOWN') : worst === bySeverity.indexOf('FAILED') ? 'FAILED' : 'UNKNOWN',
      finished,
      retried,
      ...(first === undefined ? {} : { trouble: troubleOf(first, text) }),
      evidence,
      unreadable,
      durationMs: Math.max(0, (finishedMs ?? startedMs) - startedMs),
    };
  }

  #place({ uri, location }: Pickle): string {
    const path = relative(this.#root, resolve(this.#cwd, uri)).split(sep).join('/');
    return `${path}:${location?.line ?? 0}`;
  }
}

function troubleOf({ outcome, message, undecided }: Omit<StepTrouble, 'step'>, step: string | undefined): StepTrouble {
  return { outcome, message, ...(undecided === true ? { undecided } : {}), ...(step === undefined ? {} : { step }) };
}

function milliseconds({ seconds, nanos }: Timestamp | Duration): number {
  return seconds * 1_000 + nanos / 1e6;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function onOneLine(text: string): string {
  return text.trim().replaceAll(/\s*[\r\n]+\s*/g, ' ');
}
