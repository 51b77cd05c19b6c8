import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** What a program of Node cost. */
export interface Cost {
  /** From before the process was made until it was gone, in ms. */
  readonly wallMs: number;
}

/** What it cost by its own account, without the processes that it started. */
export interface WholeCost extends Cost {
  /** Processor time in ms. */
  readonly cpuMs: number;
  /** The most memory that it held at once, in bytes. */
  readonly peakBytes: number;
  /** What it printed on stdout. */
  readonly said: string;
}

/**
 * Runs a program of Node to its end.
 *
 * @throws Error when it does not exit with 0, with what it printed on stderr
 */
export async function runNode(args: readonly string[]): Promise<Cost> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const [complaint] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  const wallMs = performance.now() - start;
  requireCode(child.exitCode, [0], args, complaint);
  return { wallMs };
}

/**
 * The same with all that it cost, which a preloaded module says at its end: that takes some ms.
 *
 * @param codes exit codes that are no failure
 * @throws Error as {@link runNode}
 */
export async function accountNode(args: readonly string[], codes: readonly number[] = [0]): Promise<WholeCost> {
  const start = performance.now();
  const child = spawn(process.execPath, ['--import', import.meta.resolve('./own-cost.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [, stdout, stderr, account] = child.stdio as unknown as readonly [null, ...NodeJS.ReadableStream[]];
  if (stdout === undefined || stderr === undefined || account === undefined) throw new Error('a pipe is missing');
  const [said, complaint, sums] = await Promise.all([text(stdout), text(stderr), text(account), once(child, 'exit')]);
  const wallMs = performance.now() - start;
  requireCode(child.exitCode, codes, args, complaint || said.slice(-2000));
  const [cpuMs = Number.NaN, peakBytes = Number.NaN] = sums.split(' ').map(Number);
  return { wallMs, cpuMs, peakBytes, said };
}

function requireCode(code: number | null, codes: readonly number[], args: readonly string[], complaint: string): void {
  if (code === null || !codes.includes(code))
    throw new Error(`node ${args.join(' ').slice(0, 200)} exited with ${code}: ${complaint}`);
}

/** The path of a program beside this one. */
export function programPath(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
