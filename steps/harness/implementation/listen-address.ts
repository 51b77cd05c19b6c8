import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { requireClusterSupport, stallReason } from './cluster.ts';
import { inContainer } from './engine.ts';
import { EnvironmentError } from './errors.ts';
import type { Target } from './target.ts';

/** Where the platform that the suite plays listens for a client. */
export interface ListenAddress {
  /** The platform's host name or address, for the client. */
  readonly host: string;
  /**
   * Listens where the client can reach it, and on no other address of this machine.
   *
   * @returns the port
   * @throws EnvironmentError when containers cannot reach this machine
   */
  listen(platform: Listener): Promise<number>;
  /** Keeps a port closed there: nothing the client can reach listens on it. @returns the port */
  keepClosed(port: Listener): Promise<number>;
  /** How a client's container is confined less than by default, one phrase per difference. */
  readonly looseness: readonly string[];
  /** To be called after the last client: why what was seen does not count, in words. */
  fault(): string | undefined;
  /** Leaves the network. */
  leave(): Promise<void>;
}

/** A platform, or a server of node:net by {@link listenerOf}. */
interface Listener {
  /** Listens on a free port of this address. @returns the port @throws Error of node:net */
  listen(host: string): Promise<number>;
}

/** Adapts a `net.Server` to listen on a free port. */
export function listenerOf(server: Server): Listener {
  return {
    listen: async (host) => {
      await once(server.listen(0, host), 'listening');
      return (server.address() as AddressInfo).port;
    },
  };
}

const loopback = '127.0.0.1';

/** The suite runs in a container beside those that it starts: every client would seem to be silent. */
const unreachable =
  'A client in a container cannot reach the platform that the suite plays: the Docker engine is not on the machine that the suite runs on.\n' +
  '  Run the suite on the machine of the engine; in a container of its own, with docker run --network host.';

/** A client that never connects looks the same, so the cause is unknown. */
const neverReached =
  'no start of the client has reached the platform, which is on another machine than the Docker engine: whether the client is at fault or the ' +
  'way from there to here cannot be told. Run it on an engine of this machine';

/**
 * Where the platform listens for a client: on the loopback for a process; for a container on the engine's address in the container's
 * network, or on the loopback behind a forwarder when the engine is on another machine.
 *
 * @throws EnvironmentError when no engine answers, it cannot do what the target needs, or the forwarder does not work
 */
export async function listenAddressOf(target: Target): Promise<ListenAddress> {
  const { role, start } = target;
  if (start.kind !== 'container')
    return {
      host: loopback,
      listen: (platform) => platform.listen(loopback),
      keepClosed: (port) => port.listen(loopback),
      looseness: [],
      fault: () => undefined,
      leave: async () => {},
    };
  const { connectEngine } = await import('./engine.ts');
  const { networkFor, looseness } = await import('./network.ts');
  const engine = await connectEngine();
  requireClusterSupport(engine, target, start);
  // The platform is a member of the network until it stops; each container joins the same network.
  const network = await networkFor(engine, role, start);
  const gateway = network?.gateway ?? engine.gateway ?? loopback;
  const forwarder = network?.forwarder;
  let lost: string | undefined;
  void forwarder?.lost.then((why) => {
    lost = why;
  });
  const listenHere = async (platform: Listener): Promise<number> => {
    try {
      return await platform.listen(gateway);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRNOTAVAIL') throw error;
      if (engine.host !== loopback || inContainer()) throw new EnvironmentError(unreachable);
      // An engine in a virtual machine forwards what its containers send to their host to the loopback of this machine.
      return platform.listen(loopback);
    }
  };
  return {
    // A pod cannot be given host names.
    host: engine.cluster ? gateway : 'host.docker.internal',
    fault: () => {
      if (lost !== undefined || forwarder === undefined) return lost;
      return forwarder.used ? stallReason(forwarder, target) : neverReached;
    },
    listen: async (platform) => {
      if (forwarder === undefined) return listenHere(platform);
      const port = await platform.listen(loopback);
      await forwarder.forwardToSuite(port);
      return port;
    },
    // A port that is not forwarded is one on which the forwarder does not listen.
    keepClosed: (port) => (forwarder === undefined ? listenHere(port) : port.listen(loopback)),
    looseness: looseness(engine, role, start),
    leave: async () => network?.leave(),
  };
}
