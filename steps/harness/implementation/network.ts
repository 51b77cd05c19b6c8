import { loosened } from './confinement.ts';
import type { Engine } from './engine.ts';
import type { Forwarder } from './forwarder.ts';
import { OWNER_LABEL, RUN } from './run-owner.ts';
import type { ContainerStart, Role } from './target.ts';

/** A network that belongs to this run. */
export interface RunNetwork {
  readonly name: string;
  /** Where its containers reach the machine of the suite: the engine's side of it, or the forwarder in it. */
  readonly gateway: string;
  /** Forwards ports between its containers and this machine; absent when they reach this machine without it. */
  readonly forwarder?: Forwarder;
  /** Leaves it; when the last member leaves, the network is removed. Safe to call twice. */
  leave(): Promise<void>;
}

/**
 * The kinds of network, by what a container in it can reach:
 *
 * - inward: nothing; the suite reaches its published port. Its packets leave without a translated address, so that no response from
 *   another host comes back (an `internal` network would publish no port).
 * - outward: the engine's machine, and nothing beyond it.
 * - forwarded: the forwarder, and the other containers in the network; for an engine on another machine.
 * - forwarded, open: the same, and everything that the engine's machine reaches.
 * - cluster: as the cluster allows; the forwarder leads both ways.
 */
type NetworkKind = 'inward' | 'outward' | 'forwarded' | 'forwarded, open' | 'cluster';

/** What the kinds are made of. `internal` networks have no route out; `peers` is whether their containers reach each other. */
const properties: Readonly<Record<NetworkKind, { internal: boolean; peers: boolean; forwarder: boolean }>> = {
  inward: { internal: false, peers: false, forwarder: false },
  outward: { internal: true, peers: false, forwarder: false },
  forwarded: { internal: true, peers: true, forwarder: true },
  'forwarded, open': { internal: false, peers: true, forwarder: true },
  cluster: { internal: false, peers: true, forwarder: true },
};

interface Shared {
  members: number;
  readonly made: Promise<Omit<RunNetwork, 'leave'> & { remove(): Promise<void> }>;
}

const networks = new Map<NetworkKind, Shared>();

/**
 * Joins the network that a container of this start belongs to.
 *
 * @returns undefined for the engine's default network, which is open: the target file asks for it, or the engine is in a virtual machine,
 *   whose closed networks do not lead to the suite
 * @throws EnvironmentError when a forwarder is needed and does not work
 * @throws the engine's error when it makes no network, for instance because it has no subnet left
 */
export async function networkFor(engine: Engine, role: Role, start: ContainerStart): Promise<RunNetwork | undefined> {
  if (engine.cluster) return joinNetwork(engine, 'cluster');
  const open = start.confinement.network === 'open';
  if (role === 'client' && isForwarded(engine)) return joinNetwork(engine, open ? 'forwarded, open' : 'forwarded');
  if (open) return undefined;
  if (role === 'server') return joinNetwork(engine, 'inward');
  return engine.here ? joinNetwork(engine, 'outward') : undefined;
}

/** Whether containers reach this machine only through a forwarder: the engine is elsewhere, or the suite runs in a container itself. */
function isForwarded({ remote, here, host, gateway }: Engine): boolean {
  return remote || (!here && host === gateway);
}

/** How a container's confinement is looser than the default, by its target file or its engine, one phrase per difference. */
export function looseness(engine: Engine, role: Role, { confinement }: ContainerStart): string[] {
  const away = role === 'client' && confinement.network === 'closed' && !engine.here && !isForwarded(engine);
  // A cluster ignores what a target file says about confinement.
  if (engine.cluster) return [...engine.lacks];
  return [...loosened(confinement), ...engine.lacks, ...(away ? ['network open, because the engine is on another machine'] : [])];
}

/** Joins this run's network of a kind, and makes it first if needed. */
async function joinNetwork(engine: Engine, kind: NetworkKind): Promise<RunNetwork> {
  const shared = networks.get(kind) ?? { members: 0, made: make(engine, kind) };
  networks.set(kind, shared);
  shared.members += 1;
  let left: Promise<void> | undefined;
  const leave = async (): Promise<void> => {
    shared.members -= 1;
    if (shared.members > 0) return;
    if (networks.get(kind) === shared) networks.delete(kind);
    await shared.made.then(
      (network) => network.remove(),
      () => {},
    );
  };
  try {
    const { name, gateway, forwarder } = await shared.made;
    return {
      name,
      gateway,
      ...(forwarder === undefined ? {} : { forwarder }),
      leave: () => {
        left ??= leave();
        return left;
      },
    };
  } catch (error) {
    await leave();
    throw error;
  }
}

let made = 0;

async function make(engine: Engine, kind: NetworkKind): Shared['made'] {
  made += 1;
  const name = `${OWNER_LABEL}-${RUN}-${made}`;
  const { internal, peers, forwarder: forwarded } = properties[kind];
  const network = await engine.docker.createNetwork({
    Name: name,
    Labels: { [OWNER_LABEL]: RUN },
    ...(kind === 'cluster'
      ? {}
      : {
          Driver: 'bridge',
          Internal: internal,
          Options: {
            'com.docker.network.bridge.enable_icc': String(peers),
            ...(kind === 'inward' ? { 'com.docker.network.bridge.enable_ip_masquerade': 'false' } : {}),
          },
        }),
  });
  // A container may still be in it, or it is gone already: the next run removes what is left.
  const remove = (): Promise<void> =>
    network.remove().then(
      () => {},
      () => {},
    );
  if (!forwarded) {
    const { IPAM } = (await network.inspect()) as {
      readonly IPAM?: { readonly Config?: readonly { readonly Gateway?: string }[] };
    };
    return { name, gateway: IPAM?.Config?.[0]?.Gateway ?? '', remove };
  }
  try {
    const { openForwarder } = await import('./forwarder.ts');
    const forwarder = await openForwarder(engine, name);
    return { name, gateway: forwarder.address, forwarder, remove: () => forwarder.close().then(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}
