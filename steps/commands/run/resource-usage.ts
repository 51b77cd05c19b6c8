import { readdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Report } from '../../verdict/report.ts';

/** What the process of the suite uses between two runs of a series. */
export interface ResourceUsage {
  readonly residentBytes: number;
  /** Live objects and buffers after a garbage collection. */
  readonly heapBytes: number;
  /** Open file descriptors; absent on systems that do not list them. */
  readonly openFiles?: number;
}

/** How the usage changed over a series, as `report.json` says it. */
export type UsageTrend = NonNullable<NonNullable<Report['repeat']>['resources']>;

/** The smallest series that has a trend: the first runs load and compile what all others use. */
const fewestRuns = 20;

/** Measures what this process uses, after a garbage collection: only then can two measurements be compared. */
export async function measureUsage(): Promise<ResourceUsage> {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  // The second collection frees what finalizers of the first one released; between them handles close.
  for (let time = 0; time < 2; time += 1) {
    await setImmediate();
    collectGarbage();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const openFiles = countOpenFiles();
  return { residentBytes: rss, heapBytes: heapUsed + external, ...(openFiles === undefined ? {} : { openFiles }) };
}

function countOpenFiles(): number | undefined {
  try {
    return readdirSync('/dev/fd').length;
  } catch {
    return undefined;
  }
}

/** Compares the last tenth of the runs with the first one; undefined for fewer than 20 runs. @param usages one per run */
export function usageTrend(usages: readonly ResourceUsage[]): UsageTrend | undefined {
  if (usages.length < fewestRuns) return undefined;
  const runs = Math.floor(usages.length / 10);
  return { runs, first: medians(usages.slice(0, runs)), last: medians(usages.slice(-runs)) };
}

function medians(usages: readonly ResourceUsage[]): ResourceUsage {
  const openFiles = usages.flatMap((usage) => usage.openFiles ?? []);
  return {
    residentBytes: median(usages.map(({ residentBytes }) => residentBytes)),
    heapBytes: median(usages.map(({ heapBytes }) => heapBytes)),
    ...(openFiles.length === 0 ? {} : { openFiles: median(openFiles) }),
  };
}

/** Of two middle values it is the larger one, so that numbers of files stay whole. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
