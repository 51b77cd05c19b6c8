import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../requirements/requirement.ts';
import { type Mutation, mutate } from './mutation.ts';

/** A copy of the checkout in which sources are broken on purpose; what it depends on is a link to the original's. */
export class Checkout {
  readonly #folder = mkdtempSync(join(tmpdir(), 'iot-ntp-mutate-'));
  #child: ChildProcess | undefined;

  constructor() {
    for (const name of ['steps', 'features', 'fixtures', 'schemas', 'package.json', 'tsconfig.json'])
      cpSync(join(root, name), join(this.#folder, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(this.#folder, 'node_modules'));
  }

  /** Does something while the mutation is in the copy. */
  async with<T>(mutation: Mutation, work: () => Promise<T>): Promise<T> {
    const path = join(this.#folder, mutation.file);
    const source = readFileSync(path, 'utf8');
    writeFileSync(path, mutate(source, mutation));
    try {
      return await work();
    } finally {
      writeFileSync(path, source);
    }
  }

  /**
   * Runs a Node program of the copy, with all that it starts ended after it.
   *
   * @param limit how long it may take, in ms
   * @returns whether it ended well, and its last lines
   */
  async run(args: readonly string[], limit: number): Promise<{ readonly good: boolean; readonly said: string }> {
    const child = spawn(process.execPath, args, { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-4000);
      });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#kill();
    }, limit);
    try {
      const [code] = (await once(child, 'close')) as [number | null];
      return { good: code === 0, said: late ? `it was not ready after ${limit} ms` : said };
    } finally {
      clearTimeout(timer);
      this.#kill();
      this.#child = undefined;
    }
  }

  /** Ends what runs in the copy, and removes it. */
  remove(): void {
    this.#kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #kill(): void {
    try {
      // the whole group: a suite that is ended by force leaves its implementation behind
      if (this.#child?.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
