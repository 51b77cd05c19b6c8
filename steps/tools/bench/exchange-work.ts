import { peakMemory } from '../../harness/text/peak-memory.ts';

/**
 * What a program is asked to do with a server of the service, `HOST PORT KIND COUNT [MS]` on its command line:
 *
 * - `anew`: COUNT times in a row: connect, subscribe, ask, be answered, disconnect
 * - `turns`: ask COUNT times on one connection, each time when the last answer has come
 * - `many`: COUNT connections, each asking again as soon as it is answered, for MS
 * - `burst`: ask COUNT times on one connection without waiting, and wait for all answers
 */
export type Kind = 'anew' | 'turns' | 'many' | 'burst';

/** What a program is asked to do, and where. */
export interface Work {
  readonly host: string;
  readonly port: number;
  readonly kind: Kind;
  readonly count: number;
  readonly ms: number;
}

/** What came of it: what such a program prints as JSON. */
export interface Done {
  readonly exchanges: number;
  /** From the first byte to the last answer, with what belongs to the work alone: neither the program's start nor set-up. */
  readonly ms: number;
  /** Processor time of the process in the meantime, in ms. */
  readonly cpuMs: number;
  /** The most memory that the process held, in bytes. */
  readonly peakBytes: number;
}

/** Reads the command line. */
export function readWork([host = '', port, kind, count, ms]: readonly string[] = process.argv.slice(2)): Work {
  return { host, port: Number(port), kind: kind as Kind, count: Number(count), ms: Number(ms ?? 0) };
}

/**
 * Measures work, and prints what came of it.
 *
 * @param work says how many exchanges it made
 */
export async function measured(work: () => Promise<number>): Promise<void> {
  const before = process.cpuUsage();
  const start = performance.now();
  const exchanges = await work();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const done: Done = { exchanges, ms, cpuMs: (user + system) / 1000, peakBytes: peakMemory() };
  console.log(JSON.stringify(done));
}
