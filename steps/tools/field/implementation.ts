import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { root } from '../../requirements/requirement.ts';

/** The folder of the real software. */
export const fieldFolder = join(root, 'fixtures/field');

/** The expected result of a requirement that does not simply pass: "warning", or "passed or inapplicable"; and the reason. */
export type Deviation = readonly [status: string, reason: string];

/** A target file, and the requirements with another result than passed. */
export interface FieldTarget {
  readonly file: string;
  readonly deviations: Readonly<Record<string, Deviation>>;
}

/** Real software of one folder. */
export interface FieldImplementation {
  readonly name: string;
  /** Packages of Debian. */
  readonly debian: readonly string[];
  /** Shell commands. */
  readonly build: readonly string[];
  /** Whether it belongs to the short part, which takes a few minutes. */
  readonly part: boolean;
  /** The target files that take part in the matrix. */
  readonly interop: readonly string[];
  readonly targets: readonly FieldTarget[];
}

/** An entry of `field.yaml`. */
interface FieldEntry {
  readonly debian?: readonly string[];
  readonly build?: readonly string[];
  readonly part?: true;
  readonly interop?: readonly string[];
  readonly targets: Readonly<Record<string, FieldTarget['deviations']>>;
}

/** All implementations of `field.yaml`, in its order. */
export function readField(): FieldImplementation[] {
  const text = readFileSync(join(fieldFolder, 'field.yaml'), 'utf8');
  const { implementations } = parse(text, { merge: true }) as { readonly implementations: Readonly<Record<string, FieldEntry>> };
  return Object.entries(implementations).map(([name, { debian = [], build = [], part = false, interop, targets }]) => ({
    name,
    debian,
    build,
    part,
    interop: interop ?? Object.keys(targets).slice(0, 1),
    targets: Object.entries(targets).map(([file, deviations]) => ({ file, deviations })),
  }));
}

/** The implementations with these names; without names all of them, or those of the short part. @throws WrongUse for an unknown name */
export function choose(all: readonly FieldImplementation[], names: readonly string[], part: boolean): FieldImplementation[] {
  const unknown = names.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined)
    throw new WrongUse(`"${unknown}" is no implementation of fixtures/field; expected ${all.map(({ name }) => name).join(', ')}`);
  return all.filter((one) => (names.length > 0 ? names.includes(one.name) : one.part || !part));
}
