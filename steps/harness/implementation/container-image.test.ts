import assert from 'node:assert/strict';
import { PassThrough, type Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { prepareImage } from './container-image.ts';
import type { Engine } from './engine.ts';
import type { ContainerStart, Target } from './target.ts';

const target = { name: 'Acme', file: 'acme.yaml', secrets: [] as readonly string[] } as Target;

/** What an engine is asked for that neither pulls nor builds to an end. @param begins whether it answers with the beginning of a stream */
function stuckEngine(begins: boolean): { readonly engine: Engine; readonly signals: AbortSignal[] } {
  const signals: AbortSignal[] = [];
  const ask = async (_: unknown, { abortSignal }: { readonly abortSignal: AbortSignal }): Promise<Readable> => {
    signals.push(abortSignal);
    if (!begins) return new Promise(() => {});
    const stream = new PassThrough();
    stream.write('{"stream":"Step 1 : FROM base"}');
    return stream;
  };
  const docker = {
    pull: ask,
    modem: { followProgress: (_: Readable, __: unknown, onEvent: (event: object) => void) => onEvent({ stream: 'Step 1\n' }) },
    getImage: () => ({ inspect: () => Promise.reject(new Error('no such image')) }),
  };
  // As dockerode has it: a method of the class, which an own one shadows.
  Object.setPrototypeOf(docker, { buildImage: ask });
  const builder = {
    withBuildArgs: () => builder,
    build: async () =>
      (docker as unknown as { buildImage: typeof ask })
        .buildImage({}, {} as { abortSignal: AbortSignal })
        .then(() => new Promise(() => {})),
  };
  const engine = {
    docker,
    client: { image: { exists: async () => false }, info: { containerRuntime: { indexServerAddress: 'registry.example' } } },
    testcontainers: {
      ImageName: { fromString: (image: string) => ({ string: image, registry: 'registry.example' }) },
      GenericContainer: { fromDockerfile: () => builder },
    },
  };
  return { engine: engine as unknown as Engine, signals };
}

describe('an image', { timeout: 20_000 }, () => {
  for (const begins of [false, true]) {
    const engineThat = `an engine that ${begins ? 'begins and goes on without end' : 'does not answer'}`;
    const failing = async (start: Partial<ContainerStart>, message: RegExp): Promise<void> => {
      const { engine, signals } = stuckEngine(begins);
      await assert.rejects(prepareImage(engine, target, start as ContainerStart, 30), { name: 'EnvironmentError', message });
      assert.ok(
        signals.every(({ aborted }) => aborted),
        'nothing keeps the suite from ending',
      );
    };

    test(`is pulled for a limited time: ${engineThat}`, () =>
      failing(
        { image: 'acme:1' },
        /tried {2}the image acme:1\n.* could not be pulled: the pull took longer than 0\.0005 min\n.*by hand/,
      ));

    test(`is built for a limited time: ${engineThat}`, () =>
      failing(
        { build: { dockerfile: `/x/${begins}`, context: '/x', args: {} } },
        /tried {2}to build \/x\/.*\n.*the build took longer than 0\.0005 min\n[\s\S]*docker build -f/,
      ));
  }
});
