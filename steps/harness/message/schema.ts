import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { DataValidationCxt } from 'ajv/dist/types/index.js';
import formats from 'ajv-formats';
import { SuiteFault } from '../text/suite-fault.ts';
import { Json } from './json.ts';

/** The files of `schemas/`, without `.schema.json`. Those of files that people write are missing: their faults are told with file and line. */
export type SchemaName = 'request' | 'response' | 'report' | 'set' | 'certificate' | 'interop' | 'load' | 'run-many';

/** How each number of a value is written, by JSON Pointer. */
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
    // a number such as 1e400, which no double holds, is a number all the same: how it is written is judged by jsonInt64
    strictNumbers: false,
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
  let json: Pick<Json, 'value' | 'literals'> = { value: document, literals: new Map() };
  try {
    if (typeof document === 'string') json = Json.read(document);
    return [...new Set(schemaErrors(`${name}.schema.json`, json.value, json.literals).map(inWords))];
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    return [`is not JSON: ${error.message}`];
  }
}

/**
 * The errors of a value by a schema, or by a part of one.
 *
 * @param schema a file of `schemas/`, with a JSON Pointer as fragment where it is a part: `response.schema.json#/oneOf/0`
 * @param literals how the numbers of the value are written, by JSON Pointer
 */
export function schemaErrors(schema: string, value: unknown, literals: ReadonlyMap<string, string>): readonly ErrorObject[] {
  const validate = compiled(schema);
  return validate.call({ literals } satisfies Literals, value) ? [] : (validate.errors ?? []);
}

let shared: Ajv2020 | undefined;

function compiled(schema: string): ValidateFunction {
  shared ??= withEverySchema();
  const validate = shared.getSchema(keyOf(schema));
  if (validate === undefined) throw new Error(`schemas/${schema} is missing from the package`);
  return validate;
}

/** All of them, because one may refer to another. Adding is cheap: a schema is compiled when it is first used. */
function withEverySchema(): Ajv2020 {
  const ajv = createAjv();
  for (const file of readdirSync(folder).filter((entry) => entry.endsWith('.schema.json'))) {
    // The tests check that each file is a schema; a run need not.
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

/** An error in words: `/serverRecvTime must be …, not …`. */
export function inWords({ instancePath, keyword, message, params, data }: ErrorObject): string {
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
