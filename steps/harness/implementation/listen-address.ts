import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { requireOfCluster, wayStoodStill } from './cluster.ts';
import { EnvironmentError } from './errors.ts';
import type { Target } from './target.ts';

/** Where a client meets the platform that the suite plays. */
export interface ListenAddress {
  /** The platform's host as the client is told it. */
  readonly host: string;
  /** Listens where the client can reach it, and on no other address of this machine. @returns the port */
  listen(platform: Listener): Promise<number>;
  /** What a container of the client may have or do beyond the default confinement, a phrase each. */
  readonly looseness: readonly string[];
  /** Why what was seen there says nothing about clients, in words; asked when all of them are done. */
  fault(): string | undefined;
  /** Gives back what it holds. */
  leave(): Promise<void>;
}

/** Whether the suite itself runs in a container, by the files that Docker and Podman put there. */
function inContainer(): boolean {
  return existsSync('/.dockerenv') || existsSync('/run/.containerenv');
}

interface Listener {
  /** @returns the port; @throws Error of node:net */
  listen(host: string): Promise<number>;
}

/** A plain server, as what listens in a venue: on a port that is free. */
export function listenerOf(server: Server): Listener {
  return {
    listen: async (host) => {
      await once(server.listen(0, host), 'listening');
      return (server.address() as AddressInfo).port;
    },
  };
}

const loopback = '127.0.0.1';

/** The suite is in a container beside those that it starts: every client would seem to be silent. */
const unreachable =
  'A client in a container cannot reach the platform that the suite plays: the Docker engine is not on the machine that the suite runs on.\n' +
  '  Run the suite on the machine of the engine; in a container of its own, with docker run --network host.';

/** A client that never connects looks the same. */
const neverReached =
  'no start of the client has reached the platform, which is on another machine than the Docker engine: whether the client is at fault or the ' +
  'way from there to here cannot be told. Run it on an engine of this machine';

/**
 * The venue of a client: the loopback for a process; for a container the engine's side of the network that it will be in, or the
 * loopback behind a forwarder where the engine is on another machine.
 *
 * @throws EnvironmentError when no engine answers, it cannot do what the target needs, or no forwarder answers; `listen` throws it where containers do not reach this machine
 */
export async function listenAddressOf(target: Target): Promise<ListenAddress> {
  const { role, start } = target;
  if (start.kind !== 'container')
    return {
      host: loopback,
      listen: (platform) => platform.listen(loopback),
      looseness: [],
      fault: () => undefined,
      leave: async () => {},
    };
  const { connectEngine } = await import('./engine.ts');
  const { networkFor, looseness } = await import('./network.ts');
  const engine = await connectEngine();
  requireOfCluster(engine, target, start);
  // Held as long as the platform listens there; each container joins the same one.
  const network = await networkFor(engine, role, start);
  const gateway = network?.gateway ?? engine.gateway ?? loopback;
  const forwarder = network?.forwarder;
  let lost: string | undefined;
  void forwarder?.lost.then((why) => {
    lost = why;
  });
  return {
    // A pod is given no names of hosts.
    host: engine.cluster ? gateway : 'host.docker.internal',
    fault: () => {
      if (lost !== undefined || forwarder === undefined) return lost;
      return forwarder.used ? wayStoodStill(forwarder, target) : neverReached;
    },
    listen: async (platform) => {
      if (forwarder !== undefined) {
        const port = await platform.listen(loopback);
        await forwarder.forward(port);
        return port;
      }
      try {
        return await platform.listen(gateway);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRNOTAVAIL') throw error;
        if (engine.host !== loopback || inContainer()) throw new EnvironmentError(unreachable);
        // An engine in a virtual machine forwards what its containers send to their host to the loopback of this machine.
        return platform.listen(loopback);
      }
    },
    looseness: looseness(engine, role, start),
    leave: async () => network?.leave(),
  };
}
