import { connectEngine } from '../harness/implementation/engine.ts';

/** The base of the fixtures' images. `.ci/images.sh` builds it, and nothing is pulled. */
const base = 'local/base:latest';

/** Why no container can be started here, in words; undefined when one can. */
export async function reasonForNoContainers(): Promise<string | undefined> {
  const engine = await connectEngine().catch(() => undefined);
  if (engine === undefined) return 'no Docker engine answers';
  const there = await engine.client.image.exists(engine.testcontainers.ImageName.fromString(base));
  return there ? undefined : `the image ${base} is not there`;
}
