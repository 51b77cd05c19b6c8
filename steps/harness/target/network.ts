import { loosened } from './confinement.ts';
import { type Engine, OWNER_LABEL, RUN } from './engine.ts';
import type { ContainerStart, Role } from './target.ts';

/** A network of this run's own that leads nowhere else. */
export interface ClosedNetwork {
  readonly name: string;
  /** The address of the engine's machine in it. */
  readonly gateway: string;
  /** Gives it back; the last one who does so takes it away. Safe to call twice. */
  leave(): Promise<void>;
}

/**
 * inward: a container in it is reached by its published port, and its own packets leave without a translated address, so that no
 * other host's answer finds back (an `internal` network would publish no port). outward: a container in it reaches the engine's
 * machine, and the engine forwards nothing of it to anybody else.
 */
type Direction = 'inward' | 'outward';

interface Shared {
  members: number;
  readonly made: Promise<{ readonly name: string; readonly gateway: string; remove(): Promise<void> }>;
}

const networks = new Map<Direction, Shared>();

/**
 * Joins the network that a container of this start belongs in; undefined when it is to be in the engine's own, which leads everywhere:
 * the target file says so, or the engine is on another machine, whose closed networks do not lead to the suite.
 */
export async function networkFor(engine: Engine, role: Role, start: ContainerStart): Promise<ClosedNetwork | undefined> {
  if (start.confinement.network === 'open') return undefined;
  if (role === 'server') return joinNetwork(engine, 'inward');
  return engine.here ? joinNetwork(engine, 'outward') : undefined;
}

/** What of a container's confinement is looser than the default, because its target file says so or the engine is as it is. */
export function looseness({ here, lacks }: Engine, role: Role, { confinement }: ContainerStart): string[] {
  const away = role === 'client' && confinement.network === 'closed' && !here;
  return [...loosened(confinement), ...lacks, ...(away ? ['network open, because the engine is on another machine'] : [])];
}

/**
 * Joins the network of this run, and makes it where it is not there. Containers in it do not see each other.
 *
 * @throws the engine's error, for instance when it has no subnet left
 */
async function joinNetwork(engine: Engine, direction: Direction): Promise<ClosedNetwork> {
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
    const { name, gateway } = await shared.made;
    return {
      name,
      gateway,
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

async function make({ docker }: Engine, direction: Direction): Shared['made'] {
  made += 1;
  const name = `${OWNER_LABEL}-${RUN}-${made}`;
  const network = await docker.createNetwork({
    Name: name,
    Driver: 'bridge',
    Internal: direction === 'outward',
    Labels: { [OWNER_LABEL]: RUN },
    Options: {
      'com.docker.network.bridge.enable_icc': 'false',
      ...(direction === 'inward' ? { 'com.docker.network.bridge.enable_ip_masquerade': 'false' } : {}),
    },
  });
  const { IPAM } = (await network.inspect()) as {
    readonly IPAM?: { readonly Config?: readonly { readonly Gateway?: string }[] };
  };
  const gateway = IPAM?.Config?.[0]?.Gateway ?? '';
  return {
    name,
    gateway,
    // Whoever still uses it, or has removed it already: the next run removes what is left.
    remove: () =>
      network.remove().then(
        () => {},
        () => {},
      ),
  };
}
