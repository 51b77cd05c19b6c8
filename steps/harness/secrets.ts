import { printable } from './printable.ts';

/** What stands where a secret stood. */
const mask = '(secret)';

/**
 * Replaces every secret in a text by `(secret)`: as it is, and as it looks inside JSON, inside JSON in JSON, inside a URL and in
 * printable form. Conceal before a text is cut, otherwise the beginning of a secret may stay. To apply it twice changes nothing.
 */
export function conceal(text: string, secrets: readonly string[]): string {
  const pattern = secrets.length === 0 ? undefined : patternOf(secrets);
  return pattern === undefined ? text : text.replaceAll(pattern, mask);
}

/** The target's secrets are one list all through a run, and its pattern is used for every line of every situation. */
const patterns = new WeakMap<readonly string[], { readonly pattern: RegExp | undefined }>();

function patternOf(secrets: readonly string[]): RegExp | undefined {
  const known = patterns.get(secrets);
  if (known !== undefined) return known.pattern;
  const forms = new Set(secrets.filter((secret) => secret !== '').flatMap(formsOf));
  // The longest first: where one secret begins another, the rest of the longer one must not stay behind.
  const longestFirst = [...forms].sort((a, b) => b.length - a.length).map(quote);
  // The mask is found before any secret, so that a secret like "secret" does not mask the mask.
  const pattern = longestFirst.length === 0 ? undefined : new RegExp([quote(mask), ...longestFirst].join('|'), 'g');
  patterns.set(secrets, { pattern });
  return pattern;
}

function formsOf(secret: string): string[] {
  const once = inJson(secret);
  return [secret, once, inJson(once), encodeURIComponent(secret.toWellFormed()), printable(secret, Number.POSITIVE_INFINITY)];
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function quote(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
