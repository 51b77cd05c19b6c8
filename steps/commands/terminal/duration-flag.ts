import { LONGEST_MS, parseDuration } from '../../harness/implementation/duration.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';

/**
 * The duration that a flag has, in ms; undefined without one.
 *
 * @param leastMs the shortest that it accepts
 * @throws WrongUse for a text that is not a duration, or one that is too short or too long
 */
export function readDuration(flag: string, text: string | undefined, leastMs = 0): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= leastMs && ms <= LONGEST_MS) return ms;
  throw new WrongUse(`${flag} is "${text}"; expected a duration such as 90s or 10m, of an hour at most`);
}
