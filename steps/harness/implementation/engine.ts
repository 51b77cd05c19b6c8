import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import type { ContainerRuntimeClient } from 'testcontainers';
import { boundCredentialHelpers } from './credential-helper.ts';
import { defaultRoute } from './default-route.ts';
import { checkDockerClientConfig } from './docker-client-config.ts';
import { type EngineAddress, engineAddress } from './engine-address.ts';
import { engineWords } from './engine-error.ts';
import { type EngineInfo, kindOfEngine, kindVariable } from './engine-kind.ts';
import { answeringEngine, placeOf } from './engine-probe.ts';
import { EnvironmentError } from './errors.ts';
import { freePort } from './free-port.ts';
import { isLeftover, OWNER_LABEL } from './run-owner.ts';
import type { Tunnel } from './tunnel.ts';

/** How long an engine may take to answer a ping, in ms. */
const PING_MS = 2_000;

/** A container engine that answers, and testcontainers to use it with. */
export interface Engine {
  readonly testcontainers: typeof import('testcontainers');
  readonly client: ContainerRuntimeClient;
  readonly docker: ContainerRuntimeClient['container']['dockerode'];
  /** What names this engine, in words; and what names another one, and does not count beside it. */
  readonly from: string;
  readonly besides: readonly string[];
  /** Where a container's published port is reached from here. */
  readonly host: string;
  /** The address of the engine's machine on which ports are published: no neighbour of that machine has business with them. */
  readonly publishOn: string;
  /** The address of this machine under which containers reach it; undefined when none is known. */
  readonly gateway: string | undefined;
  /** Whether its containers' gateways are addresses of this very machine; not so where it runs in a virtual machine or elsewhere. */
  readonly here: boolean;
  /** Whether it is on another machine: other clock, other files. A virtual machine whose ports are published here counts as this machine. */
  readonly remote: boolean;
  /** Whether its containers are pods of a Kubernetes cluster: addresses, networks and signals are not what Docker's are. */
  readonly cluster: boolean;
  /** What the engine cannot confine, a phrase each. */
  readonly lacks: readonly string[];
}

let connected: Promise<Engine> | undefined;

/**
 * Finds the container engine, and removes what runs that did not end in order have left behind.
 *
 * @throws EnvironmentError when none answers, or its machine is not reached
 */
export function connectEngine(): Promise<Engine> {
  connected ??= connect();
  // A later attempt may find an engine that was brought up meanwhile.
  connected.catch(() => {
    connected = undefined;
  });
  return connected;
}

/** Whether an engine that was connected still answers, within 2 s. */
export function engineAnswers({ docker }: Engine): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), PING_MS);
  const answer = docker.ping().then(
    () => true,
    () => false,
  );
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

async function connect(): Promise<Engine> {
  nameThisUser();
  checkDockerClientConfig();
  const asked = await leadToEngine(engineAddress());
  const found = { ...asked, host: await answeringEngine(asked) };
  const testcontainers = await import('testcontainers');
  await tellTestcontainers(found);
  await boundCredentialHelpers();
  const client = await testcontainers.getContainerRuntimeClient().catch((error: unknown) => {
    throw new EnvironmentError(
      `What answers at ${found.host} (${found.from}) is no Docker engine that the suite can use: ${engineWords(error)}.\n` +
        '  Point DOCKER_HOST at another one; a target of kind process or address needs none.',
    );
  });
  const { dockerode: docker } = client.container;
  const info = (await docker.info()) as EngineAnswer;
  const kind = kindOfEngine(info, process.env[kindVariable]);
  const cluster = kind === 'kubernetes';
  const gateway = kind === 'docker' ? await bridgeGateway(docker) : undefined;
  const { host } = client.info.containerRuntime;
  const remote = kind !== 'docker' || (!loopbacks.includes(host) && host !== gateway && !(await isOwn(host)));
  // Most engines have the same gateway: that of another one may be an address of this machine by chance.
  const here = !remote && gateway !== undefined && (await isOwn(gateway));
  const route = remote || here ? undefined : routeOutOfContainer(docker);
  const reached = whereabouts(host, gateway, here, remote, route);
  const { from, besides } = found;
  const lacks = lacksOf(info, cluster);
  const engine = { testcontainers, client, docker, from, besides, gateway, here, remote, cluster, lacks, ...reached };
  await doWithoutReaper(engine);
  await removeLeftovers(engine);
  return engine;
}

