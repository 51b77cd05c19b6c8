import { conceal } from '../secrets.ts';

/** Shorter values are in every other word, and hiding them would only make a report unreadable. */
const SHORTEST = 4;

/** The values that are worth hiding, each once, the longest first so that none is left over in part. */
export function secretsOf(values: readonly (string | undefined)[]): string[] {
  const secrets = new Set(values.filter((value) => value !== undefined && value.length >= SHORTEST) as string[]);
  return [...secrets].sort((a, b) => b.length - a.length);
}

/** The text with every secret replaced, in every form in which an implementation may print it. */
export function redact(text: string, secrets: readonly string[]): string {
  return conceal(text, secretsOf(secrets));
}
