import { requireClusterSupport } from '../../harness/implementation/cluster.ts';
import { hostConfigOf } from '../../harness/implementation/container-description.ts';
import { connectEngine, type Engine } from '../../harness/implementation/engine.ts';
import { engineWords } from '../../harness/implementation/engine-error.ts';
import { imageId, registryCredentials } from '../../harness/implementation/image.ts';
import { networkFor } from '../../harness/implementation/network.ts';
import { OWNER_LABEL, RUN } from '../../harness/implementation/run-owner.ts';
import type { ContainerStart, Target } from '../../harness/implementation/target.ts';
import { type CheckOutcome, notNeeded, ok, problem } from './check-result.ts';

type ImageDistributionOptions = NonNullable<Parameters<ReturnType<Engine['docker']['getImage']>['distribution']>[0]>;

/** Which engine answers, where, and why the suite uses it. @throws EnvironmentError when none answers */
export async function checkEngine(): Promise<CheckOutcome> {
  const { docker, client, from, besides, here, remote, cluster, lacks } = await connectEngine();
  const { serverVersion, operatingSystemType, architecture } = client.info.containerRuntime;
  const machine = cluster ? 'Kubernetes' : `${operatingSystemType}/${architecture}`;
  const { protocol, host, port, socketPath } = docker.modem as unknown as Readonly<Record<string, string | number | undefined>>;
  const where = socketPath === undefined ? `${protocol}://${host}:${port}` : `unix://${socketPath}`;
  const away = wayTo({ cluster, remote });
  const more = [...(here ? [] : [away]), ...lacks];
  const ignored = besides.length === 0 ? [] : [`${besides.join(' and ')} ${besides.length === 1 ? 'is' : 'are'} ignored`];
  return ok([`${serverVersion} (${machine}) at ${where} (${from})`, ...ignored, ...more].join('; '));
}

/** How containers on another machine reach the suite. */
function wayTo({ cluster, remote }: Pick<Engine, 'cluster' | 'remote'>): string {
  if (cluster) return 'its containers are reached, and reach the suite, through a container of testcontainers/sshd';
  if (remote)
    return 'it is on another machine: a client in a container reaches the suite through a container of testcontainers/sshd';
  return 'it is not on this machine: the network of a client in a container is open';
}

/** Whether the image is here, or its registry would give it. @throws EnvironmentError when no engine answers */
export async function checkImage(name: string): Promise<CheckOutcome> {
  const engine = await connectEngine();
  // The engine API of a cluster reports every image as present.
  if (engine.cluster) return notNeeded('not tried: the cluster gets it when a container is started');
  const id = await imageId(engine, name);
  if (id !== undefined) return ok(`${name} is here, ${id.slice(0, 19)}`);
  try {
    const authconfig = await registryCredentials(engine, name);
    // The engine also accepts a token, but the types of dockerode lack it.
    const options = (authconfig === undefined ? {} : { authconfig }) as ImageDistributionOptions;
    await engine.docker.getImage(name).distribution(options);
    return ok(`${name} is not here yet; its registry has it`);
  } catch (error) {
    return problem(
      `${name} is not here, and its registry does not provide it: ${engineWords(error)}`,
      'Check its name and tag; build or pull it by hand, or log in to its registry (docker login).',
    );
  }
}

/** Whether the engine has the image of a container. @throws EnvironmentError when none answers */
export async function isHere({ image }: ContainerStart): Promise<boolean> {
  return image !== undefined && (await imageId(await connectEngine(), image)) !== undefined;
}

/**
 * Whether a container of a client's image can be started, in its network and with the confinement of a run. The container is removed at
 * once. Without the image on this machine, nothing is tried.
 *
 * @throws EnvironmentError when no engine answers, or it cannot do what the target needs
 */
export async function checkContainer(target: Target, start: ContainerStart): Promise<CheckOutcome> {
  const engine = await connectEngine();
  requireClusterSupport(engine, target, start);
  if (start.image === undefined || !(await isHere(start))) return notNeeded('not tried: its image is not here yet');
  const advice = `Start it by hand to see more: docker run --rm ${start.image}`;
  try {
    const network = await networkFor(engine, target.role, start);
    try {
      await startAndRemove(engine, start, start.image, network?.name ?? 'bridge');
    } finally {
      await network?.leave();
    }
    return ok(`a container of ${start.image} started and was removed`);
  } catch (error) {
    return problem(`no container of ${start.image} could be started: ${engineWords(error)}`, advice);
  }
}

async function startAndRemove(engine: Engine, start: ContainerStart, image: string, network: string): Promise<void> {
  const { docker, cluster } = engine;
  const { command, confinement } = start;
  const container = await docker.createContainer({
    Image: image,
    ...(command === undefined ? {} : { Cmd: [...command] }),
    Labels: { [OWNER_LABEL]: RUN },
    // The API in front of a cluster ignores a confinement, or does something else.
    HostConfig: { NetworkMode: network, ...(cluster ? {} : hostConfigOf(confinement)) },
  });
  try {
    await container.start();
  } finally {
    await container.remove({ force: true, v: true });
  }
}
