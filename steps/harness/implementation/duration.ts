const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** The longest duration that a target file may ask for, in ms: an hour. */
export const LONGEST_MS = 3_600_000;

/** The most that clocks may be apart, in ms: a day. */
export const mostClockToleranceMs = 86_400_000;

/** A duration such as `500ms`, `20s`, `2m` or `1h`, in ms; undefined when the text is none. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * UNITS[unit as keyof typeof UNITS];
}
