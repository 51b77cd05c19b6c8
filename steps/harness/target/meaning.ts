import { existsSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Fault } from './check.ts';
import { LONGEST_MS, parseDuration } from './duration.ts';
import { placeholdersIn } from './fill.ts';
import { didYouMean } from './nearest.ts';

const IDENTITY = ['productKey', 'deviceName'];
const START = ['host', 'port', 'productKey', 'deviceName', 'deviceSecret'];

/**
 * Checks what a schema cannot say: regular expressions, paths, placeholders, and members that only make sense together. Takes
 * what the schema found wrong as well: a member that is not of its kind is passed over, so that nothing is reported twice.
 *
 * @param folder absolute path that relative paths start from
 */
export function checkMeaning(value: unknown, folder: string): Fault[] {
  const client = member(value, 'role') === 'client';
  return [
    ...checkPatterns(value),
    ...checkPaths(value, folder),
    ...checkDurations(value),
    ...checkPlaceholders(value, client),
    ...checkPort(value, client),
    ...checkDevice(value, client),
    ...checkAddress(value),
    ...checkReady(value),
    ...checkDevices(value),
  ];
}

function checkPatterns(value: unknown): Fault[] {
  const result = text(value, 'result', 'log');
  const faults = [...checkPattern(['ready', 'log'], text(value, 'ready', 'log')), ...checkPattern(['result', 'log'], result)];
  if (result === undefined || faults.some(({ path }) => path[0] === 'result')) return faults;
  // An empty alternative makes any expression match, and so tells the names of its groups.
  const groups = Object.keys(new RegExp(`${result}|`).exec('')?.groups ?? {});
  if (groups.includes('time')) return faults;
  const instead = groups.length === 0 ? '' : ` (it has ${groups.join(', ')})`;
  return [...faults, fault(['result', 'log'], `has no group named time${instead}; expected one such as (?<time>\\d+)`)];
}

function checkPattern(path: readonly string[], pattern: string | undefined): Fault[] {
  try {
    new RegExp(pattern ?? '');
    return [];
  } catch (error) {
    const reason = (error as Error).message.replace(/^.*\/[a-z]*: /s, '');
    return [fault(path, `is not a regular expression: ${reason}; expected one as JavaScript has them`)];
  }
}

function checkPaths(value: unknown, folder: string): Fault[] {
  const faults: Fault[] = [];
  const check = (path: string[], kind: 'file' | 'folder' | 'file or folder'): void => {
    const given = text(value, ...path);
    if (given === undefined || given === '') return;
    const absolute = resolve(folder, given);
    if (!existsSync(absolute)) {
      faults.push(fault(path, `"${given}" does not exist; expected a ${kind}, relative to the folder of this file`));
    } else if (kind !== 'file or folder' && statSync(absolute).isDirectory() !== (kind === 'folder')) {
      faults.push(fault(path, `"${given}" is a ${kind === 'file' ? 'folder' : 'file'}; expected a ${kind}`));
    }
  };
  check(['container', 'dockerfile'], 'file');
  check(['container', 'context'], 'folder');
  for (const index of list(value, 'container', 'files').keys())
    check(['container', 'files', String(index), 'source'], 'file or folder');
  check(['process', 'cwd'], 'folder');
  for (const name of ['ca', 'certificate', 'key']) check(['tls', name], 'file');

  const dockerfile = text(value, 'container', 'dockerfile');
  const context = text(value, 'container', 'context');
  if (
    dockerfile !== undefined &&
    context !== undefined &&
    relative(resolve(folder, context), resolve(folder, dockerfile)).startsWith('..')
  ) {
    faults.push(
      fault(['container', 'dockerfile'], `"${dockerfile}" is outside the context "${context}"; expected one inside it`),
    );
  }
  return faults;
}

function checkDurations(value: unknown): Fault[] {
  return [['ready', 'within'], ['responseDeadline'], ['clockTolerance'], ['within'], ['sync', 'every']].flatMap((path) => {
    const given = text(value, ...path);
    const ms = given === undefined ? undefined : parseDuration(given);
    return ms !== undefined && ms > LONGEST_MS ? [fault(path, `is "${given}"; expected at most 60m`)] : [];
  });
}

function checkPlaceholders(value: unknown, client: boolean): Fault[] {
  const start = client ? [...START, 'timestampType'] : START;
  const known: [readonly string[], readonly string[]][] = [
    [['container', 'command'], start],
    [['container', 'env'], start],
    [['process', 'command'], start],
    [['process', 'env'], start],
    [['clientId'], IDENTITY],
    [['sync', 'exec'], start],
    [['sync', 'stdin'], start],
    [['sync', 'publish', 'topic'], IDENTITY],
    [['sync', 'publish', 'payload'], IDENTITY],
    [['result', 'topic'], IDENTITY],
  ];
  return known.flatMap(([path, names]) =>
    texts(member(value, ...path), path).flatMap(([at, given]) =>
      placeholdersIn(given)
        .filter((name) => !names.includes(name))
        .map((name) => {
          const braces = names.map((other) => `{${other}}`).join(' ');
          return fault(
            at,
            `has the unknown placeholder {${name}}${meant(name, names)}; known here: ${braces}; {{${name}}} stands for itself`,
          );
        }),
    ),
  );
}

