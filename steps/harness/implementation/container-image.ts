import { basename } from 'node:path';
import type { Engine } from './engine.ts';
import { engineWords } from './engine-error.ts';
import { BuildError, buildImage } from './image-build.ts';
import { notStarted } from './start-failure.ts';
import type { ContainerStart, Target } from './target.ts';

/**
 * Pulls or builds the image that a container is to be started from.
 *
 * @returns its name
 * @throws EnvironmentError when it can be neither found nor pulled, or its build fails
 */
export function prepareImage(engine: Engine, target: Target, { image = '', build }: ContainerStart): Promise<string> {
  return build === undefined ? pullImage(engine, target, image) : builtImage(engine, target, build);
}

async function pullImage(engine: Engine, target: Target, image: string): Promise<string> {
  const name = engine.testcontainers.ImageName.fromString(image);
  const failure = await engine.client.image.pull(name).then(
    () => undefined,
    (error: unknown) => engineWords(error),
  );
  if (await engine.client.image.exists(name)) return image;
  throw notStarted(target, {
    tried: `the image ${image}`,
    seen: `it is not on this machine and could not be pulled${failure === undefined ? '' : `: ${failure}`}`,
    advice: 'Check its name and tag; build or pull it by hand, or log in to its registry.',
  });
}

async function builtImage(engine: Engine, target: Target, build: NonNullable<ContainerStart['build']>): Promise<string> {
  try {
    return await buildImage(engine, build);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw notStarted(target, {
      tried: `to build ${build.dockerfile} in ${build.context}`,
      seen: error.message,
      ...(error.log.length > 0 ? { output: error.log } : {}),
      advice: `Build it by hand to see more: docker build -f ${basename(build.dockerfile)} …`,
    });
  }
}
