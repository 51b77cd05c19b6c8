import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { DataValidationCxt } from 'ajv/dist/types/index.js';
import formats from 'ajv-formats';
import { SuiteFault } from '../text/suite-fault.ts';

/**
 * The files of `schemas/`, without `.schema.json`; but for those of files that people write, whose faults are told with file and line
 * (`target/check.ts`).
 */
export type SchemaName = 'request' | 'response' | 'report' | 'set' | 'certificate' | 'interop' | 'load' | 'run-many';

/** A JSON value, and how each of its numbers is written, by JSON Pointer. */
interface Literals {
  readonly literals: ReadonlyMap<string, string>;
}

/** The same from a checkout and from `dist/`. */
const folder = new URL('schemas/', import.meta.resolve('#root/package.json'));

const int64 = { least: -(2n ** 63n), most: 2n ** 63n - 1n };

/**
 * An ajv for JSON Schema 2020-12 that reports every fault, refuses what a schema's author may have mistyped, and knows one keyword
 * more: `jsonInt64: true` demands a number that is written as an integer (RFC 8259: no fraction, no exponent) and fits 64 bits.
 * Numbers that come without their literal (not through {@link schemaFaults} as text) are judged by `String(number)`.
 */
export function createAjv(): Ajv2020 {
  // passContext: the literals reach the keyword as `this`, so that one compiled schema serves any number of texts.
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: true,
    strictRequired: true,
    allErrors: true,
    verbose: true,
    passContext: true,
  });
  formats.default(ajv);
  ajv.addKeyword({
    keyword: 'jsonInt64',
    type: 'number',
    schemaType: 'boolean',
    errors: true,
    validate: function jsonInt64(
      this: unknown,
      wanted: boolean,
      data: number,
      _schema?: unknown,
      at?: DataValidationCxt,
    ): boolean {
      const literal = literalsOf(this)?.get(at?.instancePath ?? '') ?? String(data);
      const holds = !wanted || isInt64(literal);
      if (!holds) {
        const message = `must be written as a 64-bit integer, not ${literal}`;
        Object.assign(jsonInt64, { errors: [{ keyword: 'jsonInt64', message, params: { literal } }] });
      }
      return holds;
    },
  });
  return ajv;
}

/**
 * What a document breaks in one of the suite's schemas, one line a fault (`/serverRecvTime must be …, not …`); none when it is valid.
 * A text is read as JSON, with the literal of each number; anything else is taken as the value itself. A schema is compiled when it
 * is first used.
 *
 * @throws Error when the schema itself is missing or wrong, which is a fault of the suite.
 */
export function schemaFaults(name: SchemaName, document: unknown): readonly string[] {
  const validate = compiled(name);
  let value = document;
  let literals: ReadonlyMap<string, string> = new Map();
  if (typeof document === 'string') {
    try {
      ({ value, literals } = parse(document));
    } catch (error) {
      return [`is not JSON: ${error instanceof Error ? error.message : String(error)}`];
    }
  }
  return validate.call({ literals } satisfies Literals, value) ? [] : [...new Set((validate.errors ?? []).map(inWords))];
}

let shared: Ajv2020 | undefined;

function compiled(name: SchemaName): ValidateFunction {
  shared ??= withEverySchema();
  const validate = shared.getSchema(keyOf(`${name}.schema.json`));
  if (validate === undefined) throw new Error(`schemas/${name}.schema.json is missing from the package`);
  return validate;
}

/** All of them, because one may refer to another; adding is cheap, only what is used is compiled. */
function withEverySchema(): Ajv2020 {
  const ajv = createAjv();
  for (const file of readdirSync(folder).filter((entry) => entry.endsWith('.schema.json'))) {
    // Whether a schema is a schema is the business of the tests, not of every start.
    ajv.addSchema(JSON.parse(readFileSync(new URL(file, folder), 'utf8')), keyOf(file), false, false);
  }
  return ajv;
}

function keyOf(file: string): string {
  return `schemas/${file}`;
}

function literalsOf(context: unknown): ReadonlyMap<string, string> | undefined {
  return (context as Partial<Literals> | undefined)?.literals;
}

function isInt64(literal: string): boolean {
  if (!/^-?(?:0|[1-9]\d{0,18})$/.test(literal)) return false;
  const number = BigInt(literal);
  return number >= int64.least && number <= int64.most;
}

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

function parse(text: string): Literals & { readonly value: unknown } {
  // A reviver sees the leaves first and knows no path: keep the literals of every holder, then walk from the root.
  const holders = new Map<unknown, Map<string, string>>();
  const keepLiteral: Reviver = function (key, member, { source }) {
    if (typeof member === 'number' && source !== undefined) {
      const own = holders.get(this) ?? new Map<string, string>();
      holders.set(this, own.set(key, source));
    }
    return member;
  };
  const root = { '': JSON.parse(text, keepLiteral as (this: unknown, key: string, value: unknown) => unknown) as unknown };
  const literals = new Map<string, string>();
  const walk = (holder: object, path: string): void => {
    for (const [key, member] of Object.entries(holder)) {
      const pointer = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const literal = holders.get(holder)?.get(key);
      if (literal !== undefined) literals.set(pointer, literal);
      if (typeof member === 'object' && member !== null) walk(member, pointer);
    }
  };
  if (typeof root[''] === 'object' && root[''] !== null) walk(root[''], '');
  return { value: root[''], literals };
}

function inWords({ instancePath, keyword, message, params, data }: ErrorObject): string {
  const where = instancePath === '' ? '' : `${instancePath} `;
  switch (keyword) {
    case 'additionalProperties':
      return `${where}must not have the member ${JSON.stringify(params['additionalProperty'])}`;
    case 'required':
      return `${where}must have the member ${JSON.stringify(params['missingProperty'])}`;
    case 'enum':
      return `${where}must be one of ${(params['allowedValues'] as unknown[]).map((value) => JSON.stringify(value)).join(', ')}, not ${excerpt(data)}`;
    case 'const':
      return `${where}must be ${JSON.stringify(params['allowedValue'])}, not ${excerpt(data)}`;
    case 'jsonInt64':
      return `${where}${message}`;
    default:
      return `${where}${message}, not ${excerpt(data)}`;
  }
}

function excerpt(data: unknown): string {
  if (Array.isArray(data)) return 'an array';
  if (typeof data === 'object' && data !== null) return 'an object';
  const text = JSON.stringify(data) ?? String(data);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

/** @throws SuiteFault when a message that the suite is about to send as valid is not */
export function assertValid(name: SchemaName, document: unknown): void {
  const faults = schemaFaults(name, document);
  if (faults.length > 0) throw new SuiteFault(`a ${name} that it sends as valid is not: ${faults.join('; ')}`);
}
