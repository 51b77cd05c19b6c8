import { basename } from 'node:path';
import type { Engine } from './engine.ts';
import { EnvironmentError } from './errors.ts';
import type { Forwarder } from './forwarder.ts';
import type { ContainerStart, Target } from './target.ts';

/** Why a container of a cluster is not restarted: its API restarts it as another pod, without the files that the first one wrote. */
export const noRestart =
  'a server cannot be ended and started again where a Kubernetes cluster runs its container: the next pod would know nothing of the first. ' +
  'Run it on a Docker engine for that';

/** The share of an implementation's time limit that a stalled connection to its container may use up. */
const allowedShare = 0.5;

/**
 * Why an implementation behind a forwarder cannot be judged, in words: the connection stalled for so long that a late or missing message
 * may be the connection's fault.
 *
 * @param since only stalls after this time count, by performance.now(), in ms
 * @returns undefined when no stall was that long
 */
export function stallReason(
  forwarder: Pick<Forwarder, 'longestStallMs'>,
  { role, responseDeadlineMs, withinMs }: Target,
  since?: number,
): string | undefined {
  const allowedMs = role === 'server' ? responseDeadlineMs : withinMs;
  const stallMs = forwarder.longestStallMs(since);
  if (stallMs <= allowedShare * allowedMs) return undefined;
  return `the way to the container and back stood still for ${Math.round(stallMs)} ms, of the ${allowedMs} ms that an answer may take: it is unknown which side was late`;
}

/**
 * Checks, before anything starts, that a cluster can do what the target needs. The API in front of a cluster accepts many requests that
 * it does not carry out, and the result would count against the implementation.
 *
 * @throws EnvironmentError when the engine is a cluster, and the target needs what a cluster does not do
 */
export function requireClusterSupport({ cluster }: Pick<Engine, 'cluster'>, target: Target, start: ContainerStart): void {
  const missing = cluster ? missingIn(target, start) : [];
  if (missing.length > 0)
    throw new EnvironmentError(
      `${target.name} (${basename(target.file)}) was not started: the Kubernetes cluster behind the Docker engine cannot do what it needs.\n` +
        missing.map((each) => `  - ${each}`).join('\n'),
    );
}

function missingIn({ role, ready, sync, tls, capabilities }: Target, { build, files }: ContainerStart): string[] {
  return [
    ...(build === undefined
      ? []
      : [
          'no image is built from a Dockerfile: push it to a registry that the cluster pulls from, and name it by container.image',
        ]),
    ...(files.length === 0 ? [] : ['container.files come after the start of what reads them: put them into the image']),
    ...(ready.health === true ? ['no health check runs: take ready.log or ready.port in place of ready.health'] : []),
    ...(sync.kind === 'signal'
      ? [`${sync.signal} is not delivered: let the client ask by sync.exec, sync.every or at its start`]
      : []),
    ...(sync.kind === 'stdin'
      ? ['nothing reads standard input: let the client ask by sync.exec, sync.every or at its start']
      : []),
    ...(capabilities.has('clock')
      ? ['no file is shared with the suite, and the controlled clock is one: take "clock" out of the capabilities']
      : []),
    ...(role === 'client' && tls !== undefined
      ? ['the platform has no name that its certificate could be for: judge TLS on a Docker engine, and leave out tls here']
      : []),
  ];
}
