import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  parseDocument,
  visit,
} from 'yaml';
import type { FileMistake } from './errors.ts';

/** Members whose value is text even where YAML would read a number: `version: 3.10`, `PORT: 1883`. */
const TEXTS = new Set([
  'name',
  'version',
  'mqttVersion',
  'productKey',
  'deviceName',
  'deviceSecret',
  'username',
  'password',
  'timestamp',
  'clientId',
  'command',
  'exec',
  'scenario',
  'reason',
  'until',
]);
const MAPS_OF_TEXTS = new Set(['env', 'args']);

/** More references to one anchor than a hand-written file has; stops the "billion laughs". */
const MOST_ALIASES = 50;

/** More anchors than a hand-written file has: the parser compares each with all before it. */
const MOST_ANCHORS = 50;

/** Deeper than any member stands, counted as the parser does: document, map, its value and so on. */
const DEEPEST = 32;

/** The longest list or map, that of the devices. */
const LONGEST = 10_000;

/** How many mistakes are told at once. */
const MOST_MISTAKES = 20;

/** The text of a file that people write, YAML or JSON, that knows where in the file each member stands. */
export interface Source {
  /** The file's content as plain values. Undefined when it could not be read. */
  readonly value: unknown;
  /** Where the text is no YAML; empty when `value` can be used. */
  readonly mistakes: readonly FileMistake[];
  /** Line and column of a member's value, or of its name; of the nearest member around it when it is not there. */
  readonly place: (path: readonly string[], of: 'value' | 'name') => { readonly line: number; readonly column: number };
}

/**
 * Reads YAML (and so JSON). Never throws: what is wrong is in `mistakes`.
 *
 * @param kind what the file is: "target file"
 */
export function readSource(text: string, kind = 'target file'): Source {
  const beyond = beyondLimits(text, kind) ?? foreignComment(text);
  if (beyond !== undefined) return { value: undefined, mistakes: [beyond], place: () => ({ line: 1, column: 1 }) };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const mistakes: FileMistake[] = [...document.errors, ...document.warnings]
    .slice(0, MOST_MISTAKES)
    .map(({ code, message, pos }) => ({
      ...at(pos[0]),
      member: '',
      what: code === 'MULTIPLE_DOCS' ? 'a second document begins; expected one document' : `is not YAML: ${message}`,
    }));
  visit(document, {
    Alias(_, node, path) {
      const named = node.resolve(document);
      if (named !== undefined && path.includes(named))
        mistakes.push({
          ...at(node.range?.[0] ?? 0),
          member: '',
          what: `*${node.source} stands for what contains it; expected a value`,
        });
    },
  });
  keepTexts(document);
  let value: unknown;
  if (mistakes.length === 0) {
    try {
      value = document.toJS({ maxAliasCount: MOST_ALIASES });
    } catch (error) {
      mistakes.push({ line: 1, column: 1, member: '', what: `cannot be read: ${(error as Error).message}` });
    }
  }

  const place: Source['place'] = (path, of) => {
    let node = document.contents as Node | null;
    let offset = node?.range?.[0] ?? 0;
    for (const [depth, key] of path.entries()) {
      if (isAlias(node)) node = node.resolve(document) ?? null;
      if (!isCollection(node)) break;
      const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === key) : undefined;
      const next = (pair === undefined ? node.get(Number(key), true) : pair.value) as Node | null | undefined;
      const name = pair?.key as Node | undefined;
      if (name === undefined && next === undefined) break;
      const last = depth === path.length - 1;
      // An empty value has no place of its own worth showing; an anchor's content stands elsewhere.
      const shown = name !== undefined && ((last && of === 'name') || isEmpty(next)) ? name : (next ?? name);
      offset = shown?.range?.[0] ?? offset;
      node = next ?? null;
    }
    return at(offset);
  };
  return { value, mistakes, place };
}

/**
 * What of a text is beyond what such a file needs. Found token by token, without recursion and before anything is built of it, because
 * building takes for ever, or more stack than there is, for some short texts.
 */
function beyondLimits(text: string, kind: string): FileMistake | undefined {
  const lines = new LineCounter();
  const parser = new Parser(lines.addNewLine);
  let anchors = 0;
  lines.addNewLine(0);
  for (const token of new Lexer().lex(text)) {
    for (const _ of parser.next(token)) {
      // Documents that are complete; only what is being built is looked at.
    }
    if (token.startsWith('&')) anchors += 1;
    const top = parser.stack.at(-1);
    const items = top !== undefined && 'items' in top ? top.items.length : 0;
    const what =
      parser.stack.length > DEEPEST
        ? `is nested too deeply for a ${kind}`
        : anchors > MOST_ANCHORS
          ? `has more than ${MOST_ANCHORS} anchors`
          : items > LONGEST
            ? `has a list or map of more than ${LONGEST} items`
            : undefined;
    if (what !== undefined) {
      const { line, col } = lines.linePos(parser.offset);
      return {
        line: Math.max(1, line),
        column: Math.max(1, col),
        member: '',
        what: `${what}; expected a ${kind} as people write it`,
      };
    }
  }
  return undefined;
}

/** A comment as JavaScript has them, in a file that is JSON but for that: YAML would take it for a name. */
function foreignComment(text: string): FileMistake | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  const found = /(?:^|[\s,{[])(\/\/|\/\*)/.exec(text.replaceAll(/"(?:[^"\\]|\\.)*"/g, (string) => '_'.repeat(string.length)));
  if (found === null) return undefined;
  const before = text.slice(0, found.index + found[0].length - 2).split('\n');
  const what = `a comment begins with ${found[1]}; expected JSON, which has no comments, or YAML, where they begin with #`;
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, member: '', what };
}

/** Gives the scalars of text members the text that the file has for them. */
function keepTexts(document: ReturnType<typeof parseDocument>): void {
  visit(document, {
    Scalar(key, node, path) {
      if (key === 'key' || node.source === undefined) return;
      if (typeof node.value !== 'number' && typeof node.value !== 'boolean') return;
      const names = path.filter(isPair).map((pair) => (isScalar(pair.key) ? String(pair.key.value) : ''));
      if (TEXTS.has(names.at(-1) ?? '') || MAPS_OF_TEXTS.has(names.at(-2) ?? '')) node.value = node.source;
    },
  });
}

function isEmpty(node: Node | null | undefined): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}
