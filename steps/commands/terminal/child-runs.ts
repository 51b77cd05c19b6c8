import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { signals } from './interruption.ts';

/** Runs of the suite as child processes. A signal ends all of them, and each still writes its results. */
export class ChildRuns implements Disposable {
  readonly #children = new Set<ChildProcess>();
  readonly #ending = new AbortController();
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.#ending.abort();
    for (const child of this.#children) child.kill(signal);
  };

  constructor() {
    for (const signal of signals) process.on(signal, this.#onSignal);
  }

  /** Aborts at the first signal. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /**
   * Runs the suite's command line to its end.
   *
   * @param heard receives its output; by default the output goes to the output of this process
   * @returns the exit code; if there is none, 4, the code of an interrupted run
   */
  async run(args: readonly string[], heard?: (text: string) => void): Promise<number> {
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...args], {
      stdio: heard === undefined ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      // The terminal sends Ctrl-C to its whole process group. In a group of its own, each run gets the signal once, from here.
      detached: process.platform !== 'win32',
    });
    this.#children.add(child);
    if (heard !== undefined) for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', heard);
    const [code] = (await once(child, 'close')) as [number | null];
    this.#children.delete(child);
    return code ?? 4;
  }

  [Symbol.dispose](): void {
    for (const signal of signals) process.off(signal, this.#onSignal);
  }
}
