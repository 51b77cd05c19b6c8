import { peakMemory } from '../../harness/text/peak-memory.ts';
import { digits } from '../../report/html/numbers.ts';
import type { Report } from '../../verdict/report.ts';
import { Durations } from './latency.ts';
import type { LoadReport, Memory } from './load-document.ts';
import type { LoadMeasurements } from './load-measurements.ts';
import { kindOf, type Plan, stepMs } from './plan.ts';

export type { LoadReport } from './load-document.ts';

/** The measurements of a load so far. */
export type Measured = Pick<
  LoadReport,
  | 'connected'
  | 'counts'
  | 'afterwards'
  | 'began'
  | 'loadMs'
  | 'latency'
  | 'lateness'
  | 'response'
  | 'course'
  | 'memory'
  | 'faults'
>;

/** How a load ended. */
export interface LoadEnd {
  readonly finished: Date;
  /** Why it ended early, in words. */
  readonly interrupted?: string;
  /** Why this machine could not make the load, in words. */
  readonly environment?: string;
  /** Why no request was sent to the server, in words. */
  readonly refused?: string;
}

/** What the result does not prove: a sentence that every result shows. */
export const certifiesNothing =
  'this is not a verdict of conformance: load counts answers and measures times, and judges nothing else';

/** With at least so many devices, the report gives the memory for each. */
const enoughDevices = 1000;

/** If the suite sends requests later than this at 99 %, in ms, the report has a remark. */
const lateMs = 5;

/** The measurements of a load that has not begun. */
export function nothingMeasured(plan: Plan): Measured {
  const none = Durations.none().summary();
  return {
    connected: 0,
    counts: { asked: 0, unsent: 0, answered: 0, lost: 0, open: 0, doubled: 0, foreign: 0, unfit: 0, disconnected: 0 },
    afterwards: { asked: 0, answered: 0 },
    loadMs: 0,
    latency: none,
    lateness: none,
    response: none,
    course: { stepMs: stepMs(plan), asked: [], answered: [] },
    memory: { peakBytes: peakMemory() },
    faults: [],
  };
}

/** The part of a report that the measurements give. */
export function measuredBy(
  measurements: LoadMeasurements,
): Pick<Measured, 'loadMs' | 'latency' | 'lateness' | 'response' | 'course'> {
  const { ms, latency, lateness, response, course } = measurements;
  return { loadMs: ms, latency: latency.summary(), lateness: lateness.summary(), response: response.summary(), course };
}

/** @param before resident memory before the devices were made, in bytes: the rest of the peak counts as memory of the devices */
export function memoryOf(devices: number, before: number): Memory {
  const peakBytes = peakMemory();
  if (devices < enoughDevices) return { peakBytes };
  return { peakBytes, perDeviceBytes: Math.max(0, Math.round((peakBytes - before) / devices)) };
}

/** What a report says about a load besides the measurements. */
export interface LoadCircumstances {
  readonly suite: LoadReport['suite'];
  readonly target: Report['target'];
  readonly plan: Plan;
  readonly machines: number;
  readonly started: Date;
  /** Further remarks. */
  readonly remarks?: readonly string[];
}

/** @param ending absent while the load lasts; the report then says incomplete */
export function buildReport(circumstances: LoadCircumstances, measured: Measured, ending?: LoadEnd): LoadReport {
  const { suite, target, plan, machines, started, remarks = [] } = circumstances;
  const finished = ending?.finished;
  return {
    $schema: 'https://iot-ntp-conformance.invalid/schemas/load.schema.json',
    ...conclude(plan, measured, ending, target.ended),
    certifies: false,
    suite,
    target,
    plan: { ...plan, schedule: kindOf(plan) },
    machines,
    ...measured,
    ratePerSecond: rateOf(measured.counts.answered, measured.loadMs),
    remarks: [...remarksOn(plan, measured), ...remarks],
    started: started.toISOString(),
    ...(finished === undefined ? {} : { finished: finished.toISOString() }),
    durationMs: finished === undefined ? 0 : Math.max(0, finished.getTime() - started.getTime()),
    environment: { node: process.version, platform: process.platform, arch: process.arch },
  };
}

function rateOf(answered: number, ms: number): number {
  return ms === 0 ? 0 : Math.round((answered / ms) * 1e6) / 1000;
}

function conclude(
  plan: Plan,
  measured: Measured,
  ending: LoadEnd | undefined,
  ended: string | undefined,
): Pick<LoadReport, 'outcome' | 'because' | 'exitCode'> {
  const { asked, answered } = measured.counts;
  const incomplete = (because: string, exitCode: 3 | 4) => ({ outcome: 'incomplete', because, exitCode }) as const;
  if (ending === undefined) return incomplete('the load did not finish', 4);
  const { environment, interrupted, refused } = ending;
  if (environment !== undefined) return incomplete(environment, 3);
  if (interrupted !== undefined)
    return incomplete(
      `the load was interrupted (${interrupted}); until then ${digits(answered)} of ${digits(asked)} requests were answered`,
      4,
    );
  const wrong = [
    ...(refused === undefined ? wrongs(measured) : [refused]),
    ...(ended === undefined ? [] : [`the server ended by itself (${ended})`]),
  ];
  if (wrong.length > 0) return { outcome: 'not answered', because: wrong.join(', '), exitCode: 1 };
  const times = kindOf(plan) === 'once' || asked <= measured.connected ? '' : ` each time, ${digits(asked)} in all`;
  return { outcome: 'answered', because: `every device got its own single answer${times}`, exitCode: 0 };
}

function wrongs({ counts, afterwards }: Measured): string[] {
  const { asked, unsent, lost, doubled, foreign, unfit, disconnected } = counts;
  const mute = afterwards.asked - afterwards.answered;
  const many = (count: number, one: string, more: string): string[] =>
    count === 0 ? [] : [`${digits(count)} ${count === 1 ? one : more}`];
  return [
    ...(asked === 0 ? ['no request was sent'] : []),
    ...many(lost, `of ${digits(asked)} requests was not answered`, `of ${digits(asked)} requests were not answered`),
    ...many(
      unsent,
      'request was not sent, because its connection had ended',
      'requests were not sent, because their connections had ended',
    ),
    ...many(doubled, 'answer was a duplicate', 'answers were duplicates'),
    ...many(foreign, 'answer went to the wrong device', 'answers went to the wrong device'),
    ...many(unfit, 'answer was invalid', 'answers were invalid'),
    ...many(disconnected, 'connection ended', 'connections ended'),
    ...many(mute, 'device got no answer when it asked once more', 'devices got no answer when they asked once more'),
  ];
}

function remarksOn(plan: Plan, { lateness }: Measured): string[] {
  const kind = kindOf(plan);
  if (kind === 'closed')
    return [
      'without --rate, a device asks again when it gets its answer: a slow server gets fewer requests, so its latency looks better than it is',
    ];
  if (kind === 'once' || lateness.p99Ms < lateMs) return [];
  return [
    `the suite sent late (99 % within ${lateness.p99Ms.toFixed(1)} ms), because this machine is too busy for the rate: look at the share of the server and the network`,
  ];
}
