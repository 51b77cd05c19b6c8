import type { Fault } from './check-target.ts';
import { asLiteral } from './fill-placeholders.ts';

const REFERENCE = /\$\{env:([^}]*)\}/g;

/** A content whose `${env:NAME}` are replaced. */
export interface Resolved {
  readonly value: unknown;
  /** What came from the environment. */
  readonly secrets: readonly string[];
  readonly faults: readonly Fault[];
}

/**
 * Replaces `${env:NAME}` in every text by the environment variable of that name. Braces in what comes from there are kept from
 * being read as placeholders where a text is a template.
 */
export function resolveEnvironment(value: unknown, environment: Readonly<Record<string, string | undefined>>): Resolved {
  const secrets: string[] = [];
  const faults: Fault[] = [];
  const resolveText = (text: string, path: readonly string[]): string =>
    text.replace(REFERENCE, (reference, name: string) => {
      const found = environment[name];
      if (found === undefined) {
        const what = `refers to ${reference}, but the environment variable ${name} is not set; set it before the suite starts`;
        faults.push({ path, of: 'value', what });
        return reference;
      }
      secrets.push(found);
      return isTemplate(path) ? asLiteral(found) : found;
    });
  const walk = (node: unknown, path: readonly string[]): unknown => {
    if (typeof node === 'string') return resolveText(node, path);
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, String(index)]));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, walk(item, [...path, key])]));
  };
  return { value: walk(value, []), secrets, faults };
}

/** Whether placeholders are filled in at this member. */
function isTemplate(path: readonly string[]): boolean {
  const [first, second] = path;
  if (first === 'container' || first === 'process') return second === 'command' || second === 'env';
  if (first === 'auth' || first === 'device' || first === 'devices') return ['username', 'password'].includes(path.at(-1) ?? '');
  return first === 'clientId' || first === 'sync' || (first === 'result' && second === 'topic');
}
