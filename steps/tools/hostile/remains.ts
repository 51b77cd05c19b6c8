import { globSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connectEngine } from '../../harness/implementation/engine.ts';
import { OWNER_LABEL } from '../../harness/implementation/run-owner.ts';

/** How long ended processes may take to disappear, in ms: the cleanup process and the kernel work after the end of the suite. */
const VANISH_MS = 5_000;

/** The lock of testcontainers, which all its users on a machine share; it stays. */
const sharedLock = 'testcontainers-node-0.lock';

/** Where a run may leave something behind. */
export interface RunTraces {
  /** A word in the command lines of all processes of the run. */
  readonly token: string;
  /** The process id of the suite. */
  readonly suite: number;
  /** Its folder for temporary files. */
  readonly temporary: string;
  /** Its folder for reports, in which drafts could stay. */
  readonly reports: string;
  /** The port on which the implementation listened, if it did. */
  readonly port: number | undefined;
  /** Whether to look for containers and networks. */
  readonly docker: boolean;
}

/** What a run has left behind, in words: processes, open ports, files, containers and networks that do not disappear in time. */
export async function remains(traces: RunTraces): Promise<string[]> {
  const giveUp = performance.now() + VANISH_MS;
  for (;;) {
    const found = [
      ...processesWith(traces.token),
      ...(await listens(traces.port)),
      ...readdirSync(traces.temporary)
        .filter((name) => name !== sharedLock)
        .map((name) => `file ${name}`),
      ...globSync('*.tmp', { cwd: traces.reports }).map((name) => `file ${name}`),
      ...(traces.docker ? await ownedBy(traces.suite) : []),
    ];
    if (found.length === 0 || performance.now() > giveUp) return found;
    await pause(50);
  }
}

function processesWith(token: string): string[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    try {
      // A zombie process has no command line.
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      return words.some((word) => word.includes(token)) ? [`process ${name} (${words.slice(0, 2).join(' ')})`] : [];
    } catch {
      return [];
    }
  });
}

async function listens(port: number | undefined): Promise<string[]> {
  if (port === undefined) return [];
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve([`port ${port}`]));
    socket.once('error', () => resolve([]));
    socket.once('connect', () => socket.destroy());
  });
}

async function ownedBy(suite: number): Promise<string[]> {
  const { docker } = await connectEngine();
  const filters = { label: [OWNER_LABEL] };
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
  ]);
  const own = (labels: Readonly<Record<string, string>> | undefined): boolean =>
    labels?.[OWNER_LABEL]?.includes(`.${suite}.`) === true;
  return [
    ...containers.filter(({ Labels }) => own(Labels)).map(({ Id }) => `container ${Id.slice(0, 12)}`),
    ...networks.filter(({ Labels }) => own(Labels)).map(({ Id }) => `network ${Id.slice(0, 12)}`),
  ];
}
