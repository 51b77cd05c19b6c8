import { basename } from 'node:path';
import type { Engine } from './engine.ts';
import { pullImage } from './image.ts';
import { BuildError, buildImage } from './image-build.ts';
import { notStarted } from './start-failure.ts';
import type { ContainerStart, Target } from './target.ts';

/**
 * Pulls or builds the image that a container is to be started from.
 *
 * @param mostMs how long that may take
 * @returns its name
 * @throws EnvironmentError when it can be neither found nor pulled, or its build fails
 */
export function prepareImage(
  engine: Engine,
  target: Target,
  { image = '', build }: ContainerStart,
  mostMs?: number,
): Promise<string> {
  return build === undefined ? pulledImage(engine, target, image, mostMs) : builtImage(engine, target, build, mostMs);
}

async function pulledImage(engine: Engine, target: Target, image: string, mostMs?: number): Promise<string> {
  const failure = await pullImage(engine, image, mostMs);
  if (failure === undefined) return image;
  throw notStarted(target, {
    tried: `the image ${image}`,
    seen: `it is not on this machine and ${failure}`,
    advice: 'Check its name and tag; build or pull it by hand, or log in to its registry.',
  });
}

async function builtImage(
  engine: Engine,
  target: Target,
  build: NonNullable<ContainerStart['build']>,
  mostMs?: number,
): Promise<string> {
  try {
    return await buildImage(engine, build, mostMs);
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
