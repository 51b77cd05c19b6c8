import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** A call of the command line, as a message to its process. */
export interface WarmCall {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text that ends the output of this call. */
  readonly mark: string;
}

/** The result of a program's call. */
export interface CallResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Processes without a call. They end with the process that started them. */
const idle: ChildProcess[] = [];

/** Calls the command line in an idle process that has loaded it, or in a new process if there is none. */
export async function callWarm(call: Omit<WarmCall, 'mark'>): Promise<CallResult> {
  const child = idle.pop() ?? begin();
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('its output is piped');
  const mark = `\u0000${randomUUID()} `;
  const outputs = Promise.all([read(stdout, mark), read(stderr, mark)]);
  child.send({ ...call, mark });
  for (const part of [child, stdout, stderr] as readonly { ref?: () => void }[]) part.ref?.();
  const [out, error] = await outputs;
  if (out.code === undefined) {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return { code: child.exitCode, stdout: out.text, stderr: error.text };
  }
  for (const part of [child, stdout, stderr] as readonly { unref?: () => void }[]) part.unref?.();
  idle.push(child);
  return { code: out.code, stdout: out.text, stderr: error.text };
}

function begin(): ChildProcess {
  const child = fork(new URL('./warm-worker.ts', import.meta.url), { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  child.channel?.unref();
  for (const output of [child.stdout, child.stderr]) output?.setEncoding('utf8');
  return child;
}

/** The output up to the mark, and the exit code after it; undefined if the process ended before. */
function read(output: Readable, mark: string): Promise<{ readonly text: string; readonly code: number | undefined }> {
  return new Promise((resolve) => {
    let text = '';
    const end = (code: number | undefined, length = text.length): void => {
      output.off('data', take).off('close', close);
      resolve({ text: text.slice(0, length), code });
    };
    const take = (part: string): void => {
      text += part;
      const at = text.indexOf(mark);
      if (at >= 0 && text.endsWith('\n')) end(Number(text.slice(at + mark.length)), at);
    };
    const close = (): void => end(undefined);
    output.on('data', take).on('close', close);
  });
}
