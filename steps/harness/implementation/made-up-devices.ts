import { readPattern } from './pattern.ts';

/** How devices are named that the suite makes up: the first form whose names exist at the server is taken. */
const forms: readonly ((which: number) => string)[] = [
  (which) => `probe-${which}`,
  (which) => `probe${which}`,
  (which) => `probe_${which}`,
  (which) => `PROBE${which}`,
  (which) => String(10_000_000 + which),
];

/**
 * The name of a device that the suite makes up.
 *
 * @param deviceNames the pattern of the target file; undefined where all names exist
 * @returns undefined where none of its forms exists
 */
export function madeUpName(which: number, deviceNames: string | undefined): string | undefined {
  return forms.map((form) => form(which)).find((name) => nameExists(name, deviceNames));
}

/** The name of the device of a target file that declares none; undefined where none of the made-up ones exists. */
export function firstName(deviceNames: string | undefined): string | undefined {
  return nameExists('probe', deviceNames) ? 'probe' : madeUpName(1, deviceNames);
}

/** Whether a device of this name may exist at the server. @param deviceNames the pattern of the target file */
export function nameExists(name: string, deviceNames: string | undefined): boolean {
  return deviceNames === undefined || patternOf(deviceNames).matches(name);
}

const patterns = new Map<string, ReturnType<typeof readPattern>>();

/** Without ^ and $ it is meant for the whole name: "[a-z]{4,12}" is not for a name of 32 letters that has 12 in it. */
function patternOf(source: string): ReturnType<typeof readPattern> {
  const known = patterns.get(source) ?? readPattern(/^\^|\$$/.test(source) ? source : `^(?:${source})$`);
  patterns.set(source, known);
  return known;
}