function meant(name: string, names: readonly string[]): string {
  return didYouMean(name, names).replace(/"(.*)"/, '{$1}');
}

/** A server has to be told its port; a client, where its platform is. */
function checkPort(value: unknown, client: boolean): Fault[] {
  const kind = client && member(value, 'container') !== undefined ? 'container' : 'process';
  const start = member(value, kind);
  if (start === undefined || (kind === 'process' && list(value, 'process', 'command').length === 0)) return [];
  const all = [...texts(member(start, 'command'), []), ...texts(member(start, 'env'), [])];
  if (all.some(([, given]) => placeholdersIn(given).includes('port'))) return [];
  const why = client
    ? 'the platform that the suite plays has another port in every run; expected {host} and {port} in command or env'
    : 'the suite picks a free port and must pass it on; expected {port} in command or env';
  return [fault([kind, ...(member(start, 'command') === undefined ? [] : ['command'])], `nowhere contains {port}: ${why}`)];
}

/** A client is another device in each start; one that has its device built in must at least say which one that is. */
function checkDevice(value: unknown, client: boolean): Fault[] {
  const kind = member(value, 'container') === undefined ? 'process' : 'container';
  const start = member(value, kind);
  const declared = member(value, 'device') ?? member(value, 'devices');
  if (!client || start === undefined || declared !== undefined) return [];
  const all = [...texts(member(start, 'command'), []), ...texts(member(start, 'env'), [])];
  const told = new Set(all.flatMap(([, given]) => placeholdersIn(given)));
  const missing = ['productKey', 'deviceName'].filter((name) => !told.has(name)).map((name) => `{${name}}`);
  if (missing.length === 0) return [];
  const what = `nowhere contains ${missing.join(' and ')}: the client is another device in each start; expected them in command or env, or the member device with the one that it always is`;
  return [fault([kind, ...(member(start, 'command') === undefined ? [] : ['command'])], what)];
}

function checkAddress(value: unknown): Fault[] {
  const address = text(value, 'address');
  const faults: Fault[] = [];
  const port = Number(/:(\d+)\/?$/.exec(address ?? '')?.[1] ?? 1);
  if (port < 1 || port > 65_535) faults.push(fault(['address'], `has port ${port}; expected 1 to 65535`));
  const declared = member(value, 'capabilities');
  if (
    member(value, 'role') === 'client' &&
    Array.isArray(declared) &&
    declared.includes('tls') &&
    member(value, 'tls') === undefined
  ) {
    faults.push(
      named(
        ['capabilities'],
        'has tls, and there is no member tls; expected tls: { certificate, key }, by which the platform shows itself',
      ),
    );
  }
  if (address?.startsWith('mqtt:') === true && member(value, 'tls') !== undefined) {
    faults.push(named(['tls'], 'stands beside an mqtt:// address; expected mqtts://, or no tls'));
  }
  return faults;
}

function checkReady(value: unknown): Fault[] {
  const faults: Fault[] = [];
  const { log, port, health } = (member(value, 'ready') ?? {}) as Readonly<Record<string, unknown>>;
  if (port === false && log === undefined && health === undefined && member(value, 'address') === undefined) {
    faults.push(fault(['ready', 'port'], 'leaves no sign of readiness; expected log or health beside it, or port: true'));
  }
  if (member(value, 'ready', 'health') !== undefined && member(value, 'container') === undefined) {
    faults.push(named(['ready', 'health'], 'is for containers only: it is the health check of an image; expected log or port'));
  }
  if (member(value, 'ready', 'log') !== undefined && member(value, 'address') !== undefined) {
    faults.push(
      named(['ready', 'log'], 'cannot be seen: the suite does not start an address and has no output of it; remove it'),
    );
  }
  return faults;
}

function checkDevices(value: unknown): Fault[] {
  const seen = new Set<string>();
  return list(value, 'devices').flatMap((_, index) => {
    const path = ['devices', String(index)];
    const key = `${text(value, ...path, 'productKey')} ${text(value, ...path, 'deviceName')}`;
    if (key.includes('undefined') || !seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [fault(path, 'is listed twice: product key and device name of another; expected each once')];
  });
}

function fault(path: readonly string[], what: string): Fault {
  return { path, of: 'value', what };
}

function named(path: readonly string[], what: string): Fault {
  return { path, of: 'name', what };
}

/** The value at a path of a content that may be of any shape. */
function member(value: unknown, ...path: readonly string[]): unknown {
  let found: unknown = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return found;
}

function text(value: unknown, ...path: readonly string[]): string | undefined {
  const found = member(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

function list(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = member(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** Every text at and below a value, with its path. */
function texts(value: unknown, path: readonly string[]): [readonly string[], string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => texts(below, [...path, key]));
}
