import { type Envelope, TimeConversion, type Timestamp } from '@cucumber/messages';
import { stopwatch } from '../../harness/time/stopwatch.ts';
import type { Report } from '../../verdict/report.ts';

/** The phases of a run, in their order. */
export type RunPhase = 'start-up' | 'implementation starts' | 'scenarios' | 'reports' | 'implementation ends';

/** How many of the slowest requirements and scenarios are listed. */
const named = { requirements: 5, scenarios: 10 };

/** The time that a scenario took, in ms. */
interface ScenarioCost {
  readonly title: string;
  /** `features/server/qos.feature:17` */
  readonly place: string;
  readonly ms: number;
  /** The part of it in which this process did nothing. */
  readonly idleMs: number;
}

/** A scenario that has not ended. */
interface RunningScenario {
  readonly title: string;
  readonly place: string;
  /** By Cucumber's clock, in ms. */
  readonly at: number;
  /** Processor time of this process until then, in ms. */
  readonly cpu: number;
}

/** `run --profile`: where the time of a run goes, in ms of wall time. */
export class Profile {
  readonly #phases: { readonly phase: RunPhase; readonly at: number }[] = [];
  /** When steps began and ended, by Cucumber's clock: with lanes, several run at the same time. */
  readonly #edges: { readonly at: number; readonly by: 1 | -1 }[] = [];
  #loadedAt: number | undefined;
  readonly #pickles = new Map<string, Pick<RunningScenario, 'title' | 'place'>>();
  /** The titles and places of test cases, by their ids. */
  readonly #planned = new Map<string, Pick<RunningScenario, 'title' | 'place'>>();
  readonly #lasting = new Map<string, RunningScenario>();
  readonly #spent: ScenarioCost[] = [];
  /** True once two scenarios ran at the same time: then the processor time cannot be assigned to one of them. */
  #mixed = false;

  constructor() {
    stopwatch.reset();
    // From the start of the process: the time before the first line of the program counts as well.
    this.#phases.push({ phase: 'start-up', at: 0 });
  }

  /** Begins a phase. */
  begin(phase: RunPhase): void {
    this.#phases.push({ phase, at: performance.now() });
  }

  /** Takes the next message of the run. */
  take({ pickle, testCase, testCaseStarted, testCaseFinished, testStepStarted, testStepFinished }: Envelope): void {
    if (pickle !== undefined)
      this.#pickles.set(pickle.id, { title: pickle.name, place: `${pickle.uri}:${pickle.location?.line ?? 0}` });
    if (testCase !== undefined) {
      const planned = this.#pickles.get(testCase.pickleId);
      if (planned !== undefined) this.#planned.set(testCase.id, planned);
    }
    if (testCaseStarted !== undefined) {
      this.#loadedAt ??= performance.now();
      const planned = this.#planned.get(testCaseStarted.testCaseId) ?? { title: '', place: testCaseStarted.testCaseId };
      this.#lasting.set(testCaseStarted.id, { ...planned, at: since(testCaseStarted.timestamp), cpu: processorTime() });
      this.#mixed ||= this.#lasting.size > 1;
    }
    if (testCaseFinished !== undefined) this.#finish(testCaseFinished.testCaseStartedId, since(testCaseFinished.timestamp));
    const [timestamp, by] =
      testStepStarted === undefined ? [testStepFinished?.timestamp, -1 as const] : [testStepStarted.timestamp, 1 as const];
    if (timestamp !== undefined) this.#edges.push({ at: since(timestamp), by });
  }

  #finish(id: string, end: number): void {
    const lasting = this.#lasting.get(id);
    if (lasting === undefined) return;
    this.#lasting.delete(id);
    const ms = Math.max(0, end - lasting.at);
    const { title, place } = lasting;
    this.#spent.push({ title, place, ms, idleMs: Math.max(0, ms - (processorTime() - lasting.cpu)) });
  }

  /** The lines that are printed at the end. */
  lines({ requirements }: Report): string[] {
    const end = performance.now();
    const spans = this.#phases.map(({ phase, at }, index) => ({ phase, at, ms: (this.#phases[index + 1]?.at ?? end) - at }));
    const rows = spans.flatMap(({ phase, at, ms }): Row[] => [
      [phase, ms, phase === 'scenarios' ? this.#each(ms - this.#loading(at, ms)) : ''],
      ...(phase === 'scenarios' ? this.#within(at, ms) : []),
    ]);
    const slow = requirements
      .map(({ id, scenarios }) => ({ id, ms: scenarios.reduce((sum, { durationMs }) => sum + durationMs, 0) }))
      .toSorted((a, b) => b.ms - a.ms)
      .slice(0, named.requirements);
    const line = ([name, ms, remark = '']: Row): string => `  ${name.padEnd(44)}${inMs(ms)}  ${remark}`.trimEnd();
    const idle = ({ title, idleMs }: ScenarioCost): string => (this.#mixed ? title : `idle ${idleMs.toFixed(0)} ms: ${title}`);
    const dear = this.#spent.toSorted((a, b) => b.ms - a.ms).slice(0, named.scenarios);
    return [
      `where the time went, ${inMs(end).trim()} since the process started`,
      ...rows.map(line),
      'the slowest requirements',
      ...slow.map(({ id, ms }) => line([id, ms])),
      'the slowest scenarios',
      ...dear.map((spent) => line([spent.place, spent.ms, idle(spent)])),
    ];
  }

  /** The parts of the time of the scenarios. */
  #within(at: number, ms: number): Row[] {
    const loading = this.#loading(at, ms);
    const steps = this.#inSteps();
    const waited = stopwatch.totals();
    const [connecting = 0, exchanges = 0, clients = 0] = (['connecting', 'exchanges', 'clients'] as const).map((kind) =>
      waited.get(kind),
    );
    const rest = Math.max(0, steps - connecting - exchanges - clients);
    return [
      ['  Cucumber is loaded', loading],
      ['  Cucumber between the steps', Math.max(0, ms - loading - steps)],
      ...(connecting === 0 ? [] : ([['  connecting and subscribing', connecting]] as const)),
      ...(exchanges === 0 ? [] : ([['  exchanges', exchanges]] as const)),
      ...(clients === 0 ? [] : ([['  clients start, ask and report', clients]] as const)),
      ['  everything else in steps', rest, 'waiting by design, judging'],
    ];
  }

  /** The time until the first scenario began, in ms. */
  #loading(at: number, ms: number): number {
    return Math.max(0, (this.#loadedAt ?? at + ms) - at);
  }

  #each(ms: number): string {
    const count = this.#spent.length;
    return count === 0 ? '' : `${(ms / count).toFixed(1)} ms each once Cucumber is loaded, ${count} of them`;
  }

  /** The time in which at least one step ran, in ms. */
  #inSteps(): number {
    let [sum, open, since] = [0, 0, 0];
    for (const { at, by } of this.#edges.toSorted((a, b) => a.at - b.at || b.by - a.by)) {
      if (open > 0) sum += at - since;
      open += by;
      since = at;
    }
    return sum;
  }
}

/** A time by Cucumber's clock, in ms. */
const since = (timestamp: Timestamp): number => TimeConversion.timestampToMillisecondsSinceEpoch(timestamp);

/** The processor time of this process, in ms. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

type Row = readonly [name: string, ms: number, remark?: string];

function inMs(ms: number): string {
  return `${ms.toFixed(0).padStart(8)} ms`;
}
