import { type Node, parseSync, visitorKeys } from 'oxc-parser';

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
  /** The lines at which the top-level statements begin that may run the change: its own, and those that reach it by name. */
  readonly reachedFrom: readonly number[];
}

/** A node of any kind, as far as a walk needs it. */
type AnyNode = Node & Readonly<Record<string, unknown>>;

/** A top-level statement: what it declares, and which names it uses. */
interface Statement {
  readonly node: AnyNode;
  readonly declares: ReadonlySet<string>;
  readonly uses: ReadonlySet<string>;
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

/** Members whose value is text for people: no run compares it, the tests of diagnoses do. */
const texts: ReadonlySet<string> = new Set(['expected', 'received', 'likely']);

/** Every mutation of a source, in its order. @throws Error when it cannot be parsed */
export function findMutations(file: string, source: string): Mutation[] {
  const { program, errors } = parseSync(file, source);
  if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`);
  const body = (program as unknown as { body: AnyNode[] }).body;
  const statements = body.map((node) => statementOf(node));
  const lines = source.split('\n');
  const lineOf = (offset: number): number => source.slice(0, offset).split('\n').length;
  const mutations: Mutation[] = [];
  for (const statement of statements) {
    const reachedFrom = reaching(statement, statements).map(({ node }) => lineOf(node.start));
    const add = ({ start, end }: { start: number; end: number }, after: string): void => {
      const before = source.slice(start, end);
      const line = lineOf(start);
      const code = (lines[line - 1] ?? '').trim();
      mutations.push({ file, line, code, start, end, before: onOneLine(before), after: onOneLine(after), reachedFrom });
    };
    if (!/^(Import|TS)/.test(statement.node.type)) walk(statement.node, source, add);
  }
  return mutations;
}

/** The source with the mutation in it. */
export function mutate(source: string, { start, end, after }: Mutation): string {
  return source.slice(0, start) + after + source.slice(end);
}

function statementOf(node: AnyNode): Statement {
  const names = namesIn(node);
  const declaration = (node['declaration'] ?? node) as AnyNode;
  const declarators = (declaration['declarations'] ?? [declaration]) as AnyNode[];
  const declares = declarators.flatMap(({ id }) => (id === undefined || id === null ? [] : [...namesIn(id as AnyNode)]));
  return { node, declares: new Set(declares), uses: names };
}

/** The statement, and all that use what it declares, and so on. */
function reaching(statement: Statement, all: readonly Statement[]): Statement[] {
  const found = new Set([statement]);
  // a set hands out what is added while it is walked through
  for (const { declares } of found)
    for (const other of all) if ([...declares].some((name) => other.uses.has(name))) found.add(other);
  return [...found];
}

function namesIn(node: AnyNode): Set<string> {
  const own = node.type === 'Identifier' ? [node['name'] as string] : [];
  return new Set([...own, ...childrenOf(node).flatMap((child) => [...namesIn(child)])]);
}

function childrenOf(node: AnyNode): AnyNode[] {
  return (visitorKeys[node.type] ?? [])
    .flatMap((key) => node[key] as AnyNode | AnyNode[] | null)
    .filter((child) => child !== null);
}

function walk(node: AnyNode, source: string, add: (place: AnyNode, after: string) => void): void {
  if (node.type.startsWith('TS') && !('expression' in node)) return;
  if (isText(node)) return;
  mutateNode(node, source, add);
  for (const child of childrenOf(node)) if (child !== undefined) walk(child, source, add);
}

/** What a person reads of a failure, an information, or a fault of the suite; functions called likely… make nothing else. */
function isText(node: AnyNode): boolean {
  if (node.type === 'FunctionDeclaration') return String((node['id'] as AnyNode)['name']).startsWith('likely');
  if (node.type === 'ThrowStatement') return true;
  if (node.type === 'Property') return texts.has((node['key'] as AnyNode)['name'] as string);
  return node.type === 'CallExpression' && calledName(node) === 'inform';
}

function calledName(call: AnyNode): unknown {
  const callee = call['callee'] as AnyNode;
  return callee.type === 'MemberExpression' ? (callee['property'] as AnyNode)['name'] : callee['name'];
}

function mutateNode(node: AnyNode, source: string, add: (place: AnyNode, after: string) => void): void {
  const text = (part: AnyNode): string => source.slice(part.start, part.end);
  const [left, right, operator] = [node['left'] as AnyNode, node['right'] as AnyNode, String(node['operator'])];
  const swap = (by: string | undefined): void => {
    if (by !== undefined) add(node, `${text(left)} ${by} ${text(right)}`);
  };
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression': {
      const condition = node['test'] as AnyNode;
      // turning an equality about is a mutation already
      if (!/^[!=]==$/.test(String(condition['operator']))) add(condition, `!(${text(condition)})`);
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
    case 'Literal':
      if (typeof node['value'] === 'boolean') add(node, String(!node['value']));
      if (typeof node['value'] === 'number') add(node, String(node['value'] + 1));
      return;
    case 'ReturnStatement':
      if (node['argument'] === null) add(node, ';');
      return;
    case 'ContinueStatement':
      add(node, ';');
      return;
    case 'ExpressionStatement': {
      const call = inner(node['expression'] as AnyNode);
      if (call.type === 'CallExpression' && !['Given', 'When', 'Then'].includes(String(calledName(call)))) add(node, ';');
      return;
    }
    default:
  }
}

/** The call behind `await` and `void`. */
function inner(expression: AnyNode): AnyNode {
  return expression.type === 'AwaitExpression' ? (expression['argument'] as AnyNode) : expression;
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
