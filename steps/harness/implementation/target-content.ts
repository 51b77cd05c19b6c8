import type { Fault } from './check-target.ts';

/** The value at a path of a target file's content, which may have any shape; undefined when there is none. */
export function member(value: unknown, ...path: readonly string[]): unknown {
  let found: unknown = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return found;
}

/** The text at a path; undefined when there is none. */
export function text(value: unknown, ...path: readonly string[]): string | undefined {
  const found = member(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** The list at a path; empty when there is none. */
export function list(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = member(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** Every text at and below a value, with its path. */
export function texts(value: unknown, path: readonly string[]): [readonly string[], string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => texts(below, [...path, key]));
}

/** The fault that a member has a wrong value. @param what in words, as the rest of a sentence about the member */
export function fault(path: readonly string[], what: string): Fault {
  return { path, of: 'value', what };
}

/** The fault that a member is unexpected or missing. @param what in words, as the rest of a sentence about the member */
export function named(path: readonly string[], what: string): Fault {
  return { path, of: 'name', what };
}
