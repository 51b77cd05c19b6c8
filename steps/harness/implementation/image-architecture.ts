import type { Engine } from './engine.ts';

/** Names of processors: an engine's to an image's. */
const machines: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  armv7l: 'arm',
  armv6l: 'arm',
  i686: '386',
};

/**
 * Says, in words, that an image is for another processor or system than the engine's. Ask only after a container has failed: many
 * engines emulate other processors.
 *
 * @returns undefined when it is for the engine's own, or the engine does not say
 */
export async function foreignMachine({ docker }: Engine, image: string): Promise<string | undefined> {
  try {
    const [{ Os, Architecture }, info] = await Promise.all([
      docker.getImage(image).inspect(),
      docker.info() as Promise<{ readonly OSType: string; readonly Architecture: string }>,
    ]);
    // The API in front of a cluster does not say: its machines may differ.
    if (Os === undefined || Architecture === undefined || info.Architecture === undefined) return undefined;
    const own = `${info.OSType}/${machines[info.Architecture] ?? info.Architecture}`;
    const its = `${Os}/${Architecture}`;
    return its === own ? undefined : `the image is for ${its}, and this engine runs on ${own}`;
  } catch {
    return undefined;
  }
}
