import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { ClientChannel } from 'ssh2';
import { type Engine, OWNER_LABEL, RUN } from './engine.ts';
import { EnvironmentError } from './errors.ts';
import { portSign } from './port.ts';

/** The port of the image's SSH server. */
const sshPort = 22;

/** How long its SSH server may take to accept connections, and each step of SSH, in ms. */
const readyMs = 20_000;

const loopback = '127.0.0.1';

/**
 * A container of an engine on another machine, by which the containers of its network reach ports of this machine: testcontainers' own
 * SSH server, which listens there and hands each connection over to here. (testcontainers' exposeHostPorts is not used: it puts every
 * container that it starts into the open network, and a connection that this machine resets ends the process.)
 */
export interface Forwarder {
  /** Its address in the network. */
  readonly address: string;
  /** Settles, if ever, with why it no longer works: what clients do afterwards says nothing about them. */
  readonly lost: Promise<string>;
  /** Whether any connection has come by it. */
  readonly used: boolean;
  /** Lets containers reach this port of this machine's loopback, under the same number. Safe to call twice. */
  forward(port: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a forwarder in a network.
 *
 * @param network its name
 * @throws EnvironmentError when its image is not to be had, or it does not answer
 */
export async function openForwarder(engine: Engine, network: string): Promise<Forwarder> {
  const image = await forwarderImage(engine);
  const { docker } = engine;
  const password = randomUUID();
  const container = await docker.createContainer({
    Image: image,
    Env: [`PASSWORD=${password}`],
    Labels: { [OWNER_LABEL]: RUN },
    ExposedPorts: { [`${sshPort}/tcp`]: {} },
    HostConfig: { PortBindings: { [`${sshPort}/tcp`]: [{ HostIp: engine.publishOn, HostPort: '0' }] } },
  });
  const remove = (): Promise<unknown> => container.remove({ force: true, v: true }).catch(() => {});
  try {
    await docker.getNetwork(network).connect({ Container: container.id });
    await container.start();
    const { Networks, Ports } = (await container.inspect()).NetworkSettings;
    const address = Networks[network]?.IPAddress ?? '';
    const port = Number(Ports[`${sshPort}/tcp`]?.[0]?.HostPort);
    const connection = await connectTo({ host: engine.host, port, password });
    const forwarded = new Map<number, Promise<void>>();
    return {
      address,
      lost: connection.lost,
      get used() {
        return connection.used;
      },
      forward: (local) => {
        const known = forwarded.get(local) ?? connection.listen(local);
        forwarded.set(local, known);
        return known;
      },
      close: async () => {
        connection.end();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    if (error instanceof EnvironmentError) throw error;
    throw unreachable(`its SSH server did not work: ${error instanceof Error ? error.message : String(error)}`, image);
  }
}

/** @throws EnvironmentError */
async function forwarderImage({ client, testcontainers }: Engine): Promise<string> {
  const { SSHD_IMAGE: image } = await import('testcontainers/build/port-forwarder/port-forwarder.js');
  const name = testcontainers.ImageName.fromString(image);
  const failure = await client.image.pull(name).then(
    () => '',
    (error: unknown) => `: ${error instanceof Error ? error.message : String(error)}`,
  );
  if (await client.image.exists(name)) return image;
  throw unreachable(`the image is not there and could not be pulled${failure}`, image);
}

function unreachable(why: string, image: string): EnvironmentError {
  return new EnvironmentError(
    'A client in a container cannot reach the platform that the suite plays: the Docker engine is not on the machine that the suite runs on,\n' +
      `  and the connections are to be forwarded by a container of ${image}: ${why}.\n` +
      '  Have the engine get that image (SSHD_CONTAINER_IMAGE names another one that does the same), or run the suite on the machine of the\n' +
      '  engine; in a container of its own, with docker run --network host.',
  );
}

interface Login {
  readonly host: string;
  readonly port: number;
  readonly password: string;
}

/**
 * Connects to an SSH server that listens for this machine.
 *
 * @throws Error
 */
export async function connectTo({ host, port, password }: Login) {
  const silence = await portSign({ host, port, keptMs: 150 })(AbortSignal.timeout(readyMs));
  if (silence !== undefined) throw new Error(silence);
  const { Client } = await import('ssh2');
  const client = new Client();
  let [used, ended] = [false, false];
  client.on('tcp connection', ({ destPort }, accept) => {
    used = true;
    handOver(accept(), destPort);
  });
  const lost = Promise.withResolvers<string>();
  client.on('close', () => {
    if (!ended) lost.resolve('the container that forwards connections from the Docker engine to the suite is gone');
  });
  const failed = Promise.withResolvers<never>();
  client.on('error', (error) => failed.reject(error));
  client.connect({ host, port, username: 'root', password, readyTimeout: readyMs });
  // A later error closes the connection, and is told as its loss.
  failed.promise.catch(() => {});
  await Promise.race([once(client, 'ready'), failed.promise]);
  client.setNoDelay(true);
  return {
    /** Has it listen on this port, and hands what comes there over to the same port here. */
    listen: (local: number): Promise<void> => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      // The empty address stands for all of the container's (RFC 4254, 7.1): its network has others than its loopback.
      client.forwardIn('', local, (error) => (error === undefined ? resolve() : reject(error)));
      return promise;
    },
    lost: lost.promise,
    get used() {
      return used;
    },
    end: () => {
      ended = true;
      client.end();
    },
  };
}

/** Joins a connection of the forwarder's with one to this port of here; where one of them fails or closes, so does the other. */
function handOver(channel: ClientChannel, port: number): void {
  const socket = connect({ host: loopback, port, noDelay: true, allowHalfOpen: true });
  channel.pipe(socket).pipe(channel);
  for (const event of ['error', 'close'] as const) {
    socket.once(event, () => channel.destroy());
    // What was said last is still on its way.
    channel.once(event, () => socket.destroySoon());
  }
}
