import { moment } from './moment.ts';

/**
 * The wall time of a monotonic moment, in ms since 1970 with a fraction, where Date.now() has whole milliseconds only.
 *
 * @param at monotonic time in µs; now where it is left out
 */
export function wall(at?: number): number {
  const { atUs, wallMs } = moment();
  return at === undefined ? wallMs : wallMs + (at - atUs) / 1000;
}
