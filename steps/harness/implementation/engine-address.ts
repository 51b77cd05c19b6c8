import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentError } from './errors.ts';

/** Where a run looks for its Docker engine, and why there. */
export interface EngineAddress {
  /** As DOCKER_HOST has it; undefined where nothing names one, so that the usual sockets are tried. */
  readonly host: string | undefined;
  /** What names it, in words: `DOCKER_HOST`, `the Docker context "build-7"`. */
  readonly from: string;
  /** The folder of ca.pem, cert.pem and key.pem; undefined without TLS. */
  readonly certificates: string | undefined;
  /** What names another engine and does not count beside this, a phrase each. */
  readonly besides: readonly string[];
}

/** Where the environment and the files of this user are read. */
export interface Surroundings {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly home: string;
}

type Named = Omit<EngineAddress, 'besides'>;

/**
 * Which engine a run uses: as the docker command does, that of DOCKER_HOST, else of the context that DOCKER_CONTEXT names, else of the
 * current context; and as testcontainers does, before the current context that of `~/.testcontainers.properties`.
 *
 * @throws EnvironmentError when a context is not there, or asks for what the suite does not do
 */
export function engineAddress(surroundings: Surroundings = { env: process.env, home: homedir() }): EngineAddress {
  const { env, home } = surroundings;
  const folder = env['DOCKER_CONFIG'] || join(home, '.docker');
  const inVariable = env['DOCKER_CONTEXT'] || undefined;
  const current = currentContext(folder);
  const properties = propertiesIn(join(home, '.testcontainers.properties'));
  const sources: readonly (readonly [string, (() => Named) | undefined])[] = [
    ['DOCKER_HOST', env['DOCKER_HOST'] ? () => hostOf(env, folder) : undefined],
    [`DOCKER_CONTEXT=${inVariable}`, inVariable ? () => contextOf(inVariable, folder, `DOCKER_CONTEXT`) : undefined],
    [`tc.host in ${propertiesName}`, properties.has('tc.host') ? () => hostIn(properties, 'tc.host') : undefined],
    [`docker.host in ${propertiesName}`, properties.has('docker.host') ? () => hostIn(properties, 'docker.host') : undefined],
    [`the current Docker context "${current}"`, current ? () => contextOf(current, folder, 'the current one') : undefined],
  ];
  const [first, ...others] = sources.filter(([, named]) => named !== undefined);
  const named = first?.[1]?.() ?? { host: undefined, from: 'the usual place', certificates: undefined };
  return { ...named, besides: others.map(([source]) => source) };
}

const propertiesName = '~/.testcontainers.properties';

/** The name of the context that every installation has, and that no file describes. */
const usual = 'default';

function hostOf(env: Surroundings['env'], folder: string): Named {
  const certificates = env['DOCKER_TLS_VERIFY'] ? env['DOCKER_CERT_PATH'] || folder : undefined;
  return { host: env['DOCKER_HOST'], from: 'DOCKER_HOST', certificates };
}

function hostIn(properties: ReadonlyMap<string, string>, name: string): Named {
  const verified = ['1', 'true'].includes(properties.get('docker.tls.verify') ?? '');
  return {
    host: properties.get(name),
    from: `${name} in ${propertiesName}`,
    certificates: verified ? properties.get('docker.cert.path') : undefined,
  };
}

/** The context that `docker context use` has chosen; undefined for the usual one, and where the file cannot be read. */
function currentContext(folder: string): string | undefined {
  const { currentContext: name } = (json(join(folder, 'config.json')) ?? {}) as { readonly currentContext?: unknown };
  return typeof name === 'string' && name !== '' && name !== usual ? name : undefined;
}

/** A context, as `docker context create` keeps it. */
interface StoredContext {
  readonly Name?: string;
  readonly Endpoints?: { readonly docker?: { readonly Host?: string; readonly SkipTLSVerify?: boolean } };
}

function contextOf(name: string, folder: string, chosenBy: string): Named {
  if (name === usual) return { host: undefined, from: `the usual place, by ${chosenBy}=${usual}`, certificates: undefined };
  const id = createHash('sha256').update(name).digest('hex');
  const from = `the Docker context "${name}" (${chosenBy})`;
  const { Endpoints } = (json(join(folder, 'contexts/meta', id, 'meta.json')) ?? {}) as StoredContext;
  const { Host: host, SkipTLSVerify: unverified } = Endpoints?.docker ?? {};
  if (host === undefined || host === '') {
    const known = contextsIn(folder).map((other) => `"${other}"`);
    throw new EnvironmentError(
      `There is no Docker context "${name}" (${chosenBy}) in ${folder}: ${known.length === 0 ? 'there is none at all' : `there are ${known.join(', ')}`}.\n` +
        '  Choose one by DOCKER_CONTEXT or "docker context use", or name the engine by DOCKER_HOST.',
    );
  }
  const certificates = join(folder, 'contexts/tls', id, 'docker');
  const own = existsSync(certificates) ? certificates : undefined;
  if (unverified === true && own !== undefined)
    throw new EnvironmentError(
      `${from} does not check the certificate of its engine (SkipTLSVerify), which the suite always does.\n` +
        '  Create the context with the authority of that certificate, or name the engine by DOCKER_HOST.',
    );
  return { host, from, certificates: own };
}

function contextsIn(folder: string): string[] {
  try {
    const meta = join(folder, 'contexts/meta');
    return readdirSync(meta).flatMap((id) => (json(join(meta, id, 'meta.json')) as StoredContext | undefined)?.Name ?? []);
  } catch {
    return [];
  }
}

/** The object in a file; undefined where there is none. */
function json(file: string): object | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A file of Java's properties, as Testcontainers writes them: `docker.host=tcp\://127.0.0.1\:2375`. */
function propertiesIn(file: string): ReadonlyMap<string, string> {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return new Map();
  }
  const pairs = text.split(/\r?\n/).flatMap((line): [string, string][] => {
    const [, name, value = ''] = /^\s*([^#!\s=:][^\s=:]*)\s*[=:\s]\s*(.*?)\s*$/.exec(line) ?? [];
    return name === undefined || value === '' ? [] : [[name, value.replaceAll(/\\(.)/g, '$1')]];
  });
  return new Map(pairs);
}
