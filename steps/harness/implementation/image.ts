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

/** What the Docker client's configuration says of how to log in to the registry of an image; undefined where it says nothing. */
export async function registryCredentials({ testcontainers, client }: Engine, name: string): Promise<RegistryCredentials> {
  const { registry } = testcontainers.ImageName.fromString(name);
  const { getAuthConfig } = await import('testcontainers/build/container-runtime/auth/get-auth-config.js');
  return getAuthConfig(registry ?? client.info.containerRuntime.indexServerAddress);
}

type GetAuthConfig = typeof import('testcontainers/build/container-runtime/auth/get-auth-config.js')['getAuthConfig'];
type RegistryCredentials = Awaited<ReturnType<GetAuthConfig>>;
