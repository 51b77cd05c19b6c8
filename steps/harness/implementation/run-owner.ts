import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Label of every container and network that the suite makes. Its value is the run that owns it. */
export const OWNER_LABEL = 'iot-ntp-conformance';

/** Machine and PID namespace: a container may share the machine's name and not see its processes. */
const MACHINE = `${hostname()}${pidNamespace()}`;

/** This run: machine, process id, and a random word that tells it from a later process with the same id. */
export const RUN = `${MACHINE}.${process.pid}.${randomUUID().slice(0, 8)}`;

/**
 * Whether the run that owns a container, network or process is gone. A run on another machine (or in another container) cannot be
 * looked up, so what it owns is never a leftover.
 *
 * @param owner the value of {@link OWNER_LABEL}: a {@link RUN}
 */
export function isLeftover(owner: string): boolean {
  const [, machine, id] = /^(.*)\.(\d+)\.[0-9a-f]+$/.exec(owner) ?? [];
  if (machine !== MACHINE || owner === RUN) return false;
  if (Number(id) === process.pid) return true;
  try {
    process.kill(Number(id), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Linux's number of this process's PID namespace, with a hyphen before it; empty on other systems. */
function pidNamespace(): string {
  try {
    return `-${/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0]}`;
  } catch {
    return '';
  }
}
