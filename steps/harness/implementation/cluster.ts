import { basename } from 'node:path';
import type { Engine } from './engine.ts';
import { EnvironmentError } from './errors.ts';
import type { Forwarder } from './forwarder.ts';
import type { ContainerStart, Target } from './target.ts';

/** Why a container of a cluster is not started twice: what its API calls a restart is another pod, without what the first one wrote. */
export const onlyOnce =
  'a server cannot be ended and started again where a Kubernetes cluster runs its container: the next pod would know nothing of the first. ' +
  'Run it on a Docker engine for that';

/** What part of the time that an implementation may take the way to a cluster may take away. */
const mostOfIt = 0.5;

/**
 * Why nothing can be said of an implementation in a cluster, in words: the way there and back stood still for so long that what came too
 * late, or not at all, may be the way's doing.
 *
 * @param since a moment of performance.now()
 */
export function wayStoodStill(
  forwarder: Pick<Forwarder, 'stoodStillMs'>,
  { role, responseDeadlineMs, withinMs }: Target,
  since?: number,
): string | undefined {
  const allowed = role === 'server' ? responseDeadlineMs : withinMs;
  const stood = forwarder.stoodStillMs(since);
  if (stood <= mostOfIt * allowed) return undefined;
  return `the way to the Kubernetes cluster and back stood still for ${Math.round(stood)} ms, of the ${allowed} ms that an answer may take: nobody can tell who was late`;
}

/**
 * To be asked before anything is started: an API in front of a cluster says yes to much of what it does not do, and what came of that
 * would be taken for the implementation's doing.
 *
 * @throws EnvironmentError when the engine is a cluster, and the target needs what a cluster does not do
 */
export function requireOfCluster({ cluster }: Pick<Engine, 'cluster'>, target: Target, start: ContainerStart): void {
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
