import { World } from '@cucumber/cucumber';
import { EnvironmentError } from '../harness/implementation/errors.ts';
import type { Target } from '../harness/implementation/target.ts';
import type { Request, Response } from '../harness/message/exchange.ts';
import type { Trace } from '../harness/mqtt/trace.ts';
import { printable } from '../harness/text/printable.ts';
import type { Requirement } from '../requirements/requirement.ts';
import {
  type BesideEvidence,
  type Diagnosis,
  EVIDENCE_MEDIA_TYPE,
  type Evidence,
  type Finding,
  NonConformance,
} from '../verdict/evidence.ts';
import { type Recorded, thinned } from '../verdict/exchange-record.ts';
import type { MessageAtFault } from '../verdict/report.ts';
import { currentRun } from './current-run.ts';

/** How the implementation under test does not conform. */
export interface Mismatch extends Pick<Finding, 'cause'> {
  readonly expected: string;
  readonly received: string;
  /** What the implementation probably does; with its kind where some Rule lists that under "Usual mistakes:". */
  readonly likely?: string | Diagnosis | undefined;
  /** The message that is wrong, and what in it: the parts that {@link MessageAtFault} knows. */
  readonly at?: readonly [Response | Request, ...string[]];
}

/** What a sentence needs of the World. */
export interface Judge {
  readonly requirement: Requirement;
  /** @throws NonConformance, EnvironmentError */
  fail(mismatch: Mismatch): never;
  inform(text: string): void;
}

/** The packets of a scenario. */
export interface ScenarioTrace {
  /** One line each. */
  readonly lines: string[];
  /** Where they are recorded. */
  readonly traces: readonly Trace[];
}

/** The state of a scenario: what was asked and answered in it. */
export interface ScenarioState {
  readonly target: Target;
  /** The scenario at this place of the features begins. */
  begin(place: string): void;
  /** What comes before the first step of a scenario that applies. @throws NonConformance where it is of no use to go on */
  prepare(): Promise<void>;
  /** Closes what the scenario opened. */
  end(): Promise<void>;
  trace(): ScenarioTrace;
  records(): Recorded[];
  /** Which scenarios ran at the same time; absent where none can. */
  beside?(): Omit<BesideEvidence, 'kind'> | undefined;
  /** Why nothing in the scenario is judged, in words: the suite stood still meanwhile. Absent where that is looked for elsewhere. */
  standstill?(): string | undefined;
  /** Called before the implementation is failed. @throws EnvironmentError where it cannot be told whether the implementation did it */
  beforeFailure(): void;
}

/** The most exchanges that are kept of one scenario. */
const mostExchanges = 400;

/** What Cucumber gives to each step: it fails, informs, says "does not apply", and knows the requirement and the scenario's state. */
export class NtpWorld<State extends ScenarioState = ScenarioState> extends World implements Judge {
  #requirement: Requirement | undefined;
  #scenario: State | undefined;
  /** The number of the exchange that is at fault. */
  #exchangeAtFault: number | undefined;
  #failed = false;
  /** The scenario in words, for {@link Capture}. */
  title = '';

  get requirement(): Requirement {
    if (this.#requirement === undefined) throw new Error('this scenario belongs to no requirement');
    return this.#requirement;
  }

  set requirement(requirement: Requirement) {
    this.#requirement = requirement;
  }

  /** The state of the scenario, made before its first step. */
  get scenario(): State {
    if (this.#scenario === undefined) throw new Error('nothing is under test in this scenario');
    return this.#scenario;
  }

  set scenario(scenario: State) {
    this.#scenario = scenario;
  }

  /**
   * Fails the implementation under test: the only way to do so.
   *
   * @throws NonConformance, or EnvironmentError where it cannot be told whether the implementation did it
   */
  fail({ expected, received, likely, cause, at }: Mismatch): never {
    this.scenario.beforeFailure();
    const { unread, fault } = at?.[0].payload ?? {};
    if (unread === true) throw new EnvironmentError(`a message has ${fault}, a limit of the suite`);
    const { text, kind }: Partial<Diagnosis> = typeof likely === 'string' ? { text: likely } : (likely ?? {});
    const { lines, traces } = this.scenario.trace();
    const capture = currentRun.capture?.take(this.title, traces, at?.[0].message);
    this.#failed = true;
    const error = new NonConformance({
      kind: 'finding',
      requirement: this.requirement.id,
      expected,
      received: printable(received),
      ...(text === undefined ? {} : { likely: text }),
      ...(kind === undefined ? {} : { mistake: kind }),
      ...(cause === undefined ? {} : { cause }),
      trace: lines,
      ...(capture === undefined ? {} : { capture }),
      ...(at === undefined ? {} : { message: this.#messageAtFault(...at) }),
    });
    this.#attach(error.finding);
    throw error;
  }

  #messageAtFault(source: Response | Request, ...parts: string[]): MessageAtFault {
    const { topic, qos, retain } = source.message;
    const origin = 'responses' in source ? source : source.request;
    this.#exchangeAtFault = this.scenario.records().find((recorded) => recorded.source === origin)?.record.n;
    const exchange = this.#exchangeAtFault === undefined ? {} : { exchange: this.#exchangeAtFault };
    return { topic: printable(topic, 300), qos, retain, payload: printable(source.payload.text), parts, ...exchange };
  }

  /** Says that the scenario does not apply; the step returns what this returns. */
  inapplicable(reason: string): 'skipped' {
    this.#attach({ kind: 'inapplicable', reason });
    return 'skipped';
  }

  /** Something measured or seen, for the report. */
  inform(text: string): void {
    this.#attach({ kind: 'information', text: printable(text) });
  }

  /** Attaches the packets and the exchanges of the scenario, and that the suite stood still in it. */
  showTrace(): void {
    const stood = this.scenario.standstill?.();
    if (stood !== undefined) this.#attach({ kind: 'standstill', text: stood });
    const beside = this.scenario.beside?.();
    if (beside !== undefined) this.#attach({ kind: 'beside', ...beside });
    const { lines, traces } = this.scenario.trace();
    const { capture } = currentRun;
    if (this.#failed || capture?.all === true) capture?.take(this.title, traces);
    if (lines.length > 0) this.#attach({ kind: 'trace', lines });
    const records = this.scenario.records().map(({ record }) => record);
    const exchanges = thinned(records, mostExchanges, this.#exchangeAtFault);
    if (exchanges.length > 0) this.#attach({ kind: 'exchanges', exchanges, made: records.length });
  }

  #attach(evidence: Evidence): void {
    this.attach(JSON.stringify(evidence), { mediaType: EVIDENCE_MEDIA_TYPE });
  }
}
