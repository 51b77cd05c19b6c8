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

function patternOf(source: string): ReturnType<typeof readPattern> {
  const known = patterns.get(source) ?? readPattern(source);
  patterns.set(source, known);
  return known;
}
