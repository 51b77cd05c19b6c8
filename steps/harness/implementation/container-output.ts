import { PassThrough } from 'node:stream';
import type { Engine } from './engine.ts';
import type { Output } from './output.ts';

/**
 * Reads what a container prints: the engine sends its two streams as one.
 *
 * @returns settles when everything has been read
 */
export function readContainerOutput({ docker }: Engine, stream: NodeJS.ReadableStream, output: Output): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  docker.modem.demuxStream(stream, stdout, stderr);
  output.read(stdout, 'stdout');
  output.read(stderr, 'stderr');
  stream.once('close', () => {
    stdout.end();
    stderr.end(() => resolve());
  });
  stream.on('error', () => {});
  return promise;
}
