import fc from 'fast-check';

/** What the cases came to, for the count. */
export interface CaseTally {
  /** Mutated packets and payloads so far. */
  inputs: number;
  /** How many of them were judged as conforming, and how many failed: a fuzzer that never reaches one of both shows little. */
  conforming: number;
  failed: number;
}

/** How one batch of cases is made. */
export interface Batch {
  readonly seed: number;
  readonly cases: number;
  /** Where fast-check said that a finding is, to have that case alone. */
  readonly path: string | undefined;
  /** Before and after each case; the one after it may throw. */
  readonly before: () => void;
  readonly after: () => void;
}

/** What came of a batch. */
export interface Batched {
  readonly cases: number;
  /** The first case that went wrong, at its smallest, and where it is. */
  readonly failure: { readonly error: unknown; readonly example: string; readonly path: string } | undefined;
}

/** A part of the suite that is fuzzed. */
export interface FuzzedPart {
  readonly name: string;
  /** In words, for the table. */
  readonly about: string;
  /** Gets ready, and gives what works on a batch. */
  readonly begin: (tally: CaseTally) => Promise<(batch: Batch) => Promise<Batched>>;
}

/**
 * Makes a kind.
 *
 * @param prepare gives what tries one case; what that throws is found
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

/** Something that the suite got wrong. */
export class FuzzFinding extends Error {
  override readonly name = 'FuzzFinding';
}

/** A text for a message: printable, and not too much of it. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? String(member) : member));
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}