/** Tunnels by their addresses: a later attempt finds the one that is open. */
const tunnels = new Map<string, Promise<Tunnel>>();

/** testcontainers knows no SSH: it is told of a socket that leads to the engine, and of the machine on which ports are published. */
async function leadToEngine(address: EngineAddress): Promise<EngineAddress> {
  const { host: ssh, from } = address;
  if (ssh?.startsWith('ssh://') !== true) return address;
  const { openTunnel } = await import('./tunnel.ts');
  const opening = tunnels.get(ssh) ?? openTunnel(ssh, from);
  tunnels.set(ssh, opening);
  opening.catch(() => tunnels.delete(ssh));
  const { socket, host } = await opening;
  process.env['TESTCONTAINERS_HOST_OVERRIDE'] ??= host;
  return { ...address, host: `unix://${socket}`, from: `${ssh}, ${from}` };
}

/** testcontainers reads DOCKER_HOST and its own file only, and takes another engine where the one that is meant is silent. */
async function tellTestcontainers({ host, certificates }: EngineAddress & { readonly host: string }): Promise<void> {
  const { getContainerRuntimeConfig } = await import('testcontainers/build/container-runtime/strategies/utils/config.js');
  const place = placeOf(host, certificates !== undefined);
  Object.assign(await getContainerRuntimeConfig(), {
    tcHost: undefined,
    dockerHost: 'port' in place ? `tcp://${place.host.includes(':') ? `[${place.host}]` : place.host}:${place.port}` : host,
    dockerTlsVerify: certificates === undefined ? undefined : '1',
    dockerCertPath: certificates,
  });
}

/**
 * testcontainers starts Ryuk, a container that removes what a crashed run leaves. Where its image is not at hand (no registry in
 * reach) the first start would fail for that alone; the leftovers are then removed by the next run.
 */
async function doWithoutReaper({ client, testcontainers, cluster }: Engine): Promise<void> {
  if (process.env['TESTCONTAINERS_RYUK_DISABLED'] !== undefined) return;
  if (cluster) {
    // It would be given the engine's socket, which no pod has; what is in front of a cluster removes what is left itself.
    process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
    return;
  }
  const { getReaperImage } = await import('testcontainers/build/reaper/reaper.js');
  const image = testcontainers.ImageName.fromString(getReaperImage());
  if (!(await client.image.exists(image))) process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
}

