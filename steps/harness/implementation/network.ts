import { loosened } from './confinement.ts';
import type { Engine } from './engine.ts';
import type { Forwarder } from './forwarder.ts';
import { OWNER_LABEL, RUN } from './run-owner.ts';
import type { ContainerStart, Role } from './target.ts';

/** A network of this run's own. */
export interface RunNetwork {
  readonly name: string;
  /** The address by which its containers reach the machine of the suite: the engine's side of it, or the forwarder in it. */
  readonly gateway: string;
  /** By which its containers reach ports of this machine's loopback; absent where they reach this machine themselves. */
  readonly forwarder?: Forwarder;
  /** Gives it back; the last one who does so takes it away. Safe to call twice. */
  leave(): Promise<void>;
}

/**
 * inward: a container in it is reached by its published port, and its own packets leave without a translated address, so that no
 * other host's answer finds back (an `internal` network would publish no port). outward: a container in it reaches the engine's
 * machine, and the engine forwards nothing of it to anybody else. forwarded: the same for an engine whose machine is not this one; a
 * container in it reaches the forwarder, and what else is in it (the engine knows nothing between all and none). forwarded, open: it
 * reaches whatever the engine's machine reaches as well. cluster: none but in name, with a forwarder that leads both ways.
 */
type Direction = 'inward' | 'outward' | 'forwarded' | 'forwarded, open' | 'cluster';

interface Shared {
  members: number;
  readonly made: Promise<Omit<RunNetwork, 'leave'> & { remove(): Promise<void> }>;
}

const networks = new Map<Direction, Shared>();

/**
 * Joins the network that a container of this start belongs in; undefined when it is to be in the engine's own, which leads everywhere:
 * the target file says so, or the engine is in a virtual machine, whose closed networks do not lead to the suite.
 *
 * @throws EnvironmentError where a forwarder is needed, and there is none
 */
export async function networkFor(engine: Engine, role: Role, start: ContainerStart): Promise<RunNetwork | undefined> {
  if (engine.cluster) return joinNetwork(engine, 'cluster');
  const open = start.confinement.network === 'open';
  if (role === 'client' && isForwarded(engine)) return joinNetwork(engine, open ? 'forwarded, open' : 'forwarded');
  if (open) return undefined;
  if (role === 'server') return joinNetwork(engine, 'inward');
  return engine.here ? joinNetwork(engine, 'outward') : undefined;
}

/** Whether a container reaches this machine through a forwarder only: the engine is elsewhere, or the suite in a container beside. */
function isForwarded({ remote, here, host, gateway }: Engine): boolean {
  return remote || (!here && host === gateway);
}

/** What of a container's confinement is looser than the default, because its target file says so or the engine is as it is. */
export function looseness(engine: Engine, role: Role, { confinement }: ContainerStart): string[] {
  const away = role === 'client' && confinement.network === 'closed' && !engine.here && !isForwarded(engine);
  // Whatever a target file loosens, a cluster does not hear of.
  if (engine.cluster) return [...engine.lacks];
  return [...loosened(confinement), ...engine.lacks, ...(away ? ['network open, because the engine is on another machine'] : [])];
}

/**
 * Joins the network of this run, and makes it where it is not there.
 *
 * @throws the engine's error, for instance when it has no subnet left
 */
async function joinNetwork(engine: Engine, direction: Direction): Promise<RunNetwork> {
  const shared = networks.get(direction) ?? { members: 0, made: make(engine, direction) };
  networks.set(direction, shared);
  shared.members += 1;
  let left: Promise<void> | undefined;
  const leave = async (): Promise<void> => {
    shared.members -= 1;
    if (shared.members > 0) return;
    if (networks.get(direction) === shared) networks.delete(direction);
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

async function make(engine: Engine, direction: Direction): Shared['made'] {
  made += 1;
  const name = `${OWNER_LABEL}-${RUN}-${made}`;
  const forwarded = direction.startsWith('forwarded');
  const network = await engine.docker.createNetwork({
    Name: name,
    Labels: { [OWNER_LABEL]: RUN },
    ...(direction === 'cluster'
      ? {}
      : {
          Driver: 'bridge',
          Internal: direction === 'outward' || direction === 'forwarded',
          Options: {
            'com.docker.network.bridge.enable_icc': String(forwarded),
            ...(direction === 'inward' ? { 'com.docker.network.bridge.enable_ip_masquerade': 'false' } : {}),
          },
        }),
  });
  // Whoever still uses it, or has removed it already: the next run removes what is left.
  const remove = (): Promise<void> =>
    network.remove().then(
      () => {},
      () => {},
    );
  if (!forwarded && direction !== 'cluster') {
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
