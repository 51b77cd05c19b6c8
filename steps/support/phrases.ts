import { defineParameterType } from '@cucumber/cucumber';

const perUnit: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** A duration of the features in ms: "400 ms", "1 h". */
export function inMs(amount: string, unit: string): number {
  return Number(amount) * (perUnit[unit] ?? Number.NaN);
}

/** A parameter that is one of some phrases, and that a step gets as it is. */
export function definePhrases(name: string, phrases: readonly string[]): void {
  defineParameterType({
    name,
    regexp: new RegExp(phrases.join('|')),
    transformer: (phrase: string) => phrase,
    useForSnippets: false,
  });
}
