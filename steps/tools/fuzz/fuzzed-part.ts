import fc from 'fast-check';

/** Counts of cases. */
export interface CaseTally {
  /** Mutated packets and payloads so far. */
  inputs: number;
  /** How many of them were judged as conforming, and how many as failed: a fuzzer that never reaches one of the two shows little. */
  conforming: number;
  failed: number;
}

/** How a batch of cases is made. */
export interface Batch {
  readonly seed: number;
  readonly cases: number;
  /** The path of a finding by fast-check, to repeat that case alone. */
  readonly path: string | undefined;
  /** Called before and after each case; `after` may throw. */
  readonly before: () => void;
  readonly after: () => void;
}

/** The result of a batch. */
export interface BatchResult {
  readonly cases: number;
  /** The first failed case, reduced by fast-check, and its path. */
  readonly failure: { readonly error: unknown; readonly example: string; readonly path: string } | undefined;
}

/** A part of the suite that is fuzzed. */
export interface FuzzedPart {
  readonly name: string;
  /** In words, for the table. */
  readonly about: string;
  /** Prepares the part. @returns a function that runs a batch */
  readonly begin: (tally: CaseTally) => Promise<(batch: Batch) => Promise<BatchResult>>;
}

/**
 * Makes a part that is fuzzed.
 *
 * @param prepare returns a function that tries one case; an exception of it is a finding
 */
export function fuzzedPart<T>(
  words: Pick<FuzzedPart, 'name' | 'about'>,
  cases: fc.Arbitrary<T>,
  prepare: (tally: CaseTally) => Promise<(one: T) => Promise<void>>,
): FuzzedPart {
  return {
    ...words,
    begin: async (tally) => {
      const attempt = await prepare(tally);
      return async ({ seed, cases: numRuns, path, before, after }) => {
        const property = fc.asyncProperty(cases, async (one) => {
          before();
          await attempt(one);
          after();
        });
        const parameters = path === undefined ? { seed, numRuns } : { seed, numRuns, path };
        const details = await fc.check(property, parameters);
        const { errorInstance: error, counterexample, counterexamplePath } = details;
        const example = fc.stringify(counterexample).slice(0, 3000);
        const failure = details.failed ? { error, example, path: counterexamplePath ?? '' } : undefined;
        return { cases: details.numRuns, failure };
      };
    },
  };
}

/** A mistake of the suite. */
export class FuzzFinding extends Error {
  override readonly name = 'FuzzFinding';
}

/** A value for a message: printable, and not too long. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? String(member) : member));
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}
