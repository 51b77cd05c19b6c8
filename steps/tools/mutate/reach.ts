import { childrenOf, type SyntaxNode } from './syntax.ts';

/** A source file of the package, read into its syntax. */
export interface ParsedFile {
  /** Relative to the package. */
  readonly file: string;
  readonly text: string;
  readonly statements: readonly SyntaxNode[];
}

/** A part of a file that runs as one: a top-level statement, or a member of a top-level class. */
export interface Unit {
  readonly file: string;
  readonly node: SyntaxNode;
  /** `steps/server/clock.steps.ts:12`: where its top-level statement begins, as Cucumber names the place of a sentence. */
  readonly place: string;
  /** The names by which others run it: `name` of a statement, `.name` of a member. */
  readonly declares: ReadonlySet<string>;
  readonly uses: ReadonlySet<string>;
  /** Whether other files can name it. */
  readonly open: boolean;
}

/** The units of a file, in its order. */
export function unitsOf({ file, text, statements }: ParsedFile): Unit[] {
  return statements.flatMap((node) => {
    const place = `${file}:${text.slice(0, node.start).split('\n').length}`;
    const open = node.type.startsWith('Export');
    const declaration = (node['declaration'] ?? node) as SyntaxNode;
    if (declaration.type === 'ClassDeclaration') return unitsOfClass(declaration, { file, place, open });
    const declarators = (declaration['declarations'] ?? [declaration]) as SyntaxNode[];
    const names = declarators.flatMap(({ id }) => (id === undefined || id === null ? [] : [...namesIn(id as SyntaxNode)]));
    return [{ file, node, place, open, declares: new Set(names), uses: namesIn(node) }];
  });
}

function unitsOfClass(declaration: SyntaxNode, at: Pick<Unit, 'file' | 'place' | 'open'>): Unit[] {
  const className = String((declaration['id'] as SyntaxNode)['name']);
  const members = (declaration['body'] as SyntaxNode)['body'] as SyntaxNode[];
  return members.map((node) => {
    const key = node['key'] as SyntaxNode | undefined;
    const name = String(key?.['name']);
    // what a field or the constructor does is done by whoever makes one
    const own = node.type === 'MethodDefinition' && name !== 'constructor' ? [] : [className];
    const hidden = key?.type === 'PrivateIdentifier';
    return { ...at, node, declares: new Set([`${hidden ? '#' : '.'}${name}`, ...own]), uses: namesIn(node) };
  });
}

/** For each unit the places of the statements that may run it: its own, and those that reach it by name, in whatever file. */
export function reaching(units: readonly Unit[]): (unit: Unit) => string[] {
  const users = new Map<string, Unit[]>();
  for (const unit of units) for (const name of unit.uses) users.set(name, [...(users.get(name) ?? []), unit]);
  return (unit) => {
    const found = new Set([unit]);
    // a set hands out what is added while it is walked through
    for (const { file, declares, open } of found)
      for (const name of declares)
        for (const user of users.get(name) ?? []) if (user.file === file || (open && !name.startsWith('#'))) found.add(user);
    return [...new Set([...found].map(({ place }) => place))];
  };
}

function namesIn(node: SyntaxNode): Set<string> {
  const names = new Set<string>();
  const collect = (part: SyntaxNode, prefix = ''): void => {
    if (part.type === 'Identifier') names.add(`${prefix}${String(part['name'])}`);
    if (part.type === 'PrivateIdentifier') names.add(`#${String(part['name'])}`);
    const member = part.type === 'MemberExpression' && part['computed'] !== true ? part['property'] : undefined;
    const keys = part.type === 'ObjectPattern' ? (part['properties'] as SyntaxNode[]).map(({ key }) => key) : [];
    for (const child of childrenOf(part)) collect(child, child === member ? '.' : '');
    for (const key of keys) if (key !== undefined) collect(key as SyntaxNode, '.');
  };
  collect(node);
  return names;
}
