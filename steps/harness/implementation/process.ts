import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Deadline } from '../time/deadline.ts';
import { cleanUpGroup, startCleanupProcess } from './cleanup-process.ts';
import { type End, endedByItself, exitedWith, stoppedBySuite } from './end.ts';
import { EnvironmentError } from './errors.ts';
import { fillPlaceholders } from './fill-placeholders.ts';
import { freePort } from './free-port.ts';
import { Output } from './output.ts';
import { fillAll, valuesFor } from './placeholder-values.ts';
import { portSign } from './port-sign.ts';
import { endLeftovers, MARK, newMark, ProcessTree } from './process-tree.ts';
import { lineSign, untilReady } from './readiness.ts';
import type { RestartableStart } from './restartable-target.ts';
import { notStarted, startInWords } from './start-failure.ts';
import type { StartOptions } from './start-options.ts';
import type { ProcessStart, Target } from './target.ts';
import { withinTime } from './within-time.ts';

/** How long a process may take to end by itself after SIGTERM, in ms. */
const GRACE_MS = 2_000;

/** How long the last output may take to arrive after the end, in ms: a child outside the group may keep the pipe open. */
const LAST_OUTPUT_MS = 200;

/** The processes that run now, to be ended with the suite. */
const all = new Set<RunningProcess>();
let watching = false;

/**
 * Starts the implementation as a process of this machine, in a process group of its own. A mark in the environment identifies children
 * that leave the group.
 *
 * @throws EnvironmentError when it cannot be run, ends, or is not ready in time
 * @throws the reason of `options.giveUp` when that aborts
 */
export async function startProcess(target: Target, start: ProcessStart, options: StartOptions): Promise<RestartableStart> {
  const own = target.role === 'server' ? { host: '127.0.0.1', port: String(await freePort()) } : {};
  const values = valuesFor(target, own, options.values);
  const fill = (command: readonly string[]): [string, ...string[]] => {
    const [program = '', ...rest] = command.map((text) => fillPlaceholders(text, values));
    return [program === 'node' ? process.execPath : program, ...rest];
  };
  const [program, ...args] = fill(start.command);
  const mark = newMark();
  // Nothing else of the suite's environment: the target file says what an implementation gets.
  const env = { PATH: process.env['PATH'] ?? '', ...fillAll(start.env, values), ...options.env, [MARK]: mark };
  const tried = startInWords(start);

  const output = new Output(target.secrets);
  if (options.onLine !== undefined) output.listen(options.onLine);
  const logged = target.ready.log === undefined ? [] : [lineSign(output, target.ready.log)];
  options.giveUp?.throwIfAborted();
  endLeftovers();
  endAllWithSuite();
  startCleanupProcess();
  const child = spawn(program, args, { cwd: start.cwd, env, detached: true, stdio: 'pipe' });
  const running = new RunningProcess(child, output, mark);
  const giveUp = (): void => void running.stop();
  options.giveUp?.addEventListener('abort', giveUp);
  const refused = await running.spawned;
  if (refused !== undefined) {
    const advice = `Check the command${refused === 'ENOENT' ? ': is the program installed, and on PATH or named by a path?' : '.'}`;
    throw notStarted(target, { tried, seen: `the program could not be run (${refused})`, advice });
  }
  options.onSpawned?.();

  const host = values.host ?? '';
  const port = Number(values.port);
  const signs = [...logged, ...(target.ready.port ? [portSign({ host, port, keptMs: 0 })] : [])];
  const problem = await untilReady(signs, running.end, target.ready.withinMs);
  options.giveUp?.removeEventListener('abort', giveUp);
  if (problem !== undefined) {
    await running.lastOutput();
    await running.stop();
    options.giveUp?.throwIfAborted();
    const advice =
      'Run the command by hand to see more; it must stay in the foreground. A slow start needs a longer ready.within.';
    throw notStarted(target, { tried, seen: problem, output: output.last(), advice });
  }
  return {
    target,
    host,
    port,
    output: () => output.last(),
    ended: () => running.ended,
    end: running.end,
    write: (text) => running.write(fillPlaceholders(text, values)),
    signal: async (signal) => running.signal(signal),
    exec: (command) => runBeside(fill(command), { cwd: start.cwd, env, withinMs: target.withinMs, shown: command.join(' ') }),
    again: async (signal) => {
      await running.stop(signal);
      return startProcess(target, start, options);
    },
    stop: () => running.stop(),
  };
}

