import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { DurationSummary } from './load-document.ts';

/** From 1 µs to 19 hours, told apart by three significant digits: the same everywhere, so that merged histograms are what one would be. */
const range = { lowestDiscernibleValue: 1, highestTrackableValue: 2 ** 36, numberOfSignificantValueDigits: 3 } as const;

/**
 * Durations, kept as a histogram with a relative error of 0.1 % (HdrHistogram), so that those of a million exchanges take some KiB, and
 * those of several machines can be added up without loss.
 */
export class Durations {
  readonly #histogram: Histogram;

  private constructor(histogram: Histogram) {
    this.#histogram = histogram;
  }

  static none(): Durations {
    // Without WebAssembly: recording costs a fraction of a µs either way, and a histogram needs no freeing then.
    return new Durations(build({ ...range, bitBucketSize: 32, useWebAssembly: false }));
  }

  /** @throws Error when the text is no histogram */
  static decode(text: string): Durations {
    return new Durations(decodeFromCompressedBase64(text));
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** @param us in µs; what is beyond the range counts as its end */
  record(us: number): void {
    this.#histogram.recordValue(Math.min(range.highestTrackableValue, Math.max(0, Math.round(us))));
  }

  add(other: Durations): void {
    this.#histogram.add(other.#histogram);
  }

  /** The duration, in ms, that so many percent do not exceed; 0 where there is none. */
  atPercentile(percentile: number): number {
    return this.count === 0 ? 0 : this.#histogram.getValueAtPercentile(percentile) / 1000;
  }

  summary(): DurationSummary {
    return {
      count: this.count,
      p50Ms: this.atPercentile(50),
      p90Ms: this.atPercentile(90),
      p99Ms: this.atPercentile(99),
      p999Ms: this.atPercentile(99.9),
      maxMs: this.atPercentile(100),
      histogram: encodeIntoCompressedBase64(this.#histogram),
    };
  }
}
