import { reaching, type Unit, unitsOf } from './reach.ts';
import { childrenOf, parse, type SyntaxNode } from './syntax.ts';

/** One small change of a source that somebody should notice. */
export interface Mutation {
  /** Relative to the package. */
  readonly file: string;
  readonly line: number;
  /** The line as it stands there, without its indentation. */
  readonly code: string;
  /** Offsets of what is replaced, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** What stands there, on one line, and what takes its place: `a < b`, `a <= b`. */
  readonly before: string;
  readonly after: string;
  /** The places at which the top-level statements begin that may run the change: its own, and those that reach it by name. */
  readonly reachedFrom: readonly string[];
}

/** A source file of the package. */
export interface Source {
  /** Relative to the package. */
  readonly file: string;
  readonly text: string;
}

const comparisons: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
};
const arithmetic: Readonly<Record<string, string>> = { '+': '-', '-': '+', '*': '/', '/': '*' };
const logic: Readonly<Record<string, string>> = { '&&': '||', '||': '&&' };
const methods: Readonly<Record<string, string>> = {
  some: 'every',
  every: 'some',
  min: 'max',
  max: 'min',
  floor: 'ceil',
  ceil: 'floor',
};

/** Members whose value is for people, as `at`, which shows the message: no run compares it, the tests of diagnoses do. */
const texts: ReadonlySet<string> = new Set(['expected', 'received', 'likely', 'at']);

/**
 * Every mutation of some files, in their order.
 *
 * @param sources these, and others through which they are reached
 * @throws Error when one cannot be parsed
 */
export function findMutations(files: ReadonlySet<string>, sources: readonly Source[]): Mutation[] {
  const parsed = sources.map(({ file, text }) => ({ file, text, statements: parse(file, text) }));
  const units = parsed.flatMap(unitsOf);
  const reachedFrom = reaching(units);
  const contents = new Map(sources.map(({ file, text }) => [file, text]));
  return units
    .filter(({ file, node }) => files.has(file) && !/^(Import|TS)/.test(node.type))
    .flatMap((unit) => mutationsOf(unit, contents.get(unit.file) ?? '', reachedFrom(unit)));
}

function mutationsOf({ file, node }: Unit, text: string, reachedFrom: readonly string[]): Mutation[] {
  const lines = text.split('\n');
  const mutations: Mutation[] = [];
  walk(node, text, ({ start, end }, after) => {
    const line = text.slice(0, start).split('\n').length;
    const code = (lines[line - 1] ?? '').trim();
    const before = onOneLine(text.slice(start, end));
    mutations.push({ file, line, code, start, end, before, after: onOneLine(after), reachedFrom });
  });
  return mutations;
}

/** The source with the mutation in it. */
export function mutate(source: string, { start, end, after }: Mutation): string {
  return source.slice(0, start) + after + source.slice(end);
}

type Add = (place: { readonly start: number; readonly end: number }, after: string) => void;

function walk(node: SyntaxNode, source: string, add: Add): void {
  if (node.type.startsWith('TS') && !('expression' in node)) return;
  if (isText(node)) return;
  mutateNode(node, source, add);
  for (const child of childrenOf(node)) walk(child, source, add);
}

/** What a person reads of a failure, an information, or a fault of the suite; functions called likely… make nothing else. */
function isText(node: SyntaxNode): boolean {
  if (node.type === 'FunctionDeclaration') return String((node['id'] as SyntaxNode)['name']).startsWith('likely');
  if (node.type === 'ThrowStatement') return true;
  if (node.type === 'ExpressionStatement') return isText(inner(node['expression'] as SyntaxNode));
  if (node.type === 'Property') return texts.has((node['key'] as SyntaxNode)['name'] as string);
  return node.type === 'CallExpression' && calledName(node) === 'inform';
}

function calledName(call: SyntaxNode): unknown {
  const callee = call['callee'] as SyntaxNode;
  return callee.type === 'MemberExpression' ? (callee['property'] as SyntaxNode)['name'] : callee['name'];
}

/** A large number is a measure, of which one more makes no difference that could matter: it is doubled. */
function mutateNode(node: SyntaxNode, source: string, add: Add): void {
  const text = (part: SyntaxNode): string => source.slice(part.start, part.end);
  const [left, right, operator] = [node['left'] as SyntaxNode, node['right'] as SyntaxNode, String(node['operator'])];
  const swap = (by: string | undefined): void => {
    if (by !== undefined) add(node, `${text(left)} ${by} ${text(right)}`);
  };
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression': {
      const condition = node['test'] as SyntaxNode;
      // turning an equality or a negation about is a mutation already
      if (!/^(?:[!=]==|!)$/.test(String(condition['operator']))) add(condition, `!(${text(condition)})`);
      return;
    }
    case 'BinaryExpression':
      swap(comparisons[operator]);
      if (![left, right].some(({ type, value }) => type === 'TemplateLiteral' || typeof value === 'string'))
        swap(arithmetic[operator]);
      return;
    case 'LogicalExpression':
      swap(logic[operator]);
      return;
    case 'UnaryExpression':
      if (operator === '!') add(node, text(node['argument'] as SyntaxNode));
      return;
    case 'Literal':
      if (typeof node['value'] === 'boolean') add(node, String(!node['value']));
      if (typeof node['value'] === 'number') add(node, String(node['value'] < 100 ? node['value'] + 1 : node['value'] * 2));
      if (typeof node['value'] === 'bigint') add(node, `${node['value'] < 100n ? node['value'] + 1n : node['value'] * 2n}n`);
      return;
    case 'MemberExpression': {
      const property = node['property'] as SyntaxNode;
      const other = Object.hasOwn(methods, String(property['name'])) ? methods[String(property['name'])] : undefined;
      if (node['computed'] !== true && other !== undefined) add(property, other);
      return;
    }
    case 'ReturnStatement':
      if (node['argument'] === null) add(node, ';');
      return;
    case 'ContinueStatement':
      add(node, ';');
      return;
    case 'ExpressionStatement': {
      const call = inner(node['expression'] as SyntaxNode);
      if (call.type === 'CallExpression' && !['Given', 'When', 'Then'].includes(String(calledName(call)))) add(node, ';');
      return;
    }
    default:
  }
}

/** The call behind `await` and `void`. */
function inner(expression: SyntaxNode): SyntaxNode {
  return expression.type === 'AwaitExpression' ? (expression['argument'] as SyntaxNode) : expression;
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
