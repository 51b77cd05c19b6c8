import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { didYouMean } from './nearest-name.ts';

/** Something wrong at a member, by its path; the source knows the line. */
export interface Fault {
  readonly path: readonly string[];
  /** Whether the member's name is at fault rather than its value. */
  readonly of: 'value' | 'name';
  readonly what: string;
}

/** The parts of a schema that messages are made of. */
interface SchemaPart {
  readonly title?: string;
  readonly properties?: Readonly<Record<string, SchemaPart | false>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** What the schema has `false` for, and why: members of the other role. */
const SERVERS_ONLY: Readonly<Record<string, string>> = {
  address: 'the suite must start a client itself, with the address of the platform that it plays; expected container or process',
  selfSigned: 'says how the suite trusts a server; remove it',
  serverName: 'says how the suite trusts a server; remove it',
  port: 'a client listens to nothing; remove it',
  auth: 'says how the devices that the suite plays show who they are; remove it',
  username: 'says how a device that the suite plays shows who it is; remove it',
  deviceNames: 'says which devices a server knows; remove it',
  limits: 'says what a server allows its devices; remove it',
  password: 'says how a device that the suite plays shows who it is; remove it',
};

/** The files that people write, as their schemas are called. */
type SchemaKind = 'target' | 'expectations';

const validators = new Map<SchemaKind, ValidateFunction>();

/** Checks the content of a file that people write against its schema in `schemas/`, and gives every fault in words. */
export function checkSchema(value: unknown, kind: SchemaKind = 'target'): Fault[] {
  const validator = validators.get(kind) ?? compile(kind);
  validators.set(kind, validator);
  return validator(value) ? [] : (validator.errors ?? []).flatMap((error) => explain(error, value));
}

function compile(kind: SchemaKind): ValidateFunction {
  const file = fileURLToPath(import.meta.resolve(`#root/schemas/${kind}.schema.json`));
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    allErrors: true,
    verbose: true,
    allowUnionTypes: true,
    // Whether the schema is a schema is the business of the tests, not of every start: it takes longer than all the rest.
    validateSchema: false,
    // The check is made once: what it would gain is less than what it costs.
    code: { optimize: false },
  });
  return ajv.compile(JSON.parse(readFileSync(file, 'utf8')));
}

function explain(error: ErrorObject, root: unknown): Fault[] {
  const { keyword, params, data } = error;
  const path = error.instancePath.split('/').slice(1).map(plainKey);
  const schema = error.parentSchema as SchemaPart;
  const value = (what: string): Fault[] => [{ path, of: 'value', what }];
  const name = (member: string, what: string): Fault[] => [{ path: [...path, member], of: 'name', what }];
  const expected = `expected ${schema.title ?? 'another value'}`;
  // A failed alternative says less than the oneOf or anyOf around it.
  if (/\/(oneOf|anyOf)\/\d/.test(error.schemaPath)) return [];
  // Without a known role nothing can be said of what belongs to which.
  if (/^#\/(then|else)\//.test(error.schemaPath) && !hasRole(root)) return [];

  switch (keyword) {
    case 'additionalProperties': {
      const unknown = String(params['additionalProperty']);
      const known = Object.keys(schema.properties ?? {});
      return name(unknown, `is not a known member${didYouMean(unknown, known)}; known here: ${known.join(', ')}`);
    }
    case 'required':
    case 'dependentRequired': {
      const missing = String(params['missingProperty']);
      const why = keyword === 'required' ? missingBecause(path, missing) : `is missing; it goes with ${params['property']}`;
      return name(missing, why);
    }
    case 'enum': {
      const allowed = [...new Set((params['allowedValues'] as unknown[]).map(String))];
      return value(`is ${show(data)}${didYouMean(String(data), allowed)}; expected one of ${allowed.join(', ')}`);
    }
    case 'const':
      return value(`is ${show(data)}; ${expected}`);
    case 'type':
    case 'pattern':
      return value(`is ${show(data)}; ${expected}`);
    case 'minLength':
    case 'minItems':
      return value(`is empty; ${expected}`);
    case 'maxLength':
      return value(`has ${(data as string).length} characters; ${expected}, of at most ${params['limit']} characters`);
    case 'maxItems':
      return value(`has ${(data as unknown[]).length} items; ${expected}, of at most ${params['limit']}`);
    case 'minProperties':
      return value(`is empty; ${expected}`);
    case 'maxProperties':
      return value(`has ${Object.keys(data as object).join(' and ')}; ${expected}`);
    case 'minimum':
    case 'maximum':
      return value(`is ${show(data)}; ${expected}, ${schema.minimum} to ${schema.maximum}`);
    case 'uniqueItems':
      return value(`has ${show((data as unknown[])[Number(params['j'])])} twice; expected each once`);
    case 'propertyNames':
      return name(String(params['propertyName']), 'cannot be the name of a variable');
    case 'oneOf':
      // What is no object fits every alternative, and is told so by its type.
      return typeof data === 'object' && data !== null ? value(alternatives(error)) : [];
    case 'not':
      return name('devices', 'cannot be combined with device; expected one of them: a single device, or the list');
    case 'anyOf':
      return name(
        'onlyThese',
        'says that the implementation knows no other devices, but none is given; expected device or devices',
      );
    case 'false schema':
      return [{ path, of: 'name', what: otherRole(path) }];
    default:
      // "if" and "propertyNames" accompany an error of their own; nothing else is in the schema.
      return [];
  }
}

/** What is expected of a member that is not there. */
function missingBecause(path: readonly string[], member: string): string {
  const expected: Readonly<Record<string, string>> = {
    role: 'server or client',
    result: 'where the calculated time is read, { log: … } or { topic: …, pointer: … }',
    until: 'the last day on which it may fail, such as 2027-03-31',
    reason: 'why it fails, or the issue about it',
    ...(path[0] === 'container' ? { port: 'the port inside the container where the server listens' } : {}),
  };
  return member in expected ? `is missing; expected ${expected[member]}` : 'is missing';
}

function hasRole(root: unknown): boolean {
  const { role } = root as { readonly role?: unknown };
  return role === 'server' || role === 'client';
}

/** "none of" or "both": how a choice of members went wrong. */
function alternatives(error: ErrorObject): string {
  const names = (error.schema as readonly SchemaPart[]).map((part) => part.required?.[0] ?? '');
  const given = names.filter((candidate) => candidate in (error.data as object));
  const choice = `expected exactly one of ${names.join(', ')}`;
  return given.length === 0 ? `has none of ${names.join(', ')}; ${choice}` : `has ${given.join(' and ')}; ${choice}`;
}

function otherRole(path: readonly string[]): string {
  const member = path.at(-1) ?? '';
  const clients = ['sync', 'result', 'timestampType', 'within'].includes(member) && path.length === 1;
  if (clients) return 'is for clients only, and this is a server; remove it, or write role: client';
  return `is for servers only, and this is a client: ${SERVERS_ONLY[member] ?? 'remove it'}`;
}

/** A value as a message shows it: short, and by its kind when it is a list or an object. */
function show(data: unknown): string {
  if (data === null || data === undefined) return 'empty';
  if (Array.isArray(data)) return 'a list';
  if (typeof data === 'object') return 'an object';
  const text = JSON.stringify(data);
  return text.length > 80 ? `${text.slice(0, 77)}…"` : text;
}

function plainKey(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
