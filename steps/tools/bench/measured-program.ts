import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { root } from '../../requirements/requirement.ts';

/** The suite's command line, as the first argument of Node. */
export const entry = `${root}steps/commands/entry.mjs`;

/** The cost of a program, without its child processes. */
export interface Cost {
  /** The time from before its start to its end, in ms. */
  readonly wallMs: number;
  /** Processor time in ms. */
  readonly cpuMs: number;
  /** Its peak memory, in bytes. */
  readonly peakBytes: number;
  /** Its output on stdout. */
  readonly output: string;
}

/**
 * Runs a program of Node to its end, and measures it.
 *
 * @param codes exit codes that are no failure
 * @throws Error with its output when it exits with another code
 */
export async function runMeasured(args: readonly string[], codes: readonly number[] = [0]): Promise<Cost> {
  const start = performance.now();
  const child = spawn(process.execPath, ['--import', import.meta.resolve('./own-cost.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [, stdout, stderr, cost] = child.stdio as unknown as readonly [null, ...NodeJS.ReadableStream[]];
  if (stdout === undefined || stderr === undefined || cost === undefined) throw new Error('a pipe is missing');
  const [output, complaint, sums] = await Promise.all([text(stdout), text(stderr), text(cost), once(child, 'exit')]);
  const wallMs = performance.now() - start;
  if (child.exitCode === null || !codes.includes(child.exitCode))
    throw new Error(`node ${args.join(' ').slice(0, 200)} exited with ${child.exitCode}: ${complaint || output.slice(-2000)}`);
  const [cpuMs = Number.NaN, peakBytes = Number.NaN] = sums.split(' ').map(Number);
  return { wallMs, cpuMs, peakBytes, output };
}

/** Runs several programs in turn, so that a busy moment of the machine affects all of them. @returns the costs of each */
export async function runInTurn(rounds: number, programs: readonly (readonly string[])[]): Promise<Cost[][]> {
  const costs: Cost[][] = programs.map(() => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [index, args] of programs.entries()) costs[index]?.push(await runMeasured(args));
  return costs;
}