/** A process and its process group. */
class RunningProcess {
  /** Settles with how it ended. */
  readonly end: Promise<End>;
  /** Settles with undefined when it runs, or with the system's error code. */
  readonly spawned: Promise<string | undefined>;
  /** How it ended; undefined while it runs. */
  ended: End | undefined;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<unknown>;
  readonly #processTree: ProcessTree | undefined;
  readonly #forget: () => void = () => {};
  #stopped: Promise<void> | undefined;

  constructor(child: ChildProcessWithoutNullStreams, output: Output, mark: string) {
    this.#child = child;
    const { pid } = child;
    if (pid !== undefined) {
      all.add(this);
      this.#forget = cleanUpGroup(pid);
      this.#processTree = new ProcessTree(pid, mark);
    }
    output.read(child.stdout, 'stdout');
    output.read(child.stderr, 'stderr');
    // write() reports a failure; the event would end the suite.
    child.stdin.on('error', () => {});
    this.spawned = new Promise((resolve) => {
      child.once('spawn', () => resolve(undefined));
      child.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
    this.#closed = new Promise((resolve) => child.once('close', resolve));
    this.end = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        const how = signal === null ? exitedWith(code) : endedByItself(`killed by ${signal}`, true);
        this.ended = this.#stopped === undefined ? how : stoppedBySuite;
        resolve(this.ended);
      });
    });
  }

  /** Settles when everything that it printed has been read. */
  async lastOutput(): Promise<void> {
    if (this.ended === undefined) return;
    await withinTime(this.#closed, LAST_OUTPUT_MS);
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#child.kill(signal))
      throw new EnvironmentError(`${signal} could not be sent: the process has ${this.ended?.words ?? 'ended'}.`);
  }

  write(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#child.stdin.write(text, (error) => {
        if (error === null || error === undefined) resolve();
        else reject(new EnvironmentError(`Its standard input could not be written to: ${this.ended?.words ?? error.message}.`));
      });
    });
  }

  /** Ends the process by this signal, and kills what is left of its group and its marked children. Safe to call twice. */
  stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    this.#stopped ??= this.#stop(signal);
    return this.#stopped;
  }

  /** Kills everything, without waiting. */
  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    this.#processTree?.note();
    kill(pid, 'SIGKILL');
    this.#processTree?.endNow();
  }

  async #stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined) return;
    if (this.ended === undefined) {
      this.#processTree?.note();
      kill(pid, signal);
      await withinTime(this.end, GRACE_MS);
    }
    kill(pid, 'SIGKILL');
    await this.end;
    await this.#processTree?.end();
    all.delete(this);
    this.#forget();
    await withinTime(this.#closed, LAST_OUTPUT_MS);
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) stream.destroy();
  }
}

/** How a command runs beside a process. */
interface CommandSettings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly withinMs: number;
  /** The command without secrets. */
  readonly shown: string;
}

async function runBeside(
  [program, ...args]: [string, ...string[]],
  { cwd, env, withinMs, shown }: CommandSettings,
): Promise<void> {
  const child = spawn(program, args, { cwd, env, stdio: 'ignore' });
  using _deadline = new Deadline(withinMs, () => child.kill('SIGKILL'));
  const failure = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => resolve(`could not be run (${error.code ?? error.message})`));
    child.once('exit', (code, signal) => resolve(code === 0 ? undefined : `ended with ${signal ?? `code ${code}`}`));
  });
  if (failure !== undefined) throw new EnvironmentError(`The command ${shown} ${failure}.`);
}

/** Signals a whole group; ignores one that is gone already (ESRCH, on macOS EPERM). */
function kill(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

/** Ends all processes when the suite ends, on every way that it can notice; the cleanup process does where the suite cannot. */
function endAllWithSuite(): void {
  if (watching) return;
  watching = true;
  const endAll = (): void => {
    for (const running of all) running.kill();
  };
  process.once('exit', endAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const last = (): void => {
      // Another listener ends the suite in its own order, and the 'exit' event follows.
      if (process.listenerCount(signal) > 1) return;
      endAll();
      process.off(signal, last);
      process.kill(process.pid, signal);
    };
    // First, so that a `once` listener is still counted.
    process.prependListener(signal, last);
  }
}
