/** A point in time on both clocks of this machine. */
export interface Time {
  /** Monotonic time in µs: for distances. */
  readonly atUs: number;
  /** Wall time in ms since 1970, with its fraction: for comparison with what an implementation reads from its own clock. */
  readonly wallMs: number;
}

/** Wall clock minus monotonic clock, in ms. */
let offset = performance.timeOrigin;

/** Monotonic time in µs. */
export function nowUs(): number {
  return performance.now() * 1000;
}

/**
 * Reads both clocks. The fraction of the wall time comes from the monotonic clock. `Date.now()`, which has whole milliseconds only, bounds
 * the result, so that a clock that is set while the suite runs is followed at once.
 */
export function now(): Time {
  const before = nowUs();
  const wall = Date.now();
  const atUs = nowUs();
  offset = Math.min(Math.max(offset, wall - atUs / 1000), wall + 1 - before / 1000);
  return { atUs, wallMs: atUs / 1000 + offset };
}

/**
 * The wall time at a point of monotonic time, in ms since 1970 with a fraction.
 *
 * @param atUs monotonic time in µs; now where it is left out
 */
export function wallMsAt(atUs?: number): number {
  const { atUs: readUs, wallMs } = now();
  return atUs === undefined ? wallMs : wallMs + (atUs - readUs) / 1000;
}
