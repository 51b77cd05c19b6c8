import type { FleetCounts } from '../../harness/device/fleet.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { type ShardFolder, shardsOfOne } from '../terminal/shards-of-one-run.ts';
import { Durations } from './latency.ts';
import type { Course } from './load-document.ts';
import { buildReport, type LoadEnd, type LoadReport, type Measured } from './load-report.ts';
import { stepMs } from './plan.ts';

/** The report of one machine, and the folder that names it. */
export interface MachineLoad {
  readonly folder: string;
  readonly report: LoadReport;
}

/**
 * Merges the reports of all machines of a load. Counts and histograms are added, so that a percentile is one of all requests, and no
 * mean of percentiles.
 *
 * @throws WrongUse unless the reports are all shards of one load, each once
 */
export function mergeLoads(parts: readonly MachineLoad[]): LoadReport {
  const [first] = shardsOfOne('load', parts.map(shardOf));
  const reports = parts.map(({ report }) => report);
  const { schedule: _schedule, shard: _shard, ...plan } = first.report.plan;
  const circumstances = {
    suite: first.report.suite,
    target: first.report.target,
    plan,
    machines: parts.length,
    started: new Date(Math.min(...reports.map(({ started }) => Date.parse(started)))),
    remarks: togetherness(reports),
  };
  return buildReport(circumstances, measuredTogether(reports, stepMs(plan)), endingOf(parts));
}

/** @throws WrongUse for a load without shards */
function shardOf(part: MachineLoad): MachineLoad & ShardFolder {
  const { suite, target, plan } = part.report;
  if (plan.shard === undefined) throw new WrongUse(`${part.folder} is a whole load, made without --shard`);
  const identity = [
    ['the suite', [suite.name, suite.version]],
    ['the target', [target.name, target.version, target.file, target.fileDigest]],
    ['--devices', plan.devices],
    ['--rate', plan.ratePerSecond],
    ['--for, in ms,', plan.forMs],
  ] as const;
  return { ...part, shard: plan.shard, identity };
}

function measuredTogether(reports: readonly LoadReport[], step: number): Measured {
  const sum = (of: (report: LoadReport) => number): number => reports.reduce((total, report) => total + of(report), 0);
  const counted = (name: keyof FleetCounts | 'open'): number => sum(({ counts }) => counts[name]);
  const { began, ended } = span(reports);
  const perDevice = reports.flatMap(({ memory }) => memory.perDeviceBytes ?? []);
  return {
    connected: sum(({ connected }) => connected),
    counts: {
      asked: counted('asked'),
      unsent: counted('unsent'),
      answered: counted('answered'),
      lost: counted('lost'),
      open: counted('open'),
      doubled: counted('doubled'),
      foreign: counted('foreign'),
      unfit: counted('unfit'),
      disconnected: counted('disconnected'),
    },
    afterwards: { asked: sum(({ afterwards }) => afterwards.asked), answered: sum(({ afterwards }) => afterwards.answered) },
    ...(began === undefined ? {} : { began: new Date(began).toISOString() }),
    loadMs: began === undefined ? 0 : ended - began,
    latency: added(reports.map(({ latency }) => latency.histogram)),
    lateness: added(reports.map(({ lateness }) => lateness.histogram)),
    response: added(reports.map(({ response }) => response.histogram)),
    course: courseOf(reports, step, began ?? 0),
    memory: {
      peakBytes: Math.max(...reports.map(({ memory }) => memory.peakBytes)),
      ...(perDevice.length === 0 ? {} : { perDeviceBytes: Math.max(...perDevice) }),
    },
    faults: reports.flatMap(({ faults }) => faults),
  };
}

/** @throws WrongUse if a text is no histogram */
function added(histograms: readonly string[]): Measured['latency'] {
  const all = Durations.none();
  for (const text of histograms) {
    try {
      all.add(Durations.decode(text));
    } catch (error) {
      throw new WrongUse(`a histogram cannot be read (${String(error)}): merge reports as load wrote them`);
    }
  }
  return all.summary();
}

/** The time from the first request to the last answer of all machines, by their wall clocks, in ms since 1970. */
function span(reports: readonly LoadReport[]): {
  readonly began: number | undefined;
  readonly ended: number;
  readonly common: number;
} {
  const spans = reports.flatMap(({ began, loadMs }) => (began === undefined ? [] : [[Date.parse(began), loadMs] as const]));
  const begins = spans.map(([began]) => began);
  const ends = spans.map(([began, ms]) => began + ms);
  if (spans.length === 0) return { began: undefined, ended: 0, common: 0 };
  return { began: Math.min(...begins), ended: Math.max(...ends), common: Math.max(0, Math.min(...ends) - Math.max(...begins)) };
}

/** A remark if the machines did not send at the same time: the rates then say less. */
function togetherness(reports: readonly LoadReport[]): string[] {
  const { began, ended, common } = span(reports);
  if (began === undefined || common >= 0.9 * (ended - began)) return [];
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  return [
    `by their clocks, all machines sent requests at the same time for only ${seconds(common)} of ${seconds(ended - began)}: start them closer together, or use a longer --for`,
  ];
}

function courseOf(reports: readonly LoadReport[], step: number, began: number): Course {
  const course = { stepMs: step, asked: [] as number[], answered: [] as number[] };
  for (const report of reports) {
    if (report.began === undefined) continue;
    const shift = Math.round((Date.parse(report.began) - began) / step);
    for (const name of ['asked', 'answered'] as const)
      for (const [index, count] of report.course[name].entries())
        course[name][index + shift] = (course[name][index + shift] ?? 0) + count;
  }
  const steps = Math.max(course.asked.length, course.answered.length);
  const filled = (counts: readonly number[]): number[] => Array.from({ length: steps }, (_, index) => counts[index] ?? 0);
  return { stepMs: step, asked: filled(course.asked), answered: filled(course.answered) };
}

function endingOf(parts: readonly MachineLoad[]): LoadEnd {
  const finished = new Date(Math.max(...parts.map(({ report }) => Date.parse(report.finished ?? report.started))));
  const broken = parts.filter(({ report }) => report.outcome === 'incomplete');
  const why = broken.map(({ folder, report }) => `${folder}: ${report.because}`).join('; ');
  if (broken.some(({ report }) => report.exitCode === 3)) return { finished, environment: why };
  if (broken.length > 0) return { finished, interrupted: why };
  // A machine that the server rejected sent nothing, so its report says nothing else.
  const refused = parts.filter(({ report }) => report.exitCode === 1 && report.counts.asked === 0);
  const reason = refused.map(({ folder, report }) => `${folder}: ${report.because}`).join('; ');
  return { finished, ...(refused.length === 0 ? {} : { refused: reason }) };
}
