import { EnvironmentError } from './errors.ts';

/**
 * What stands behind an engine's API. docker: an engine whose machine is known by the address of its API. remote: an engine on another
 * machine, although its API and its ports are at an address of this one. kubernetes: a cluster, whose pods the API calls containers.
 */
export type EngineKind = 'docker' | 'remote' | 'kubernetes';

/** The environment variable in which the user names an engine's kind, when the engine does not say it. */
export const kindVariable = 'CONFORMANCE_ENGINE';

/** What an engine answers to `GET /info`, as far as its kind shows there. */
export interface EngineInfo {
  readonly Name?: string;
  readonly OperatingSystem?: string;
  readonly ServerVersion?: string;
  readonly Labels?: readonly string[] | null;
}

/** The kinds that the user can name; `docker` is the default. */
const said: readonly string[] = ['remote', 'kubernetes'] satisfies readonly EngineKind[];

/**
 * The kind of an engine: what the user says, or else what the engine says.
 *
 * @param word the value of {@link kindVariable}
 * @throws EnvironmentError when the word names no kind
 */
export function kindOfEngine({ Name, OperatingSystem, ServerVersion, Labels }: EngineInfo, word: string | undefined): EngineKind {
  if (word !== undefined && word !== '') {
    if (!said.includes(word))
      throw new EnvironmentError(
        `${kindVariable} is "${word}"; expected remote (the engine is on another machine, although its ports are here) or kubernetes.`,
      );
    return word as EngineKind;
  }
  // kubedock's own words.
  if (OperatingSystem === 'kubernetes' || Name === 'kubedock') return 'kubernetes';
  // Docker's and Testcontainers' clouds: their agent puts API and ports of a machine elsewhere on this one's loopback.
  const cloud = (Labels ?? []).some((label) => label.startsWith('cloud.docker.run.version='));
  return cloud || /testcontainerscloud/i.test(ServerVersion ?? '') ? 'remote' : 'docker';
}
