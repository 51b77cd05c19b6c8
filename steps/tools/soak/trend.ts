import type { Sample, Usage } from './usage.ts';

/** What may not grow, and by how much the last runs may have more of it than the first ones. */
export const bounds: readonly Bound[] = [
  { name: 'heap after garbage collection', of: 'heapBytes', most: 1.05, shown: mebibytes },
  { name: 'resident memory', of: 'residentBytes', most: 1.15, shown: mebibytes },
  { name: 'open files', of: 'files', most: 1, shown: String },
  { name: 'handles of the event loop', of: 'handles', most: 1, shown: String },
  { name: 'processes', of: 'processes', most: 1, shown: String },
];

/** From how many runs on growth is judged: the first ones load and compile what all others use. */
export const leastRuns = 90;

/** One thing that is measured after every run. */
export interface Bound {
  readonly name: string;
  readonly of: Exclude<keyof Usage, 'code'> | 'processes';
  /** The most that the ratio of the last runs to the first ones may be. */
  readonly most: number;
  readonly shown: (value: number) => string;
}

/** How something went over the runs. */
export interface Trend {
  /** Medians. */
  readonly first: number;
  readonly last: number;
  readonly peak: number;
  readonly ratio: number;
}

/** How many runs the first ones and the last ones are: a hundred each, fewer where there are not three times as many. */
export function windowOf(runs: number): number {
  return Math.max(1, Math.min(100, Math.floor(runs / 3)));
}

/** The first runs beside the last ones. @throws RangeError without a single value */
export function trendOf(values: readonly number[]): Trend {
  const width = windowOf(values.length);
  const first = median(values.slice(0, width));
  const last = median(values.slice(-width));
  return { first, last, peak: Math.max(...values), ratio: last === first ? 1 : last / first };
}

/** What the samples show that must not be, a line each; none where the soak is passed. */
export function faultsOf(samples: readonly Sample[], runs: number): string[] {
  const deviating = samples.filter(({ deviation }) => deviation !== undefined);
  const grown = bounds.filter(
    ({ of, most }) => samples.length >= leastRuns && trendOf(samples.map((sample) => sample[of])).ratio > most,
  );
  return [
    ...(samples.length < runs ? [`only ${samples.length} of ${runs} runs came to their end`] : []),
    ...deviating.slice(0, 20).map(({ run, order, deviation }) => `run ${run} (--order ${order}): ${deviation ?? ''}`),
    ...(deviating.length > 20 ? [`${deviating.length - 20} more runs went otherwise`] : []),
    ...grown.map(({ name, most }) =>
      most === 1 ? `${name} grew` : `${name} grew by more than ${((most - 1) * 100).toFixed(0)} %`,
    ),
  ];
}

function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  if (middle === undefined) throw new RangeError('a median of nothing');
  return middle;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
