import { chmodSync, closeSync, copyFileSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUpFolder } from './cleanup-process.ts';
import { EnvironmentError } from './errors.ts';
import { wallclockLibrary } from './wallclock-library.ts';

/** What makes a program read a controlled clock. */
export interface ClockSettings {
  /** To be added to the program's environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** What makes a program in a container read a controlled clock. */
export interface ContainerClockSettings extends ClockSettings {
  /** A folder of this machine (absolute path) and where the container wants to see it, read-only. */
  readonly mount: { readonly source: string; readonly target: string; readonly mode: 'ro' };
}

/** Where a container finds its clock. */
const inContainer = '/wallclock';

const range = { from: -(2n ** 63n), to: 2n ** 63n - 1n };

/**
 * The clocks of one client: the wall clock stands where the suite sets it, and the monotonic clocks may be hastened. It works for
 * dynamically linked Linux programs that ask the C library for the time; whether it took hold is seen by what the client sends, and never
 * assumed.
 */
export class ControlledClock implements Disposable {
  readonly #folder: string;
  readonly #file: number;
  readonly #removed: () => void;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#removed = cleanUpFolder(folder);
    this.#file = openSync(join(folder, 'time'), 'w');
    this.follow();
  }

  /**
   * A clock that follows the real time until it is set.
   *
   * @param arch of the programs that will read it, as process.arch has it
   * @throws EnvironmentError when there is no library for them; the message says what to install
   */
  static async create(arch: string = process.arch): Promise<ControlledClock> {
    const library = await wallclockLibrary(arch);
    const folder = mkdtempSync(join(tmpdir(), 'wallclock-'));
    copyFileSync(library, join(folder, 'wallclock.so'));
    const clock = new ControlledClock(folder);
    // A container's user is not the user of the suite.
    for (const path of [folder, join(folder, 'wallclock.so')]) chmodSync(path, 0o755);
    chmodSync(join(folder, 'time'), 0o644);
    return clock;
  }

  /**
   * Lets the clock stand at this time. A program sees it from its next look on.
   *
   * @param ms since 1970
   * @param fractionNs what comes on top, in ns
   * @throws RangeError when `ms` is no integer, or beyond the 292 years on either side of 1970 that the clock has
   */
  set(ms: number | bigint, fractionNs: number | bigint = 0): void {
    const time = BigInt(ms) * 1_000_000n + BigInt(fractionNs);
    if (time < range.from || time > range.to) throw new RangeError(`a controlled clock cannot stand at ${ms} ms`);
    // 0 has another meaning; a nanosecond later is the same millisecond.
    this.#write(time === 0n ? 1n : time);
  }

  /** Lets the clock follow the real time again, and the monotonic clocks as well. */
  follow(): void {
    this.#write(0n);
    this.#hasten(0n);
  }

  /** Lets the program's monotonic clocks run so many times as fast from now on. Timers go on at the real pace. */
  hasten(factor: number): void {
    this.#hasten(BigInt(factor));
  }

  /**
   * For a process of this machine.
   *
   * @throws EnvironmentError when this machine does not run Linux
   */
  forProcess(): ClockSettings {
    if (process.platform !== 'linux') {
      throw new EnvironmentError(
        `The controlled clock (capability "clock") works for Linux programs only, and this machine runs ${process.platform}. ` +
          'Run the client in a container, or take "clock" out of the target file\'s capabilities.',
      );
    }
    return { env: settings(this.#folder) };
  }

  /** For a container. Its image must be of the machine that the clock was created for. */
  forContainer(): ContainerClockSettings {
    return { env: settings(inContainer), mount: { source: this.#folder, target: inContainer, mode: 'ro' } };
  }

  /** Removes the clock's files. A program that still runs keeps the time that was set last. */
  [Symbol.dispose](): void {
    closeSync(this.#file);
    rmSync(this.#folder, { recursive: true, force: true });
    this.#removed();
  }

  #hasten(factor: bigint): void {
    // The factor is written last: without it the point from which it counts means nothing.
    this.#write(process.hrtime.bigint(), 1);
    this.#write(factor, 2);
  }

  /** @param cell which of the file's numbers */
  #write(number: bigint, cell = 0): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(number);
    // Always the same eight bytes in one call: a reader of the mapped page sees the old number or the new one, and nothing between.
    writeSync(this.#file, bytes, 0, bytes.length, cell * bytes.length);
  }
}

const settings = (folder: string): Record<string, string> => ({
  LD_PRELOAD: `${folder}/wallclock.so`,
  WALLCLOCK_FILE: `${folder}/time`,
});
