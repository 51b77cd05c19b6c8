import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** How a call of the command line ended. */
export interface CallEnd {
  /** The exit code, when the call came to its end; else how the process ended, in words. */
  readonly code: number | undefined;
  readonly how: string;
  /** The first lines of its standard error. */
  readonly complaints: readonly string[];
}

/** How long a process that was told to end may take until it is ended by force, in ms. */
const farewell = 10_000;

/** A run makes 100 MB that is of use for moments only: with more room less of it is copied. In MB. */
const youngMb = 32;

/** A process that runs the suite's command line, once or many times; a new one where the one before died. */
export class SuiteProcess {
  #child: ChildProcess | undefined;
  #said = '';

  /**
   * Calls the command line.
   *
   * @param limit how long the call may take, in ms; then its process is ended
   */
  async call(args: readonly string[], limit: number): Promise<CallEnd> {
    const child = this.#alive();
    this.#said = '';
    const timers = [setTimeout(() => child.kill('SIGINT'), limit), setTimeout(() => child.kill('SIGKILL'), limit + farewell)];
    const died = new AbortController();
    try {
      child.send(args);
      const answer = once(child, 'message', died).then(([code]) => ({ code: Number(code), how: `exited with code ${code}` }));
      const end = once(child, 'exit', died).then(([code, signal]) => {
        this.#child = undefined;
        return { code: undefined, how: code === null ? `was ended by ${signal}` : `died with code ${code}` };
      });
      return { ...(await Promise.race([answer, end])), complaints: complaintsIn(this.#said) };
    } finally {
      died.abort();
      for (const timer of timers) clearTimeout(timer);
    }
  }

  /** Ends the process, and waits for that. */
  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.disconnect();
    await gone;
  }

  #alive(): ChildProcess {
    if (this.#child !== undefined) return this.#child;
    const child = fork(new URL('./prove-worker.ts', import.meta.url), {
      execArgv: [...process.execArgv, `--max-semi-space-size=${youngMb}`],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (this.#said.length < 2000) this.#said += text;
    });
    this.#child = child;
    return child;
  }
}

/** The first lines, without stack traces. */
function complaintsIn(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
  return lines.slice(0, 3);
}
