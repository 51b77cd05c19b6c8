/** A point in time on both clocks of this machine. */
export interface Time {
  /** Monotonic time in µs: for distances. */
  readonly atUs: number;
  /** Wall time in ms since 1970, with its fraction: for comparison with what an implementation reads from its own clock. */
  readonly wallMs: number;
}

/** Monotonic time in µs. */
export function nowUs(): number {
  return performance.now() * 1000;
}

/** How far apart two looks at a clock may be to count as one, in µs. */
const togetherUs = 20;

/** The longest that the clocks are compared, in µs. */
const patienceUs = 20_000;

/** By how much a reading may contradict what the comparison found, in ms. */
const inexactMs = 0.05;

/**
 * Wall clock minus monotonic clock, in ms: looks at both until `Date.now()`, which has whole milliseconds only, goes on to the next one.
 * `performance.timeOrigin` would tell it at once, but is late by as much as the process had to wait for a processor while it started.
 */
function compareClocks(): number {
  const endUs = nowUs() + patienceUs;
  let nearestUs = Number.POSITIVE_INFINITY;
  let beforeUs = nowUs();
  let wall = Date.now();
  let found = wall + 0.5 - beforeUs / 1000;
  while (nearestUs > togetherUs && beforeUs < endUs) {
    const nextUs = nowUs();
    const next = Date.now();
    const afterUs = nowUs();
    if (next !== wall && afterUs - beforeUs < nearestUs) {
      nearestUs = afterUs - beforeUs;
      found = next - (beforeUs + afterUs) / 2000;
    }
    beforeUs = nextUs;
    wall = next;
  }
  return found;
}

/** Wall clock minus monotonic clock, in ms. */
let offset = compareClocks();

/**
 * Reads both clocks. The fraction of the wall time comes from the monotonic clock. `Date.now()` bounds the result, so that a clock that is
 * set while the suite runs is followed at once.
 */
export function now(): Time {
  const before = nowUs();
  const wall = Date.now();
  const atUs = nowUs();
  const [least, most] = [wall - atUs / 1000, wall + 1 - before / 1000];
  if (offset < least - inexactMs || offset > most + inexactMs) offset = compareClocks();
  offset = Math.min(Math.max(offset, least), most);
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
