import { type Envelope, TimeConversion } from '@cucumber/messages';
import { stopwatch } from '../harness/stopwatch.ts';
import type { Report } from '../verdict/report.ts';

/** The parts of a run, one after the other. */
export type Part = 'start-up' | 'implementation starts' | 'situations' | 'reports' | 'implementation ends';

/** So many of the slowest requirements are named. */
const named = 5;

/** `run --profile`: where the time of a run goes, in ms of wall time. */
export class Profile {
  readonly #parts: { readonly part: Part; readonly at: number }[] = [];
  /** When steps began and ended, by their clock: several at once where there are lanes. */
  readonly #edges: { readonly at: number; readonly by: 1 | -1 }[] = [];
  #loadedAt: number | undefined;
  #situations = 0;

  constructor() {
    stopwatch.reset();
    // Since the process was made: what comes before the first line of the program is waited for as well.
    this.#parts.push({ part: 'start-up', at: 0 });
  }

  /** Says what begins. */
  begin(part: Part): void {
    this.#parts.push({ part, at: performance.now() });
  }

  /** Takes the next message of the run. */
  take({ testCaseStarted, testStepStarted, testStepFinished }: Envelope): void {
    if (testCaseStarted !== undefined) {
      this.#loadedAt ??= performance.now();
      this.#situations += 1;
    }
    const [timestamp, by] =
      testStepStarted === undefined ? [testStepFinished?.timestamp, -1 as const] : [testStepStarted.timestamp, 1 as const];
    if (timestamp !== undefined) this.#edges.push({ at: TimeConversion.timestampToMillisecondsSinceEpoch(timestamp), by });
  }

  /** What is printed at the end. */
  lines({ requirements }: Report): string[] {
    const end = performance.now();
    const spans = this.#parts.map(({ part, at }, index) => ({ part, at, ms: (this.#parts[index + 1]?.at ?? end) - at }));
    const rows = spans.flatMap(({ part, at, ms }): Row[] => [
      [part, ms, part === 'situations' ? this.#each(ms) : ''],
      ...(part === 'situations' ? this.#within(at, ms) : []),
    ]);
    const slow = requirements
      .map(({ id, situations }) => ({ id, ms: situations.reduce((sum, { durationMs }) => sum + durationMs, 0) }))
      .toSorted((a, b) => b.ms - a.ms)
      .slice(0, named);
    const line = ([name, ms, remark = '']: Row): string => `  ${name.padEnd(40)}${inMs(ms)}  ${remark}`.trimEnd();
    return [
      `where the time went, ${inMs(end).trim()} since the process was made`,
      ...rows.map(line),
      'the slowest requirements',
      ...slow.map(({ id, ms }) => line([id, ms])),
    ];
  }

  /** What the situations are made of. */
  #within(at: number, ms: number): Row[] {
    const loading = Math.max(0, (this.#loadedAt ?? at + ms) - at);
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

  #each(ms: number): string {
    return this.#situations === 0 ? '' : `${(ms / this.#situations).toFixed(1)} ms each, ${this.#situations} of them`;
  }

  /** How long at least one step lasted, in ms. */
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

type Row = readonly [name: string, ms: number, remark?: string];

function inMs(ms: number): string {
  return `${ms.toFixed(0).padStart(8)} ms`;
}
