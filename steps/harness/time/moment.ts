import { monotonic } from '../mqtt/wire.ts';

/** When something happened, on both clocks of this machine. */
export interface Moment {
  /** Monotonic time in µs: for distances. */
  readonly atUs: number;
  /** Wall time in ms since 1970, with its fraction: for comparison with what an implementation reads from its own clock. */
  readonly wallMs: number;
}

/** Wall clock minus monotonic clock, in ms. */
let offset = performance.timeOrigin;

/**
 * Reads both clocks. The fraction of the wall time comes from the monotonic clock. Date.now(), which has none, says between
 * which two milliseconds the wall time lies, so that a clock that was set meanwhile is followed at once, and nobody has to wait
 * for its next millisecond.
 */
export function moment(): Moment {
  const before = monotonic();
  const wall = Date.now();
  const atUs = monotonic();
  offset = Math.min(Math.max(offset, wall - atUs / 1000), wall + 1 - before / 1000);
  return { atUs, wallMs: atUs / 1000 + offset };
}
