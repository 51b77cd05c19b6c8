import { monotonic } from './wire.ts';

/** Wall clock minus monotonic clock, in ms; undefined until first asked. */
let offset: number | undefined;

/**
 * The wall time of a monotonic moment, in ms since 1970 with a fraction, where Date.now() has whole milliseconds only.
 *
 * @param at monotonic time in µs
 */
export function wall(at: number = monotonic()): number {
  const now = monotonic() / 1000;
  // Within a millisecond the two agree by construction; further apart the machine's clock was set, so look again.
  const drift = offset === undefined ? Number.NaN : Date.now() - (now + offset);
  if (offset === undefined || drift < -1.5 || drift > 0.5) offset = measure();
  return at / 1000 + offset;
}

/** Watches Date.now() step to its next millisecond: takes 1 ms at the most. */
function measure(): number {
  const before = Date.now();
  let now = before;
  while (now === before) now = Date.now();
  return now - monotonic() / 1000;
}
