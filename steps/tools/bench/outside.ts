import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { peakMemoryOf } from '../../harness/text/peak-memory.ts';
import { reapedCpuSeconds } from '../prove/cpu-time.ts';
import type { Done } from './exchange-work.ts';

/** How often the memory of a process that is not the suite's is looked at, in ms. */
const lookMs = 1;

/** Two commands: one prints what it hears, the other publishes each line of its input. */
export interface Pair {
  readonly hears: readonly [string, ...string[]];
  readonly asks: readonly [string, ...string[]];
}

/** Runs a command so many times, one after the other: one exchange each. @throws Error when it fails */
export async function processForEach([command, ...args]: readonly [string, ...string[]], count: number): Promise<Done> {
  const cpu = reapedMs();
  const start = performance.now();
  let peakBytes = 0;
  for (let n = 0; n < count; n += 1) {
    const child = spawn(command, args, { stdio: 'ignore' });
    using memory = new Memory(child);
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`${command} exited with ${code}`);
    peakBytes = Math.max(peakBytes, memory.peakBytes);
  }
  return { exchanges: count, ms: performance.now() - start, cpuMs: reapedMs() - cpu, peakBytes };
}

/**
 * Has one process ask so many times, back to back, and another one hear the answers; timed from the first answer to the last.
 *
 * @throws Error when nothing is heard, or when one of the two ends too early
 */
export async function burstByPair({ hears, asks }: Pair, count: number): Promise<Done> {
  const [command, ...args] = hears;
  const ear = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const base = Date.now();
    const heard = new Heard(ear);
    // Nobody says that it has subscribed: it is asked until something is heard.
    while (heard.bytes === 0) await asked(asks, [base]).ended;
    const cpu = reapedMs();
    const lines = Array.from({ length: count }, (_, index) => base + 1 + index);
    const all = heard.until(String(base + 1), String(base + count));
    using earMemory = new Memory(ear);
    const { child, ended } = asked(asks, lines);
    using mouthMemory = new Memory(child);
    const ms = await all;
    await ended;
    const peakBytes = earMemory.peakBytes + mouthMemory.peakBytes;
    ear.kill();
    await once(ear, 'exit');
    return { exchanges: count - 1, ms, cpuMs: reapedMs() - cpu, peakBytes };
  } finally {
    ear.kill('SIGKILL');
  }
}

/** Starts a command that asks what its input says. */
function asked([command, ...args]: readonly [string, ...string[]], stamps: readonly number[]) {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = once(child, 'exit').then(([code]: unknown[]) => {
    if (code !== 0) throw new Error(`${command} exited with ${String(code)}`);
  });
  child.stdin.end(stamps.map((stamp) => `{"deviceSendTime":${stamp}}\n`).join(''));
  return { child, ended };
}

/** What a process prints. */
class Heard {
  bytes = 0;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
    });
  }

  /** Settles with the ms from when it printed the one text to when it printed the other. */
  async until(first: string, last: string): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    let [tail, began] = ['', Number.NaN];
    this.#child.once('exit', () => reject(new Error('what was to hear the answers has ended')));
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      const text = tail + chunk.toString('latin1');
      if (Number.isNaN(began) && text.includes(first)) began = performance.now();
      if (text.includes(last)) resolve(performance.now() - began);
      tail = text.slice(-last.length);
    });
    return promise;
  }
}

/** Processor time in ms of all processes that this one has started and that have ended. NaN where the system does not tell it. */
const reapedMs = (): number => (reapedCpuSeconds() ?? Number.NaN) * 1000;

/** Looks at the memory of a process while it lives. */
class Memory implements Disposable {
  peakBytes = 0;
  readonly #timer: NodeJS.Timeout;

  constructor({ pid }: ChildProcess) {
    this.#timer = setInterval(() => {
      if (pid !== undefined) this.peakBytes = Math.max(this.peakBytes, peakMemoryOf(pid) ?? 0);
    }, lookMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
