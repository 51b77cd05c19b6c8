import { randomUUID } from 'node:crypto';
import type { Engine } from './engine.ts';
import { EnvironmentError } from './errors.ts';
import { pullImage } from './image.ts';
import { OWNER_LABEL, RUN } from './run-owner.ts';
import { connectTo, type ForwardedPort, firstAddress } from './ssh-connection.ts';

/** The port of the image's SSH server. */
const sshPort = 22;

/**
 * A container with an SSH server, through which an engine on another machine and the suite reach each other. Containers of its network
 * reach ports of this machine, and in a cluster the suite reaches ports of pods: the API's own port forwarding accepts every connection
 * and breaks some without notice, whereas the suite notices when this one connection breaks.
 *
 * testcontainers' exposeHostPorts is not used: it puts every container into the open network, names the forwarder in a way that pods
 * cannot resolve, and ends the process when this machine resets a connection.
 */
export interface Forwarder {
  /** Its address in the network. */
  readonly address: string;
  /** Settles with why it no longer works, if that happens: what implementations do afterwards does not count. */
  readonly lost: Promise<string>;
  /** Whether a container has connected through it. */
  readonly used: boolean;
  /**
   * The longest stall of the connection since a time of performance.now(), in ms: responses may have been late by as much.
   */
  longestStallMs(since?: number): number;
  /** Lets containers reach this port of this machine's loopback, by the same number. Safe to call twice. @throws Error of SSH */
  forwardToSuite(port: number): Promise<void>;
  /** Forwards a port of this machine's loopback to one of a container. @param name the container's host name in the network */
  forwardToContainer(name: string, port: number): Promise<ForwardedPort>;
  /** Closes the connection and removes the container. Never throws. */
  close(): Promise<void>;
}

/**
 * Starts a forwarder in a network.
 *
 * @param network the network's name
 * @throws EnvironmentError when its image is not available, or its SSH server does not answer
 */
export async function openForwarder(engine: Engine, network: string): Promise<Forwarder> {
  const image = await forwarderImage(engine);
  const { docker, cluster } = engine;
  const password = randomUUID();
  const remove = async (id: string): Promise<void> => {
    await docker
      .getContainer(id)
      .remove({ force: true, v: true })
      .catch(() => {});
  };
  let id: string | undefined;
  try {
    const container = await docker.createContainer({
      Image: image,
      Env: [`PASSWORD=${password}`],
      Labels: { [OWNER_LABEL]: RUN },
      ExposedPorts: { [`${sshPort}/tcp`]: {} },
      HostConfig: {
        PortBindings: { [`${sshPort}/tcp`]: [{ HostIp: engine.publishOn, HostPort: '0' }] },
        // Otherwise it stays in the engine's default network and joins the closed one afterwards: that one alone publishes no port.
        ...(cluster ? { NetworkMode: network } : {}),
      },
    });
    ({ id } = container);
    if (!cluster) await docker.getNetwork(network).connect({ Container: id });
    await container.start();
    const { Networks, Ports } = (await container.inspect()).NetworkSettings;
    const port = Number(Ports[`${sshPort}/tcp`]?.[0]?.HostPort);
    if (!Number.isInteger(port)) throw new Error('it has no published port, or has ended');
    const connection = await connectTo({ host: engine.host, port, password });
    // The API in front of a cluster does not know the address of a pod; the pod does.
    const address = cluster ? firstAddress(await connection.run('hostname -i')) : Networks[network]?.IPAddress;
    if (address === undefined) throw new Error('it has no address there');
    const probe = await connection.probeStalls();
    const forwarded = new Map<number, Promise<void>>();
    const made = id;
    return {
      address,
      lost: connection.lost,
      get used() {
        return connection.used;
      },
      longestStallMs: (since = 0) => probe.longestMs(since),
      forwardToSuite: (local) => {
        const known = forwarded.get(local) ?? connection.listen(local);
        forwarded.set(local, known);
        return known;
      },
      forwardToContainer: (name, port) => connection.lead(name, port),
      close: async () => {
        probe.stop();
        connection.end();
        await remove(made);
      },
    };
  } catch (error) {
    if (id !== undefined) await remove(id);
    if (error instanceof EnvironmentError) throw error;
    throw unreachable(engine, `its SSH server did not work: ${error instanceof Error ? error.message : String(error)}`, image);
  }
}

/** The name of an image that the engine has. @throws EnvironmentError when it cannot be pulled */
async function forwarderImage(engine: Engine): Promise<string> {
  const { SSHD_IMAGE: image } = await import('testcontainers/build/port-forwarder/port-forwarder.js');
  const failure = await pullImage(engine, image);
  if (failure === undefined) return image;
  throw unreachable(engine, `the image is not there and ${failure}`, image);
}

function unreachable({ cluster }: Engine, why: string, image: string): EnvironmentError {
  if (cluster)
    return new EnvironmentError(
      'What a Kubernetes cluster runs for the Docker engine cannot be reached, and cannot reach the platform that the suite plays:\n' +
        `  a container of ${image} is to forward the connections: ${why}.\n` +
        '  Have the cluster get that image (SSHD_CONTAINER_IMAGE names another one that does the same), and start kubedock with\n' +
        '  --reverse-proxy, or --port-forward from outside of the cluster.',
    );
  return new EnvironmentError(
    'A client in a container cannot reach the platform that the suite plays: the Docker engine is not on the machine that the suite runs on,\n' +
      `  and the connections are to be forwarded by a container of ${image}: ${why}.\n` +
      '  Have the engine get that image (SSHD_CONTAINER_IMAGE names another one that does the same), or run the suite on the machine of the\n' +
      '  engine; in a container of its own, with docker run --network host.',
  );
}
