import type { Engine } from './engine.ts';

/** What an engine calls its machine, as images call it. */
const machines: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  armv7l: 'arm',
  armv6l: 'arm',
  i686: '386',
};

/**
 * In words, that an image is for another machine than the engine's; undefined when it is not, or nobody knows. To be asked when its
 * container has failed: many engines emulate other machines.
 */
export async function foreignMachine({ docker }: Engine, image: string): Promise<string | undefined> {
  try {
    const [{ Os, Architecture }, info] = await Promise.all([
      docker.getImage(image).inspect(),
      docker.info() as Promise<{ readonly OSType: string; readonly Architecture: string }>,
    ]);
    // In front of a cluster nobody says: each of its machines may be another.
    if (Os === undefined || Architecture === undefined || info.Architecture === undefined) return undefined;
    const own = `${info.OSType}/${machines[info.Architecture] ?? info.Architecture}`;
    const its = `${Os}/${Architecture}`;
    return its === own ? undefined : `the image is for ${its}, and this engine runs on ${own}`;
  } catch {
    return undefined;
  }
}
