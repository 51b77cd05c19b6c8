import { readdirSync, readFileSync } from 'node:fs';
import { isLeftover, RUN } from './run-owner.ts';

/** The environment variable by which the processes of a start are found again, whatever group, session or parent they gave themselves. */
export const MARK = 'IOT_NTP_CONFORMANCE';

/** How long processes may take to vanish after SIGKILL, in ms: it is the kernel that ends them. */
const VANISH_MS = 2_000;

/** Between two looks, in ms: nobody is told when a process ends that is not his child. */
const LOOK_MS = 10;

let starts = 0;

/** The processes that ran before each start: to look at all of them at its end would take longer than most starts last. */
const bystandersOf = new Map<string, ReadonlySet<string>>();

/** A value of {@link MARK} that no other start has. To be had before the start: no process that runs already can be its offspring. */
export function newMark(): string {
  starts += 1;
  const mark = `${RUN}/${starts}`;
  bystandersOf.set(mark, processIds());
  return mark;
}

/** A process, told from a later one of the same id by when it began. */
interface Known {
  readonly pid: number;
  readonly parent: number;
  readonly began: string;
}

/**
 * The processes that descend from a leader, and those that carry its mark: a daemon has left the family, but keeps its environment.
 * Linux only; elsewhere none is found, and the process group is all that is ended.
 */
export class ProcessTree {
  readonly #leader: number;
  readonly #entry: string;
  readonly #bystanders: ReadonlySet<string>;
  #family: readonly Known[] = [];

  constructor(leader: number, mark: string) {
    this.#leader = leader;
    this.#entry = `${MARK}=${mark}`;
    this.#bystanders = bystandersOf.get(mark) ?? new Set();
    bystandersOf.delete(mark);
  }

  /** Notes who descends from the leader. To be called while the leader lives: nobody tells later whose child an orphan was. */
  note(): void {
    const all = processes(this.#bystanders);
    const family: Known[] = [];
    const wanted = [this.#leader];
    for (const parent of wanted) {
      for (const process of all) {
        if (process.parent !== parent) continue;
        family.push(process);
        wanted.push(process.pid);
      }
    }
    this.#family = family;
  }

  /** Ends all of them by force. */
  async end(): Promise<void> {
    const giveUp = performance.now() + VANISH_MS;
    for (let left = this.#left(); left.length > 0 && performance.now() < giveUp; left = this.#left()) {
      for (const pid of left) killHard(pid);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** As {@link end}, for when there is no time to wait. */
  endNow(): void {
    for (const pid of this.#left()) killHard(pid);
  }

  #left(): number[] {
    const all = processes(this.#bystanders);
    const same = ({ pid, began }: Known): boolean => this.#family.some((known) => known.pid === pid && known.began === began);
    return all.filter((process) => same(process) || markOf(process.pid) === this.#entry).map(({ pid }) => pid);
  }
}

let swept = false;

/** Ends what runs of the suite have left behind that did not end in order, once. */
export function endLeftovers(): void {
  if (swept) return;
  swept = true;
  for (const { pid } of processes()) {
    const [, owner = ''] = /^[^=]*=(.*)\/\d+$/.exec(markOf(pid) ?? '') ?? [];
    if (owner !== '' && isLeftover(owner)) killHard(pid);
  }
}

/** The ids of all processes that there are. */
function processIds(): ReadonlySet<string> {
  return new Set(process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []);
}

/** All processes but the bystanders and those that have ended already. */
function processes(bystanders?: ReadonlySet<string>): Known[] {
  return [...processIds()].flatMap((name) => {
    if (bystanders?.has(name) === true) return [];
    const stat = read(`/proc/${name}/stat`);
    // The second field is the program's name in parentheses, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent, began] = [fields[0], fields[1], fields[19]];
    if (state === undefined || parent === undefined || began === undefined || state === 'Z') return [];
    return [{ pid: Number(name), parent: Number(parent), began }];
  });
}

function markOf(pid: number): string | undefined {
  return read(`/proc/${pid}/environ`)
    .split('\0')
    .find((entry) => entry.startsWith(`${MARK}=`));
}

/** Empty for a process that has ended, or is somebody else's. */
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
