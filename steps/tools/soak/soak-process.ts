import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { Usage } from './usage.ts';

/** One process that calls the suite's command line many times, and never a second one: a process that died has failed the soak. */
export class SoakProcess implements Disposable {
  readonly #child: ChildProcess;
  /** Stands in the environment of every process that comes of this one, whoever its parent is by now. */
  readonly #mark = `/soak-${randomUUID()}`;

  constructor() {
    // PATH is all that an implementation under test gets of the suite's environment; a folder that does not exist changes nothing.
    this.#child = fork(new URL('./worker.ts', import.meta.url), {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:${this.#mark}` },
    });
  }

  /**
   * Calls the command line.
   *
   * @param limit how long the call may take, in ms; then the process is ended
   * @throws Error when the process does not live to the end of the call
   */
  async call(args: readonly string[], limit: number): Promise<Usage> {
    const hung = setTimeout(() => this.#child.kill('SIGKILL'), limit);
    const over = new AbortController();
    try {
      const ended = once(this.#child, 'exit', over).then(([code, signal]: unknown[]) => {
        const how = typeof signal === 'string' ? `was ended by ${signal}` : `ended itself with code ${Number(code)}`;
        throw new Error(`the suite's process ${how}`);
      });
      const answered = once(this.#child, 'message', over).then(([usage]) => usage as Usage);
      this.#child.send(args);
      return await Promise.race([answered, ended]);
    } finally {
      over.abort();
      clearTimeout(hung);
    }
  }

  /** Processes that came of this one and are still there. */
  processTree(): number {
    return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && Number(pid) !== this.#child.pid && this.#isMarked(pid))
      .length;
  }

  [Symbol.dispose](): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  #isMarked(pid: string): boolean {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(this.#mark);
    } catch {
      // Gone meanwhile, or somebody else's.
      return false;
    }
  }
}
