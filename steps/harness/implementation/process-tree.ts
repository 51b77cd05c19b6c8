import { readdirSync, readFileSync } from 'node:fs';
import { standstills } from '../time/standstill.ts';
import { isLeftover, RUN } from './run-owner.ts';

/** The environment variable that marks the processes of a start, regardless of the group, session or parent that they choose. */
export const MARK = 'IOT_NTP_CONFORMANCE';

/** How long processes may take to vanish after SIGKILL, in ms: it is the kernel that ends them. */
const VANISH_MS = 10_000;

/** Between two looks, in ms: the system reports only the end of child processes. */
const LOOK_MS = 10;

let starts = 0;

/** The processes that ran before each start. Skipping them saves more time than most starts last. */
const bystandersOf = new Map<string, ReadonlySet<string>>();

/** A value of {@link MARK} that no other start has. Call it before the start: processes that run by then do not belong to it. */
export function newMark(): string {
  starts += 1;
  const mark = `${RUN}/${starts}`;
  bystandersOf.set(mark, processIds());
  return mark;
}

/** A process. `began` tells it from a later one with the same id. */
interface Known {
  readonly pid: number;
  readonly parent: number;
  readonly began: string;
}

/**
 * The descendants of a process, and the processes that carry its mark: a daemon is no longer a descendant, but keeps its environment.
 * Linux only; on other systems it finds none, and only the process group ends.
 */
export class ProcessTree {
  readonly #leader: number;
  readonly #entry: string;
  readonly #bystanders: ReadonlySet<string>;
  #descendants: readonly Known[] = [];

  /**
   * @param leader id of the process that was started
   * @param mark the {@link MARK} in its environment, from {@link newMark}
   */
  constructor(leader: number, mark: string) {
    this.#leader = leader;
    this.#entry = `${MARK}=${mark}`;
    this.#bystanders = bystandersOf.get(mark) ?? new Set();
    bystandersOf.delete(mark);
  }

  /** Records the leader's descendants. Call it while the leader runs: the parent of an orphan is not known later. */
  note(): void {
    const all = processes(this.#bystanders);
    const descendants: Known[] = [];
    const wanted = [this.#leader];
    for (const parent of wanted) {
      for (const process of all) {
        if (process.parent !== parent) continue;
        descendants.push(process);
        wanted.push(process.pid);
      }
    }
    this.#descendants = descendants;
  }

  /** Kills all of them, and waits until they are gone, for 10 s at most. */
  async end(): Promise<void> {
    const giveUp = standstills.ranMs() + VANISH_MS;
    for (let left = this.#left(); left.length > 0 && standstills.ranMs() < giveUp; left = this.#left()) {
      for (const pid of left) killHard(pid);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** As {@link end}, without waiting. */
  endNow(): void {
    for (const pid of this.#left()) killHard(pid);
  }

  #left(): number[] {
    const all = processes(this.#bystanders);
    const same = ({ pid, began }: Known): boolean =>
      this.#descendants.some((known) => known.pid === pid && known.began === began);
    return all.filter((process) => same(process) || markOf(process.pid) === this.#entry).map(({ pid }) => pid);
  }
}

let leftoversEnded = false;

/** Kills the processes that crashed runs of the suite left behind. Does so once. */
export function endLeftovers(): void {
  if (leftoversEnded) return;
  leftoversEnded = true;
  for (const { pid } of processes()) {
    const [, owner = ''] = /^[^=]*=(.*)\/\d+$/.exec(markOf(pid) ?? '') ?? [];
    if (owner !== '' && isLeftover(owner)) killHard(pid);
  }
}

/** The ids of all processes; empty on other systems than Linux. */
function processIds(): ReadonlySet<string> {
  return new Set(process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []);
}

/** All running processes except the bystanders. */
function processes(bystanders?: ReadonlySet<string>): Known[] {
  return [...processIds()].flatMap((name) => {
    if (bystanders?.has(name) === true) return [];
    const stat = read(`/proc/${name}/stat`);
    // The second field is the program's name in parentheses, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent, began] = [fields[0], fields[1], fields[19]];
    if (state === undefined || parent === undefined || began === undefined || (state === 'Z' && !hasThreads(name))) return [];
    return [{ pid: Number(name), parent: Number(parent), began }];
  });
}

/** Whether threads of a process are still there when its first one has ended: its files and ports are open as long as one is. */
function hasThreads(pid: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).length > 1;
  } catch {
    return false;
  }
}

function markOf(pid: number): string | undefined {
  return read(`/proc/${pid}/environ`)
    .split('\0')
    .find((entry) => entry.startsWith(`${MARK}=`));
}

/** The file's content; empty for a process that has ended, or belongs to another user. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Ended meanwhile.
  }
}
