import type { ScenarioResult } from '../../verdict/report.ts';
import { niceStep } from './numbers.ts';

/** An exchange in the plot. All values are in ms. */
export interface Sample {
  readonly roundTripMs: number;
  readonly errorMs: number;
  /** True if the scenario failed because of this exchange. */
  readonly failed: boolean;
  /** For a client: the result of the formula, and its uncertainty. */
  readonly expected?: { readonly errorMs: number; readonly withinMs: number };
}

/** The size of the drawing and the places of its axes, in its own units. */
export const area = { width: 360, height: 230, left: 44, right: 348, top: 26, bottom: 194 } as const;

/** Timestamps are whole milliseconds, so the formula may be off by 1 ms more than its bound. */
export const resolutionMs = 1;

/** The drawn point of a sample. */
export interface Dot {
  readonly x: number;
  readonly y: number;
  readonly failed: boolean;
  /** The sample is outside of the drawing, so the point is at the edge. */
  readonly beyond?: 'above' | 'below';
}

/** The drawn result of the formula for an exchange, with the range that the suite allows. */
export interface Ring {
  readonly x: number;
  readonly y: number;
  readonly from: number;
  readonly to: number;
}

export interface PlotLayout {
  readonly xMost: number;
  readonly yMost: number;
  readonly xStep: number;
  readonly yStep: number;
  readonly dots: readonly Dot[];
  readonly rings: readonly Ring[];
  /** How many samples are within half the round trip + 1 ms. */
  readonly within: number;
  readonly x: (roundTripMs: number) => number;
  readonly y: (errorMs: number) => number;
}

/** By how much a sample may be off, in ms: half the round trip, plus the resolution of the timestamps. */
export function boundOf({ roundTripMs }: Pick<Sample, 'roundTripMs'>): number {
  return roundTripMs / 2 + resolutionMs;
}

/** Places the samples. The axes end at the widest bound; samples beyond it are drawn at the edge. */
export function layOutPlot(samples: readonly Sample[]): PlotLayout {
  const widest = Math.max(...samples.map(({ roundTripMs }) => roundTripMs), 0.5);
  const xStep = niceStep(widest * 1.08, 5);
  const xMost = Math.ceil((widest * 1.02) / xStep) * xStep;
  const seen = samples.map(({ errorMs }) => Math.abs(errorMs)).filter((error) => error <= 3 * (xMost / 2 + resolutionMs));
  const needed = Math.max(xMost / 2 + resolutionMs, ...seen.map((error) => error * 1.06));
  const yStep = niceStep(needed, 3);
  const yMost = Math.ceil(needed / yStep) * yStep;
  const x = (ms: number): number => area.left + ((area.right - area.left) * ms) / xMost;
  const y = (ms: number): number => (area.top + area.bottom) / 2 - ((area.bottom - area.top) / 2) * (ms / yMost);
  const dots = samples.map(({ roundTripMs, errorMs, failed }): Dot => {
    const at = { x: x(roundTripMs), failed };
    if (Math.abs(errorMs) <= yMost) return { ...at, y: y(errorMs) };
    const beyond = errorMs > 0 ? 'above' : 'below';
    return { ...at, y: beyond === 'above' ? area.top + 4 : area.bottom - 4, beyond };
  });
  const rings = samples.flatMap(({ roundTripMs, expected }): Ring[] => {
    if (expected === undefined || Math.abs(expected.errorMs) > yMost) return [];
    const [low, high] = [expected.errorMs - expected.withinMs, expected.errorMs + expected.withinMs];
    const at = (ms: number): number => y(Math.max(-yMost, Math.min(yMost, ms)));
    return [{ x: x(roundTripMs), y: y(expected.errorMs), from: at(high), to: at(low) }];
  });
  const within = samples.filter((sample) => Math.abs(sample.errorMs) <= boundOf(sample)).length;
  return { xMost, yMost, xStep, yStep, dots, rings, within, x, y };
}

/** The exchanges of a client's scenarios: the error of each reported time, and the error of the formula's result. */
export function clientSamples(scenarios: readonly ScenarioResult[]): Sample[] {
  return scenarios.flatMap(({ exchanges = [], failure }) =>
    exchanges.flatMap(({ answers, errorMs, expected }) => {
      const roundTripMs = answers.at(-1)?.roundTripMs;
      if (errorMs === undefined || roundTripMs === undefined) return [];
      const known = expected === undefined ? {} : { expected: { errorMs: expected.errorMs, withinMs: expected.withinMs } };
      return [{ roundTripMs, errorMs, failed: failure !== undefined, ...known }];
    }),
  );
}

/**
 * The exchanges of a server's scenarios: the error of the server's clock by the formula. The right time is the suite's clock if the server
 * shares it, otherwise the common estimate of all exchanges.
 */
export function serverSamples(scenarios: readonly ScenarioResult[], sharedClock: boolean): Sample[] {
  const seen = scenarios.flatMap(({ exchanges = [], failure }) =>
    exchanges.flatMap(({ n, answers: [answer] }) => {
      const { roundTripMs, offsetMs } = answer ?? {};
      if (roundTripMs === undefined || offsetMs === undefined) return [];
      return [{ roundTripMs, offsetMs, doubtful: failure !== undefined, failed: failure?.message?.exchange === n }];
    }),
  );
  const truth = sharedClock ? 0 : commonOffset(seen);
  return seen.map(({ roundTripMs, offsetMs, doubtful, failed }) => {
    const errorMs = offsetMs - truth;
    return { roundTripMs, errorMs, failed: failed || (doubtful && Math.abs(errorMs) > boundOf({ roundTripMs })) };
  });
}

/** The middle of the range that the bounds of all exchanges allow. If the bounds contradict each other, the offset of the quickest exchange. */
export function commonOffset(seen: readonly { readonly roundTripMs: number; readonly offsetMs: number }[]): number {
  const low = Math.max(...seen.map(({ roundTripMs, offsetMs }) => offsetMs - roundTripMs / 2));
  const high = Math.min(...seen.map(({ roundTripMs, offsetMs }) => offsetMs + roundTripMs / 2 + resolutionMs));
  if (low <= high) return (low + high) / 2;
  const [quickest] = seen.toSorted((a, b) => a.roundTripMs - b.roundTripMs);
  return quickest?.offsetMs ?? 0;
}
