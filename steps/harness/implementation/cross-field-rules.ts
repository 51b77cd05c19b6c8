import { checkAccess } from './access-rules.ts';
import { checkCertificates } from './certificate-rules.ts';
import type { Fault } from './check-target.ts';
import { parseSize, sizeLimits } from './confinement.ts';
import { LONGEST_MS, mostClockToleranceMs, parseDuration } from './duration.ts';
import { placeholdersIn } from './fill-placeholders.ts';
import { firstName, nameExists } from './made-up-devices.ts';
import { didYouMean } from './nearest-name.ts';
import { type Bounds, checkPaths } from './path-rules.ts';
import { readPattern } from './pattern.ts';
import { fault, list, member, named, text, texts } from './target-content.ts';

const IDENTITY = ['productKey', 'deviceName'];
const CREDENTIAL = [...IDENTITY, 'deviceSecret'];
const START = ['host', 'port', 'productKey', 'deviceName', 'deviceSecret'];

/**
 * Checks what a schema cannot say: regular expressions, paths, placeholders, and members that only make sense together. Takes
 * what the schema found wrong as well: a member that is not of its kind is passed over, so that nothing is reported twice.
 *
 * @param bounds where relative paths start from, and where all must stay
 */
export function checkCrossFieldRules(value: unknown, bounds: Bounds): Fault[] {
  const client = member(value, 'role') === 'client';
  const paths = checkPaths(value, bounds);
  // Nothing is read where no path may lead.
  const readable = !paths.some(({ path }) => path[0] === 'tls');
  return [
    ...checkPatterns(value),
    ...paths,
    ...checkDurations(value),
    ...checkSizes(value),
    ...checkPlaceholders(value, client),
    ...checkPort(value, client),
    ...checkDevice(value, client),
    ...checkBuild(value),
    ...checkAddress(value),
    ...checkReady(value),
    ...checkDevices(value),
    ...checkAccess(value),
    ...(readable ? checkCertificates(value, bounds.folder) : []),
  ];
}

function checkPatterns(value: unknown): Fault[] {
  const result = text(value, 'result', 'log');
  const faults = [
    ...checkPattern(['ready', 'log'], text(value, 'ready', 'log')),
    ...checkDeviceNames(value),
    ...checkPattern(['result', 'log'], result),
  ];
  if (result === undefined || faults.some(({ path }) => path[0] === 'result')) return faults;
  const groups = readPattern(result).names;
  if (groups.includes('time')) return faults;
  const instead = groups.length === 0 ? '' : ` (it has ${groups.join(', ')})`;
  return [...faults, fault(['result', 'log'], `has no group named time${instead}; expected one such as (?<time>\\d+)`)];
}

function checkPattern(path: readonly string[], pattern: string | undefined): Fault[] {
  try {
    readPattern(pattern ?? '');
    return [];
  } catch (error) {
    return [fault(path, `is ${(error as Error).message}`)];
  }
}

/** The devices that the run begins with have to exist by the pattern. */
function checkDeviceNames(value: unknown): Fault[] {
  const pattern = text(value, 'deviceNames');
  if (pattern === undefined) return [];
  const faults = checkPattern(['deviceNames'], pattern);
  if (faults.length > 0) return faults;
  const listed = list(value, 'devices').map((_, index) => ['devices', String(index), 'deviceName']);
  const named = [['device', 'deviceName'], ...listed].flatMap((path) => {
    const name = text(value, ...path);
    return name === undefined ? [] : [{ path, name }];
  });
  if (named.length === 0 && firstName(pattern) === undefined)
    return [
      fault(['deviceNames'], 'matches no name such as probe or probe1; expected device or devices beside it, that exist there'),
    ];
  return named
    .filter(({ name }) => !nameExists(name, pattern))
    .map(({ path, name }) => fault(path, `is "${name}", which deviceNames does not match; expected a name that exists there`));
}

function checkDurations(value: unknown): Fault[] {
  const check = (path: readonly string[], most: number, inWords: string): Fault[] => {
    const given = text(value, ...path);
    const ms = given === undefined ? undefined : parseDuration(given);
    return ms !== undefined && ms > most ? [fault(path, `is "${given}"; expected at most ${inWords}`)] : [];
  };
  const usual = [['ready', 'within'], ['responseDeadline'], ['lateAnswers'], ['within'], ['deadline'], ['sync', 'every']];
  return [...usual.flatMap((path) => check(path, LONGEST_MS, '60m')), ...check(['clockTolerance'], mostClockToleranceMs, '24h')];
}

function checkSizes(value: unknown): Fault[] {
  const { least, most, leastLog, mostLog } = sizeLimits;
  const check = (name: string, from: number, to: number): Fault[] => {
    const given = text(value, 'container', name);
    const bytes = given === undefined ? undefined : parseSize(given);
    if (bytes === undefined || (bytes >= from && bytes <= to)) return [];
    return [fault(['container', name], `is "${given}"; expected ${from / 1024 ** 2}m to ${to / 1024 ** 3}g`)];
  };
  return [...check('memory', least, most), ...check('log', leastLog, mostLog)];
}

function checkPlaceholders(value: unknown, client: boolean): Fault[] {
  const start = client ? [...START, 'timestampType'] : START;
  const known: [readonly string[], readonly string[]][] = [
    [['container', 'command'], start],
    [['container', 'env'], start],
    [['process', 'command'], start],
    [['process', 'env'], start],
    [['clientId'], IDENTITY],
    [['auth', 'username'], CREDENTIAL],
    [['auth', 'password'], CREDENTIAL],
    [['device', 'username'], CREDENTIAL],
    [['device', 'password'], CREDENTIAL],
    ...list(value, 'devices').flatMap((_, index): [readonly string[], readonly string[]][] => [
      [['devices', String(index), 'username'], CREDENTIAL],
      [['devices', String(index), 'password'], CREDENTIAL],
    ]),
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

/** Of a container the engine itself says what it is. */
function checkBuild(value: unknown): Fault[] {
  if (member(value, 'build') === undefined || member(value, 'container') === undefined) return [];
  return [named(['build'], 'is not needed with container, whose image the suite names by its digest; remove it')];
}

function checkAddress(value: unknown): Fault[] {
  const address = text(value, 'address');
  const faults: Fault[] = [];
  const port = Number(/^\w+:\/\/[^/]*:(\d+)(?:\/|$)/.exec(address ?? '')?.[1] ?? 1);
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
        'has tls, and there is no member tls; expected tls: { certificate, key }, which the platform shows to the client',
      ),
    );
  }
  const plain = /^(mqtt|ws):/.exec(address ?? '')?.[1];
  if (plain !== undefined && member(value, 'tls') !== undefined)
    faults.push(named(['tls'], `needs TLS, and the address is ${plain}://; expected ${plain}s://, or no tls`));
  if (address !== undefined && member(value, 'transport') !== undefined)
    faults.push(named(['transport'], 'is said by the address; expected ws:// or wss:// there for websocket, and no transport'));
  if (member(value, 'path') !== undefined && member(value, 'transport') !== 'websocket')
    faults.push(
      named(
        ['path'],
        'is that of MQTT over WebSocket; expected transport: websocket beside it, or an address such as ws://host/path',
      ),
    );
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
