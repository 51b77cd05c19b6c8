import { readFileSync, writeFileSync } from 'node:fs';
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { root } from '../../requirements/requirement.ts';
import { runTool, tool } from '../tool.ts';

/** A document, the schema that describes it, and the file of its types. */
export interface DocumentType {
  /** The file's name in `schemas/`, without `.schema.json`. */
  readonly schema: string;
  /** The name of the whole document's type. */
  readonly type: string;
  /** Relative to the package. */
  readonly file: string;
  /** The import path from that file to the types of report.schema.json, if it needs them. */
  readonly report?: string;
}

/** All documents whose types are generated. */
export const documentTypes: readonly DocumentType[] = [
  { schema: 'report', type: 'Report', file: 'steps/verdict/report.ts' },
  { schema: 'expectations', type: 'ExpectationsDocument', file: 'steps/verdict/expectations-document.ts' },
  {
    schema: 'certificate',
    type: 'Statement',
    file: 'steps/report/certificate/certificate-document.ts',
    report: '../../verdict/report.ts',
  },
  {
    schema: 'load',
    type: 'LoadReport',
    file: 'steps/commands/load/load-document.ts',
    report: '../../verdict/report.ts',
  },
  {
    schema: 'interop',
    type: 'InteropReport',
    file: 'steps/commands/interop/interop-document.ts',
    report: '../../verdict/report.ts',
  },
  {
    schema: 'run-many',
    type: 'RunManyReport',
    file: 'steps/commands/run-many/run-many-document.ts',
    report: '../../verdict/report.ts',
  },
];

/** The members of a JSON Schema that matter for types. */
interface SchemaNode {
  readonly [keyword: string]: unknown;
  readonly $ref?: string;
  readonly type?: string;
  readonly items?: SchemaNode;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
}

/** The keywords that matter for types; conditions and limits do not. */
const keywords = ['description', 'type', 'required', 'additionalProperties', 'enum', 'const'] as const;

const format = { printWidth: 130, singleQuote: true, trailingComma: 'all', bracketSpacing: true } as const;

/**
 * The text of a document's types: all members are read-only, and every entry of `$defs` becomes a type with its name.
 *
 * @throws Error when a list has items that are neither simple nor named in `$defs`
 */
export async function typesText({ schema, type, report }: DocumentType): Promise<string> {
  const whole = JSON.parse(readFileSync(`${root}schemas/${schema}.schema.json`, 'utf8')) as SchemaNode;
  const body = await compile(simplified(whole) as JSONSchema, type, {
    bannerComment: '',
    unreachableDefinitions: true,
    style: format,
    customName: (_part, key) => (key === undefined ? undefined : typeName(key)),
  });
  const used = [...new Set(body.match(/\b(Report(?=\[)|RequirementResult|Verdict|Status)\b/g))].sort();
  return [
    `// Generated from schemas/${schema}.schema.json by "npm run generate". Change the schema, never this file.\n`,
    ...(report === undefined ? [] : [`import type { ${used.join(', ')} } from '${report}';\n`]),
    readOnly(body),
  ].join('\n');
}

/** The schema with only the keywords for types. References become names of types, because the generator would repeat the definitions. */
function simplified(schema: SchemaNode): SchemaNode {
  const { $ref, type, items, minItems, maxItems, properties, $defs, description } = schema;
  const map = (parts: Readonly<Record<string, SchemaNode>>): Record<string, SchemaNode> =>
    Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, simplified(part)]));
  if ($ref !== undefined) return { description, tsType: referenced($ref) };
  if (type === 'array' && items !== undefined) {
    const item = itemType(items);
    return { description, tsType: minItems === 1 && maxItems === 1 ? `readonly [${item}]` : `readonly ${item}[]` };
  }
  const kept = Object.fromEntries(keywords.filter((keyword) => keyword in schema).map((keyword) => [keyword, schema[keyword]]));
  return {
    ...kept,
    ...(properties === undefined ? {} : { properties: map(properties) }),
    ...($defs === undefined ? {} : { $defs: map($defs) }),
  };
}

function itemType({ $ref, type, properties }: SchemaNode): string {
  if ($ref !== undefined) return referenced($ref);
  if (type === 'string' || type === 'boolean') return type;
  if (type === 'integer' || type === 'number') return 'number';
  throw new Error(`a list of ${properties === undefined ? type : Object.keys(properties).join(', ')}: name its items in $defs`);
}

/** `#/$defs/run` is Run; `report.schema.json#/properties/target` is Report['target']. */
function referenced(ref: string): string {
  const [, section, name = ''] = /^(?:report\.schema\.json)?#\/(\$defs|properties)\/(\w+)$/.exec(ref) ?? [];
  if (section === undefined) throw new Error(`${ref}: no reference to $defs or to a property of a report`);
  return section === '$defs' ? typeName(name) : `Report['${name}']`;
}

function typeName(key: string): string {
  return key.slice(0, 1).toUpperCase() + key.slice(1);
}

/** Makes members read-only, removes what the generator adds to comments, and puts each comment on one line. */
function readOnly(text: string): string {
  return text
    .replaceAll(/\n \*\n \* This interface was referenced by .*\n \* via the .*/g, '')
    .replaceAll(/^}$|;$(?=\n\/\*\*)/gm, '$&\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trimEnd()
    .concat('\n')
    .replaceAll(/^( *)\/\*\*\n *\* (.*)\n *\*\//gm, '$1/** $2 */')
    .replaceAll(/^( +)(?=(?:\[k: string\]|'?[\w$-]+'?\??): )/gm, '$1readonly ');
}

const command = tool(
  'generate',
  "Writes the types of the suite's documents from their schemas, each beside the code that makes it.",
  {
    0: 'written',
    1: 'a file could not be written',
    2: 'wrong use',
  },
).action(async () => {
  for (const document of documentTypes) writeFileSync(root + document.file, await typesText(document));
});

if (import.meta.main) await runTool(command);
