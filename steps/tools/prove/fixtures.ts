import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { root } from '../../requirements/requirement.ts';
import type { Implementation } from './proof-implementation.ts';

/**
 * The implementations, in a process that runs all those that need none of their own: starting a program for each start would take most of
 * the time.
 */
export class Fixtures implements AsyncDisposable {
  readonly implementations: readonly Implementation[];
  readonly #host: ChildProcess;

  private constructor(host: ChildProcess, implementations: readonly Implementation[]) {
    this.#host = host;
    this.implementations = implementations;
  }

  /** @throws Error when the list cannot be had */
  static async open(): Promise<Fixtures> {
    const host = spawn(process.execPath, [`${root}fixtures/support/start.ts`, '--host'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: host.stdout });
    const list = once(lines, 'line').then(([line]) => JSON.parse(String(line)) as Implementation[]);
    const died = once(host, 'exit').then(([code]): never => {
      throw new Error(`fixtures/support/start.ts --host ended with code ${code}, and listed nothing`);
    });
    const implementations = await Promise.race([list, died]);
    died.catch(() => {});
    return new Fixtures(host, implementations);
  }

  /** Whether the process is still there: without it nothing is under test. */
  get alive(): boolean {
    return this.#host.exitCode === null && this.#host.signalCode === null;
  }

  /** Ends the process, and waits for that. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.alive) return;
    const gone = once(this.#host, 'exit');
    this.#host.stdin?.end();
    await gone;
  }
}
