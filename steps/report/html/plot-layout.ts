import type { ScenarioResult } from '../../verdict/report.ts';
import { niceStep } from './numbers.ts';

/** One exchange, as the plot shows it. All in ms. */
export interface Sample {
  readonly roundTripMs: number;
  readonly errorMs: number;
  /** It is what a scenario failed by, as far as one exchange can be. */
  readonly failed: boolean;
  /** What the formula gives for a client's exchange, and to within how much. */
  readonly expected?: { readonly errorMs: number; readonly withinMs: number };
}

/** Where the drawing's axes are, in its own units. */
export const area = { width: 360, height: 230, left: 44, right: 348, top: 26, bottom: 194 } as const;

/** Stamps are whole milliseconds, so that the formula may be off by one more than its bound. */
export const resolutionMs = 1;

/** A sample where it is drawn. */
export interface Dot {
  readonly x: number;
  readonly y: number;
  readonly failed: boolean;
  /** It lies above or below what is drawn, and is drawn at the edge. */
  readonly beyond?: 'above' | 'below';
}

/** What the formula gives for an exchange, and the range that the suite allows, where it is drawn. */
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
  /** How many lie within half the round trip + 1 ms. */
  readonly within: number;
  readonly x: (roundTripMs: number) => number;
  readonly y: (errorMs: number) => number;
}

/** By how much a sample may be off, in ms: half the round trip, as the formula has it, and the resolution of the stamps. */
export function boundOf({ roundTripMs }: Pick<Sample, 'roundTripMs'>): number {
  return roundTripMs / 2 + resolutionMs;
}

/** Lays samples out; the axes end where the widest bound does, and what lies farther off is shown at the edge. */
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

/** The exchanges of a client's scenarios: how far each reported time was off the platform's, and how far the formula is. */
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
 * The exchanges of a server's scenarios: how far the server's clock, as the formula shows it, is off the clock that it must be. That
 * is the suite's where they share it, and otherwise where all exchanges together put it.
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

/** The middle of what every exchange leaves possible, each by its own bound; the quickest exchange's offset where they contradict each other. */
export function commonOffset(seen: readonly { readonly roundTripMs: number; readonly offsetMs: number }[]): number {
  const low = Math.max(...seen.map(({ roundTripMs, offsetMs }) => offsetMs - roundTripMs / 2));
  const high = Math.min(...seen.map(({ roundTripMs, offsetMs }) => offsetMs + roundTripMs / 2 + resolutionMs));
  if (low <= high) return (low + high) / 2;
  const [quickest] = seen.toSorted((a, b) => a.roundTripMs - b.roundTripMs);
  return quickest?.offsetMs ?? 0;
}
