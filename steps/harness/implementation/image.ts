import { getAuthConfig } from 'testcontainers/build/container-runtime/auth/get-auth-config.js';
import { connectEngine, type Engine } from './engine.ts';

/** The id of the image that has a name now (`sha256:…`); undefined where none has, or the engine does not say. */
export async function imageId({ docker }: Pick<Engine, 'docker'>, name: string): Promise<string | undefined> {
  return docker
    .getImage(name)
    .inspect()
    .then(
      ({ Id }) => Id,
      () => undefined,
    );
}

/** The same of whichever engine answers now; undefined where none does. */
export async function currentImage(name: string): Promise<string | undefined> {
  return connectEngine().then(
    (engine) => imageId(engine, name),
    () => undefined,
  );
}

/** The credentials that the Docker client's configuration holds for the registry of an image; undefined where it holds none. */
export function registryCredentials({ testcontainers, client }: Engine, name: string): ReturnType<typeof getAuthConfig> {
  const { registry } = testcontainers.ImageName.fromString(name);
  return getAuthConfig(registry ?? client.info.containerRuntime.indexServerAddress);
}