async function removeLeftovers({ docker }: Engine): Promise<void> {
  const owned = await docker.listContainers({ all: true, filters: { label: [OWNER_LABEL] } });
  const leftovers = owned.filter(({ Labels }) => isLeftover(Labels[OWNER_LABEL] ?? ''));
  // Another run may be removing the same one at this moment.
  await Promise.allSettled(leftovers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
  const networks = await docker.listNetworks({ filters: { label: [OWNER_LABEL] } });
  const unused = networks.filter(({ Labels }) => isLeftover(Labels?.[OWNER_LABEL] ?? ''));
  await Promise.allSettled(unused.map(({ Id }) => docker.getNetwork(Id).remove()));
}

/** testcontainers asks the system who this user is, which knows none that only `docker run --user` has made up. */
function nameThisUser(): void {
  try {
    os.userInfo();
  } catch {
    const [uid, gid] = [process.getuid?.() ?? -1, process.getgid?.() ?? -1];
    const user: os.UserInfo<string> = { username: String(uid), uid, gid, shell: null, homedir: os.homedir() };
    Object.assign(os, { userInfo: () => user });
  }
}

/** What an engine answers to `GET /info`. */
interface EngineAnswer extends EngineInfo {
  readonly MemoryLimit?: boolean;
  readonly PidsLimit?: boolean;
}

/** What the engine's kernel does not limit: it then starts containers without the limit, and only warns. A cluster is told of no limit. */
function lacksOf({ MemoryLimit, PidsLimit }: EngineAnswer, cluster: boolean): string[] {
  if (cluster) return ['memory, pids, log, network, Linux capabilities and new privileges as the Kubernetes cluster has them'];
  return [
    ...(MemoryLimit === false ? ['memory unlimited, because the engine cannot limit it'] : []),
    ...(PidsLimit === false ? ['pids unlimited, because the engine cannot limit them'] : []),
  ];
}

const loopbacks: readonly string[] = ['localhost', '127.0.0.1'];

/** Whether a host is this machine. Asked by listening: an interface that no container runs on is not among os.networkInterfaces(). */
async function isOwn(host: string): Promise<boolean> {
  return freePort(host).then(
    () => true,
    () => false,
  );
}

/**
 * Where ports are published and reached. testcontainers takes this machine for a container wherever `/.dockerenv` exists, and would
 * then go through the bridge's gateway; that the gateway's address is one of this machine says that the engine is on it.
 */
function whereabouts(
  host: string,
  gateway: string | undefined,
  here: boolean,
  remote: boolean,
  route: string | undefined,
): Pick<Engine, 'host' | 'publishOn'> {
  // "localhost" would be tried as ::1 first, where the port is not published.
  const loopback = { host: '127.0.0.1', publishOn: '127.0.0.1' };
  if (route !== undefined && loopbacks.includes(host)) return { host: route, publishOn: route };
  // Who forwards ports of another machine to here need not see those of that machine's loopback.
  if (loopbacks.includes(host)) return remote ? { ...loopback, publishOn: '0.0.0.0' } : loopback;
  if (gateway === undefined || host !== gateway) return { host, publishOn: '0.0.0.0' };
  return here ? loopback : { host: gateway, publishOn: gateway };
}

/**
 * The way from a bridged container, in which the suite runs, to the engine's machine. testcontainers answers "localhost" there when the
 * engine does not name its bridge's gateway (20.10, newly started) and the image for its own question cannot be pulled.
 *
 * @returns undefined outside a container, and where the address was given by the user
 */
function routeOutOfContainer(docker: Engine['docker']): string | undefined {
  const { socketPath } = docker.modem as unknown as { readonly socketPath?: string };
  if (socketPath === undefined || !inContainer() || process.env['TESTCONTAINERS_HOST_OVERRIDE'] !== undefined) return undefined;
  try {
    return defaultRoute(readFileSync('/proc/net/route', 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whether the suite itself runs in a container, by the files that Docker and Podman put there. */
export function inContainer(): boolean {
  return existsSync('/.dockerenv') || existsSync('/run/.containerenv');
}

/**
 * The gateway of the engine's default bridge (which the engine does not always say; it is then the first address of the subnet). On
 * an engine in a virtual machine no interface here has it.
 *
 * @throws EnvironmentError when the bridge has no addresses, and so is none
 */
async function bridgeGateway(docker: Engine['docker']): Promise<string | undefined> {
  const { IPAM } = (await docker.getNetwork('bridge').inspect()) as {
    IPAM?: { Config?: { Gateway?: string; Subnet?: string }[] };
  };
  const [config] = IPAM?.Config ?? [];
  if (config === undefined)
    throw new EnvironmentError(
      'The Docker engine does not say at which addresses its containers are: it does not run them on its own machine.\n' +
        `  Say what it is: ${kindVariable}=kubernetes where a cluster runs them, ${kindVariable}=remote where another machine does.`,
    );
  const first = /^(\d+\.\d+\.\d+)\.0\/\d+$/.exec(config.Subnet ?? '')?.[1];
  return config.Gateway ?? (first === undefined ? undefined : `${first}.1`);
}
