import { finished } from 'node:stream/promises';
import { Deadline } from '../time/deadline.ts';
import { connectEngine, type Engine } from './engine.ts';
import { engineWords } from './engine-error.ts';
import { unlessGivenUp } from './give-up.ts';

/** The longest that a pull may take, in ms. */
const mostPullMs = 600_000;

/** The id (`sha256:…`) of the image with this name; undefined when there is none, or the engine does not say. */
export async function imageId({ docker }: Pick<Engine, 'docker'>, name: string): Promise<string | undefined> {
  return docker
    .getImage(name)
    .inspect()
    .then(
      ({ Id }) => Id,
      () => undefined,
    );
}

/** The same, from the engine that answers now; undefined when none does. */
export async function currentImage(name: string): Promise<string | undefined> {
  return connectEngine().then(
    (engine) => imageId(engine, name),
    () => undefined,
  );
}

/** What the Docker client's configuration says of how to log in to the registry of an image; undefined where it says nothing. */
export async function registryCredentials({ testcontainers, client }: Engine, name: string): Promise<RegistryCredentials> {
  const { registry } = testcontainers.ImageName.fromString(name);
  const { getAuthConfig } = await import('testcontainers/build/container-runtime/auth/get-auth-config.js');
  return getAuthConfig(registry ?? client.info.containerRuntime.indexServerAddress);
}

/**
 * Pulls an image that the engine does not have.
 *
 * @returns why the engine still does not have it, in words; undefined where it has it
 */
export async function pullImage(engine: Engine, image: string, mostMs = mostPullMs): Promise<string | undefined> {
  const { client, docker, testcontainers } = engine;
  const name = testcontainers.ImageName.fromString(image);
  if (await client.image.exists(name)) return undefined;
  const giveUp = new AbortController();
  using _deadline = new Deadline(mostMs, () => giveUp.abort(new Error(`the pull took longer than ${mostMs / 60_000} min`)));
  const pull = async (): Promise<void> => {
    const authconfig = await registryCredentials(engine, image);
    // What would stay open would keep the suite from ending.
    const stream = await docker.pull(name.string, { authconfig, abortSignal: giveUp.signal });
    stream.resume();
    await finished(stream);
  };
  const failure = await unlessGivenUp(pull(), giveUp.signal).then(
    () => '',
    (error: unknown) => `: ${engineWords(error)}`,
  );
  return (await client.image.exists(name)) ? undefined : `could not be pulled${failure}`;
}

type GetAuthConfig = typeof import('testcontainers/build/container-runtime/auth/get-auth-config.js')['getAuthConfig'];
type RegistryCredentials = Awaited<ReturnType<GetAuthConfig>>;
