import { EnvironmentError, TargetFileError } from '../implementation/errors.ts';
import { notStarted, type StartError, startInWords } from '../implementation/start-failure.ts';
import type { Target } from '../implementation/target.ts';
import type { ClientRun } from './client-run.ts';
import type { ClientRunner } from './client-runner.ts';
import { plainSetup } from './client-setup.ts';
import { platformAdvice } from './platform-advice.ts';
import { misreadInWords, unreadTime } from './unread-time.ts';

/**
 * Checks the set-up before the first scenario, by a start of the client with nothing unusual, which scenarios use as well.
 *
 * @returns that start
 * @throws StartError when the client does not start, or ends with an error before it tries to connect
 * @throws EnvironmentError with what to change where it gets no TLS connection
 * @throws TargetFileError where it prints the right time, and `result` of the target file does not read it
 */
export async function clientPreflight(runner: Pick<ClientRunner, 'host' | 'perform' | 'target'>): Promise<ClientRun> {
  const { host, target } = runner;
  const [type = 'long'] = target.timestampTypes;
  const first = await runner.perform(plainSetup(type));
  const fault = failedStart(target, first) ?? noTls(first, host);
  if (fault !== undefined) throw fault;
  const unread = target.result === undefined ? undefined : unreadTime(first);
  if (unread !== undefined) throw new TargetFileError(target.file, misreadInWords(unread, target));
  return first;
}

/** A client that ends with an error before it tries to connect: the command is wrong, or the client lacks something. */
function failedStart(target: Target, { connections, ended, output, unnamed }: ClientRun): StartError | undefined {
  const { start } = target;
  const tried = connections.length > 0 || unnamed.length > 0;
  if (ended === undefined || ended.code === 0 || tried || start.kind === 'address') return undefined;
  return notStarted(target, {
    tried: startInWords(start),
    seen: `it ${ended.words} before it tried to connect`,
    output,
    advice: 'Run the command by hand to see more.',
  });
}

/** What keeps a client from a TLS connection with the platform; undefined where it gets as far as its CONNECT, or fails of something else. */
function noTls({ connections, unnamed }: ClientRun, host: string): EnvironmentError | undefined {
  if (connections.length > 0) return undefined;
  const fault = unnamed.find(({ handshake }) => handshake.fault !== undefined)?.handshake.fault;
  if (fault === undefined) return undefined;
  return new EnvironmentError(
    `The client does not get into the platform that the suite plays: ${fault.words}.\n  ${platformAdvice(fault, host)}.`,
  );
}
