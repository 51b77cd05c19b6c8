import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { DurationSummary } from './load-document.ts';

/** From 1 µs to 19 hours, with three significant digits. All histograms use this range, so that merging them is exact. */
const range = { lowestDiscernibleValue: 1, highestTrackableValue: 2 ** 36, numberOfSignificantValueDigits: 3 } as const;

/**
 * Durations in a histogram with a relative error of 0.1 % (HdrHistogram). A million durations take a few KiB, and the histograms of
 * several machines can be added without loss.
 */
export class Durations {
  readonly #histogram: Histogram;

  private constructor(histogram: Histogram) {
    this.#histogram = histogram;
  }

  static none(): Durations {
    // Without WebAssembly: it is fast enough, and the histogram needs no explicit release.
    return new Durations(build({ ...range, bitBucketSize: 32, useWebAssembly: false }));
  }

  /** @throws Error when the text is no histogram */
  static decode(text: string): Durations {
    return new Durations(decodeFromCompressedBase64(text));
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** @param us in µs; a value beyond the range counts as the largest one */
  record(us: number): void {
    this.#histogram.recordValue(Math.min(range.highestTrackableValue, Math.max(0, Math.round(us))));
  }

  add(other: Durations): void {
    this.#histogram.add(other.#histogram);
  }

  /** The duration that this percentage of all durations does not exceed, in ms; 0 if there is none. */
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
