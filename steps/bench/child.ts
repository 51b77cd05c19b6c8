import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** What a program of Node cost. */
export interface Cost {
  /** From before the process was made until it was gone, in ms. */
  readonly wallMs: number;
  /** The most memory that it held at once, in bytes; undefined where that was not asked for. */
  readonly peakBytes: number | undefined;
}

/**
 * Runs a program of Node to its end.
 *
 * @param peak also reports the peak of its memory, by a preloaded module, which costs some ms
 * @throws Error when it does not exit with 0, with what it printed on stderr
 */
export async function runNode(args: readonly string[], { peak = false } = {}): Promise<Cost> {
  const preload = peak ? ['--import', import.meta.resolve('./peak-memory.ts')] : [];
  const start = performance.now();
  const child = spawn(process.execPath, [...preload, ...args], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const [, , stderr, report] = child.stdio as unknown as [null, null, NodeJS.ReadableStream, NodeJS.ReadableStream];
  const [complaint, bytes] = await Promise.all([text(stderr), text(report), once(child, 'exit')]);
  const wallMs = performance.now() - start;
  if (child.exitCode !== 0) throw new Error(`node ${args.join(' ').slice(0, 200)} exited with ${child.exitCode}: ${complaint}`);
  return { wallMs, peakBytes: peak ? Number(bytes) : undefined };
}

/** The path of a program beside this one. */
export function programPath(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
