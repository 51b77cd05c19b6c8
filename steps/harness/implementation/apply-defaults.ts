import { dirname, resolve } from 'node:path';
import { printable } from '../text/printable.ts';
import { secretsOf } from '../text/secrets.ts';
import { type ConfinementContent, confinementOf } from './confinement.ts';
import { credentialsNeedDevices, secretsIn } from './credentials.ts';
import { parseDuration } from './duration.ts';
import { placeholdersIn } from './fill-placeholders.ts';
import { firstName } from './made-up-devices.ts';
import type {
  AddressStart,
  Auth,
  Build,
  ContainerStart,
  DeclaredTimestampType,
  Identity,
  Limits,
  ProcessStart,
  Ready,
  Result,
  Role,
  SignMethod,
  Sync,
  Target,
  TimeUnit,
  Tls,
} from './target.ts';

/** The product key of the device when a target file declares none: it has the length that the platform uses. */
export const DEFAULT_PRODUCT_KEY = 'a1NtpSuite1';

/** The limits that a platform documents. */
const PRESETS: Readonly<Record<'aliyun', Limits>> = { aliyun: { requestsPerSecond: 30, connectsPerMinute: 5 } };

/** A target file's content after it was checked: what `schemas/target.schema.json` describes. */
interface TargetContent {
  readonly name: string;
  readonly version?: string;
  readonly role: Role;
  readonly build?: Build;
  readonly container?: {
    readonly image?: string;
    readonly dockerfile?: string;
    readonly context?: string;
    readonly args?: Readonly<Record<string, string>>;
    readonly env?: Readonly<Record<string, string>>;
    readonly command?: readonly string[];
    readonly port?: number;
    readonly files?: readonly { readonly source: string; readonly path: string }[];
  } & ConfinementContent;
  readonly process?: {
    readonly command: readonly string[];
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
  };
  readonly address?: string;
  readonly ready?: { readonly log?: string; readonly port?: boolean; readonly health?: true; readonly within?: string };
  readonly transport?: 'tcp' | 'websocket';
  readonly path?: string;
  readonly tls?: Partial<Tls>;
  readonly auth?: AuthContent;
  readonly device?: Identity;
  readonly devices?: readonly [Identity, ...Identity[]];
  readonly onlyThese?: boolean;
  readonly clientId?: string;
  readonly deviceNames?: string;
  readonly limits?: Limits & { readonly preset?: keyof typeof PRESETS };
  readonly lateAnswers?: string;
  readonly deadline?: string;
  readonly responseDeadline?: string;
  readonly clockTolerance?: string;
  readonly sharedClock?: boolean;
  readonly mqttVersion?: '3.1.1' | '5';
  readonly capabilities?: readonly string[];
  readonly sync?: {
    readonly every?: string;
    readonly exec?: readonly string[];
    readonly signal?: NodeJS.Signals;
    readonly stdin?: string;
    readonly publish?: { readonly topic: string; readonly payload?: string };
  };
  readonly result?: { readonly log?: string; readonly topic?: string; readonly pointer?: string; readonly unit?: TimeUnit };
  readonly timestampType?: DeclaredTimestampType | readonly DeclaredTimestampType[];
  readonly within?: string;
}

type AuthContent =
  | 'none'
  | 'aliyun-hmac'
  | {
      readonly username?: string;
      readonly password?: string;
      readonly 'aliyun-hmac'?: { readonly signMethod?: SignMethod; readonly timestamp?: string };
    };

/** The port of an address that names none. */
const usualPorts = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const;

/** The timestamp that the platform's device SDK signs when a device has no clock yet: 2050-01-01T00:00:00Z, in ms. */
const TIMESTAMP = '2524608000000';

/**
 * Applies the defaults to a target file's content, and makes its paths absolute.
 *
 * @param value the content, checked by its schema and the cross-field rules
 * @param file absolute path of the target file
 * @param secrets values that came from the environment
 */
export function applyDefaults(value: unknown, file: string, secrets: readonly string[]): Target {
  const content = value as TargetContent;
  const start = startOf(content, dirname(file));
  const deviceName = firstName(content.deviceNames) ?? '';
  const devices = content.devices ?? [content.device ?? { productKey: DEFAULT_PRODUCT_KEY, deviceName }];
  const tls = content.tls === undefined ? undefined : tlsOf(content.tls, dirname(file));
  const auth = authOf(content.auth, devices);
  const clientId = optional('clientId', content.clientId);
  const access = { ...optional('auth', auth), ...optional('tls', tls), ...clientId, start };
  const told = content.role === 'client' ? isTold(start) : !credentialsNeedDevices(auth, devices);
  const result = content.result === undefined ? undefined : resultOf(content.result);
  return {
    file,
    name: printable(content.name),
    ...optional('version', content.version),
    role: content.role,
    ...optional('build', content.build),
    start,
    ready: readyOf(content, start.kind),
    ...optional('tls', tls),
    ...optional('webSocketPath', webSocketPathOf(content)),
    ...optional('auth', auth),
    devices,
    onlyThese: content.onlyThese ?? !told,
    ...optional('deviceNames', content.deviceNames),
    ...optional('limits', limitsOf(content.limits)),
    ...clientId,
    ...optional('lateAnswersMs', content.lateAnswers === undefined ? undefined : duration(content.lateAnswers)),
    ...optional('deadlineMs', content.deadline === undefined ? undefined : duration(content.deadline)),
    responseDeadlineMs: duration(content.responseDeadline ?? '2s'),
    clockToleranceMs: duration(content.clockTolerance ?? '5s'),
    sharedClock: content.sharedClock ?? start.kind !== 'address',
    mqttVersion: content.mqttVersion ?? '3.1.1',
    capabilities: new Set(content.capabilities),
    sync: syncOf(content.sync),
    ...optional('result', result),
    timestampTypes: [content.timestampType ?? 'long'].flat() as DeclaredTimestampType[],
    withinMs: duration(content.within ?? '10s'),
    secrets: secretsOf([...devices.map((device) => device.deviceSecret), ...secretsIn(access, devices), ...secrets]),
  };
}

