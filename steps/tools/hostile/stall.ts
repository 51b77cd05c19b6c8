import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Which processes stop, as on a suspended machine, and for how long. */
export interface Stall {
  readonly stops: 'the suite' | 'the suite and the implementation';
  readonly seconds: number;
  /** The stall happens after each of these numbers of scenarios. */
  readonly after: readonly number[];
}

/** Stops the suite, and its child processes if the stall says so, and lets them continue later. Linux only. */
export async function stall(suite: number, { stops, seconds }: Stall): Promise<void> {
  const stopped = [suite];
  process.kill(suite, 'SIGSTOP');
  if (stops === 'the suite and the implementation')
    for (const pid of descendantsOf(suite)) if (signal(pid, 'SIGSTOP')) stopped.push(pid);
  await pause(seconds * 1000);
  for (const pid of stopped) signal(pid, 'SIGCONT');
}

/** @returns false if the process has ended in the meantime */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function descendantsOf(leader: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // The name of the program, which may contain anything, is in brackets before the state and the parent.
      const [, parent] = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      parents.set(Number(name), Number(parent));
    } catch {
      // It has ended.
    }
  }
  const descendants: number[] = [];
  for (const wanted = [leader]; wanted.length > 0; ) {
    const parent = wanted.pop();
    const children = [...parents].flatMap(([pid, its]) => (its === parent ? [pid] : []));
    descendants.push(...children);
    wanted.push(...children);
  }
  return descendants;
}
