import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** How a program ended. */
export interface ProgramEnd {
  /** Undefined if it could not be started, or was ended by a signal. */
  readonly code: number | undefined;
  /** Its output, stdout first. */
  readonly output: string;
}

/**
 * Runs a program to its end, or until this process ends.
 *
 * @param settings how long it may take, in ms; its working directory; its variables, besides those of this process
 */
export async function call(
  [program = '', ...args]: readonly string[],
  settings: { readonly withinMs: number; readonly cwd?: string; readonly env?: Readonly<Record<string, string>> },
): Promise<ProgramEnd> {
  const child = spawn(program, args, {
    cwd: settings.cwd,
    env: { ...process.env, ...settings.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: settings.withinMs,
  });
  const stop = (): boolean => child.kill();
  process.once('exit', stop);
  try {
    const [ended, ...output] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
    const code: unknown = ended[0];
    return { code: typeof code === 'number' ? code : undefined, output: output.join('') };
  } catch (error) {
    return { code: undefined, output: error instanceof Error ? error.message : String(error) };
  } finally {
    process.off('exit', stop);
  }
}
