import { type Node, parseSync, visitorKeys } from 'oxc-parser';

/** A node of any kind, as far as a walk needs it. */
export type SyntaxNode = Node & Readonly<Record<string, unknown>>;

/** The top-level statements of a TypeScript source. @throws Error when it cannot be parsed */
export function parse(file: string, text: string): SyntaxNode[] {
  const { program, errors } = parseSync(file, text);
  if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`);
  return (program as unknown as { body: SyntaxNode[] }).body;
}

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  return (visitorKeys[node.type] ?? [])
    .flatMap((key) => node[key] as SyntaxNode | SyntaxNode[] | null | undefined)
    .filter((child) => child !== null && child !== undefined);
}
