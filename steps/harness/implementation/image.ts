import { getAuthConfig } from 'testcontainers/build/container-runtime/auth/get-auth-config.js';
import { connectEngine, type Engine } from './engine.ts';

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

/** The credentials for an image's registry in the Docker client's configuration; undefined when it has none. */
export function registryCredentials({ testcontainers, client }: Engine, name: string): ReturnType<typeof getAuthConfig> {
  const { registry } = testcontainers.ImageName.fromString(name);
  return getAuthConfig(registry ?? client.info.containerRuntime.indexServerAddress);
}
