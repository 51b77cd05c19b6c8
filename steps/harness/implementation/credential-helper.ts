import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Deadline } from '../time/deadline.ts';
import { cleanUpGroup, startCleanupProcess } from './cleanup-process.ts';
import { EnvironmentError } from './errors.ts';

/** How long a credential helper may take, in ms: it may ask a service elsewhere. */
const mostMs = 20_000;

/** What a credential helper knows of a registry. */
export type HelperCredentials =
  | { readonly registryAddress: string; readonly username: string; readonly password: string }
  | { readonly registryAddress: string; readonly identityToken: string };

/**
 * Has testcontainers ask the credential helpers of the Docker client's configuration through {@link askCredentialHelper}: its own way waits
 * for ever for one that hangs, and leaves it behind.
 */
export async function boundCredentialHelpers(): Promise<void> {
  const { CredentialProvider } = await import('testcontainers/build/container-runtime/auth/credential-provider.js');
  // Asked once for each registry, because one that hangs would be waited for each time.
  const asked = new Map<string, Promise<HelperCredentials | undefined>>();
  CredentialProvider.prototype.getAuthConfig = async function (registry, config) {
    const name = this.getCredentialProviderName(registry, config);
    if (name === undefined || name === '') return undefined;
    const key = `${name} ${registry}`;
    const answer = asked.get(key) ?? askCredentialHelper(`docker-credential-${name}`, registry);
    asked.set(key, answer);
    return answer;
  };
}

/**
 * Asks a credential helper how to log in to a registry. It ends with the suite, however the suite ends.
 *
 * @returns undefined where it knows nothing
 * @throws EnvironmentError when it cannot be run, does not answer in time, or prints something else
 */
export async function askCredentialHelper(
  program: string,
  registry: string,
  withinMs = mostMs,
): Promise<HelperCredentials | undefined> {
  const fault = (what: string): EnvironmentError =>
    new EnvironmentError(
      `The credential helper ${program} of the Docker client's configuration ${what}.\n` +
        `  Try it by hand: echo ${registry} | ${program} get; or take credsStore and credHelpers out of the configuration's config.json.`,
    );
  startCleanupProcess();
  const child = spawn(program, ['get'], { detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
  const { pid } = child;
  if (pid === undefined) {
    const [error] = (await once(child, 'error')) as [NodeJS.ErrnoException];
    throw fault(error.code === 'ENOENT' ? 'is not on PATH' : `could not be run (${error.code ?? error.message})`);
  }
  const forget = cleanUpGroup(pid);
  const kill = (): void => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  };
  let late = false;
  const deadline = new Deadline(withinMs, () => {
    late = true;
    kill();
    child.stdout.destroy();
  });
  child.stdin.on('error', () => {});
  child.stdin.end(`${registry}\n`);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  deadline.clear();
  kill();
  forget();
  if (late) throw fault(`has not answered within ${withinMs / 1000} s`);
  // So it says that it knows nothing.
  if (code !== 0) return undefined;
  const credentials = credentialsIn(text, registry);
  if (credentials === undefined) throw fault('printed something else than credentials');
  return credentials;
}

/** What a helper prints: `{"ServerURL":"…","Username":"…","Secret":"…"}`, with the user name `<token>` for a token. */
function credentialsIn(text: string, registry: string): HelperCredentials | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { ServerURL, Username, Secret } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof Username !== 'string' || typeof Secret !== 'string') return undefined;
  const registryAddress = typeof ServerURL === 'string' && ServerURL !== '' ? ServerURL : registry;
  return Username === '<token>'
    ? { registryAddress, identityToken: Secret }
    : { registryAddress, username: Username, password: Secret };
}