function limitsOf(limits: TargetContent['limits']): Limits | undefined {
  if (limits === undefined) return undefined;
  const { preset, ...own } = limits;
  return { ...(preset === undefined ? {} : PRESETS[preset]), ...own };
}

/** Whether the target file passes a client its device; if not, the client can only be its own. */
function isTold(start: Target['start']): boolean {
  if (start.kind === 'address') return false;
  const told = new Set([...(start.command ?? []), ...Object.values(start.env)].flatMap(placeholdersIn));
  return told.has('productKey') && told.has('deviceName');
}

function startOf(
  { container, process, address = '' }: TargetContent,
  folder: string,
): ContainerStart | ProcessStart | AddressStart {
  if (process !== undefined) {
    return { kind: 'process', command: process.command, cwd: resolve(folder, process.cwd ?? '.'), env: process.env ?? {} };
  }
  if (container === undefined) return addressOf(address);
  const { image, dockerfile, context, args = {}, env = {}, command, port, files = [], ...confinement } = container;
  const build = dockerfile === undefined ? undefined : resolve(folder, dockerfile);
  return {
    kind: 'container',
    ...optional('image', image),
    ...(build === undefined ? {} : { build: { dockerfile: build, context: resolve(folder, context ?? dirname(build)), args } }),
    env,
    ...optional('command', command),
    ...optional('port', port),
    files: files.map(({ source, path }) => ({ source: resolve(folder, source), path })),
    confinement: confinementOf(confinement),
  };
}

function addressOf(address: string): AddressStart {
  const { protocol: scheme, hostname, port } = new URL(address);
  const protocol = scheme.slice(0, -1) as AddressStart['protocol'];
  return {
    kind: 'address',
    protocol,
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? usualPorts[protocol] : Number(port),
  };
}

/** Where MQTT over WebSocket is, by the address or by `transport`; undefined where TCP or TLS carry MQTT themselves. */
function webSocketPathOf({ address, transport, path = '/mqtt' }: TargetContent): string | undefined {
  if (address === undefined) return transport === 'websocket' ? path : undefined;
  return /^wss?:/.test(address) ? new URL(address).pathname : undefined;
}

function readyOf({ role, ready = {} }: TargetContent, kind: Target['start']['kind']): Ready {
  return {
    ...optional('log', ready.log),
    port: role === 'server' && (ready.port ?? true),
    ...optional('health', ready.health),
    withinMs: duration(ready.within ?? (kind === 'address' ? '5s' : '30s')),
  };
}

function tlsOf({ ca, selfSigned = false, serverName, certificate, key }: Partial<Tls>, folder: string): Tls {
  const absolute = (path: string | undefined): string | undefined => (path === undefined ? undefined : resolve(folder, path));
  return {
    ...optional('ca', absolute(ca)),
    selfSigned,
    ...optional('serverName', serverName),
    ...optional('certificate', absolute(certificate)),
    ...optional('key', absolute(key)),
  };
}

function authOf(auth: AuthContent | undefined, devices: readonly Identity[]): Auth | undefined {
  const own = devices.some(({ username }) => username !== undefined);
  if (auth === undefined || auth === 'none') return own ? { kind: 'password' } : undefined;
  const signed = auth === 'aliyun-hmac' ? {} : auth['aliyun-hmac'];
  if (signed !== undefined) {
    const { signMethod = 'hmacsha256', timestamp = TIMESTAMP } = signed;
    return { kind: 'aliyun-hmac', signMethod, ...optional('timestamp', timestamp === 'none' ? undefined : timestamp) };
  }
  const { username, password } = auth as { readonly username?: string; readonly password?: string };
  return { kind: 'password', ...optional('username', username), ...optional('password', password) };
}

function syncOf(sync: TargetContent['sync'] = {}): Sync {
  const { every, exec, signal, stdin, publish } = sync;
  if (every !== undefined) return { kind: 'every', intervalMs: duration(every) };
  if (exec !== undefined) return { kind: 'exec', command: exec };
  if (signal !== undefined) return { kind: 'signal', signal };
  if (stdin !== undefined) return { kind: 'stdin', text: stdin };
  if (publish !== undefined) return { kind: 'publish', topic: publish.topic, payload: publish.payload ?? '' };
  return { kind: 'start' };
}

function resultOf({ log, topic = '', pointer = '', unit = 'ms' }: NonNullable<TargetContent['result']>): Result {
  return log === undefined ? { kind: 'topic', topic, pointer, unit } : { kind: 'log', log, unit };
}

function duration(text: string): number {
  return parseDuration(text) as number;
}

/** A member that is left out when it has no value, as `exactOptionalPropertyTypes` asks. */
function optional<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
}
