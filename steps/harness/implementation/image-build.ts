import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { PassThrough } from 'node:stream';
import { Deadline } from '../time/deadline.ts';
import type { Engine } from './engine.ts';
import { engineWords } from './engine-error.ts';
import { unlessGivenUp } from './give-up.ts';
import { imageId } from './image.ts';
import type { ContainerStart } from './target.ts';

/** How many lines of a build are kept, and how many characters of each. */
const MOST_LINES = 200;
const LONGEST_LINE = 2_000;

/** The longest that a build may take, in ms. */
const mostBuildMs = 1_800_000;

/** A build that failed, with the last lines of its log. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
  /** Its last 200 lines. */
  readonly log: readonly string[];

  constructor(reason: string, log: readonly string[]) {
    super(reason);
    this.log = log;
  }
}

/** The builds of this run, by image name: the starts of one target share a build. */
const built = new Map<string, Promise<string>>();

/** The previous build. Builds run one at a time, because a record contains everything that the engine says meanwhile. */
let before: Promise<unknown> = Promise.resolve();

/**
 * Builds the image of a Dockerfile, once in a run. The image stays, so that the next run finds its layers.
 *
 * @returns the image's name
 * @throws BuildError
 */
export function buildImage(engine: Engine, build: NonNullable<ContainerStart['build']>, mostMs = mostBuildMs): Promise<string> {
  const name = `localhost/iot-ntp-conformance/${createHash('sha256').update(JSON.stringify(build)).digest('hex').slice(0, 12)}`;
  const known = built.get(name);
  if (known !== undefined) return known;
  const image = before.then(() => buildOnce(engine, build, `${name}:latest`, mostMs));
  before = image.catch(() => built.delete(name));
  built.set(name, image);
  return image;
}

async function buildOnce(
  engine: Engine,
  build: NonNullable<ContainerStart['build']>,
  name: string,
  mostMs: number,
): Promise<string> {
  const earlier = await imageId(engine, name);
  const classic = await attempt(engine, build, name, { buildkit: false, mostMs });
  // The classic builder is everywhere and needs no registry, but does not know every instruction.
  const other = classic !== undefined && /BuildKit|unknown instruction|unknown flag|parse error/i.test(classic.message);
  const failure = other ? await attempt(engine, build, name, { buildkit: true, mostMs }) : classic;
  if (failure !== undefined) throw failure;
  // An image of an earlier state of the files has lost its name: remove it, unless a container uses it.
  const unnamed = earlier !== undefined && earlier !== (await imageId(engine, name));
  if (unnamed)
    await engine.docker
      .getImage(earlier)
      .remove()
      .catch(() => {});
  return name;
}

async function attempt(
  engine: Engine,
  { dockerfile, context, args }: NonNullable<ContainerStart['build']>,
  name: string,
  { buildkit, mostMs }: { readonly buildkit: boolean; readonly mostMs: number },
): Promise<BuildError | undefined> {
  const giveUp = new AbortController();
  const record = recordBuild(engine, giveUp.signal);
  using _deadline = new Deadline(mostMs, () => {
    record.failure ??= `the build took longer than ${mostMs / 60_000} min`;
    giveUp.abort();
  });
  try {
    const builder = engine.testcontainers.GenericContainer.fromDockerfile(context, relative(context, dockerfile)).withBuildArgs({
      ...args,
    });
    await unlessGivenUp((buildkit ? builder.withBuildkit() : builder).build(name, { deleteOnExit: false }), giveUp.signal);
    return record.failure === undefined ? undefined : new BuildError(record.failure, record.lines);
  } catch (error) {
    return new BuildError(record.failure ?? (error as Error).message, record.lines);
  } finally {
    record.end();
  }
}

/** What the engine said while it built. */
interface BuildRecord {
  readonly lines: string[];
  failure: string | undefined;
  end(): void;
}

/**
 * testcontainers drops the engine's account of a build, takes an older image of the same name for a success, and never comes back
 * when the engine refuses the build at once. So the engine's answer is read here as it passes by, and a refusal becomes the
 * failure of a build like any other.
 */
function recordBuild({ docker }: Engine, abortSignal: AbortSignal): BuildRecord {
  const record: BuildRecord = {
    lines: [],
    failure: undefined,
    // What shadows the method of the class goes.
    end: () => Reflect.deleteProperty(docker, 'buildImage'),
  };
  const build = docker.buildImage.bind(docker);
  const observed = async (...[context, options]: Parameters<typeof build>): Promise<NodeJS.ReadableStream> => {
    try {
      // forcerm: remove the container of a failed step.
      const stream = await build(context, { ...options, forcerm: true, abortSignal });
      const onEnd = (): void => {};
      docker.modem.followProgress(stream, onEnd, (event: BuildEvent) => note(record, event));
      return stream;
    } catch (error) {
      record.failure ??= engineWords(error);
      return new PassThrough().end();
    }
  };
  docker.buildImage = observed as typeof build;
  return record;
}

/** One message of the engine about a build. */
interface BuildEvent {
  readonly stream?: string;
  readonly error?: string;
}

function note(record: BuildRecord, { stream, error }: BuildEvent): void {
  for (const line of stream?.split(/\r?\n/) ?? []) {
    if (line.trim() !== '') record.lines.push(line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE - 1)}…`);
  }
  if (error !== undefined) record.failure = error.trim();
  record.lines.splice(0, record.lines.length - MOST_LINES);
}
