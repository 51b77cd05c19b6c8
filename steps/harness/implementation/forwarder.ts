import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, isIP, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ClientChannel } from 'ssh2';
import type { Engine } from './engine.ts';
import { EnvironmentError } from './errors.ts';
import { portSign } from './free-port.ts';
import { nextLook, type Sign } from './readiness.ts';
import { OWNER_LABEL, RUN } from './run-owner.ts';

/** The port of the image's SSH server. */
const sshPort = 22;

/** How long its SSH server may take to accept connections, and each step of SSH, in ms. */
const readyMs = 20_000;

/**
 * How often the SSH server is asked whether it is there, in ms, and how often it may be silent: less than an implementation is given to
 * answer, so that what a way that stands still has swallowed is never taken for its silence.
 */
const [pulseMs, mostMissed] = [1_000, 2];

/** Between two bytes that are sent to and fro to see that the way is open, in ms. */
const beatMs = 100;

/** From how long on a byte that is on its way is a way that stands still, in ms. */
const stallMs = 250;

/** Between two attempts to reach a port, in ms. */
const retryMs = 100;

/** What SSH calls a channel that could not be opened because the far end refused it (RFC 4254, 5.1). */
const connectFailed = 2;

const loopback = '127.0.0.1';

/**
 * A container of an engine on another machine, by which the containers of its network reach ports of this machine: testcontainers' own
 * SSH server, which listens there and hands each connection over to here. (testcontainers' exposeHostPorts is not used: it puts every
 * container that it starts into the open network, tells them of the forwarder by a name that pods are not given, and a connection that
 * this machine resets ends the process.) In a cluster the suite reaches servers through it as well: what forwards ports of pods accepts
 * every connection, and breaks some, unseen; this one connection is seen to break.
 */
export interface Forwarder {
  /** Its address in the network. */
  readonly address: string;
  /** Settles, if ever, with why it no longer works: what implementations do afterwards says nothing about them. */
  readonly lost: Promise<string>;
  /** Whether any connection has come by it. */
  readonly used: boolean;
  /**
   * For how long the way there and back has stood still at most since a moment of performance.now(), in ms: answers may have been late by as
   * much. Always 0 but in a cluster.
   */
  stoodStillMs(since?: number): number;
  /** Lets containers reach this port of this machine's loopback, under the same number. Safe to call twice. */
  forward(port: number): Promise<void>;
  /** Makes a port of this machine's loopback that leads to one in the network. @param name of a container in it */
  lead(name: string, port: number): Promise<Passage>;
  close(): Promise<void>;
}

/** A port of this machine's loopback that leads to one of a container. */
export interface Passage {
  readonly port: number;
  /** That the container's port accepts a connection. */
  readonly sign: Sign;
  close(): void;
}

/**
 * Starts a forwarder in a network.
 *
 * @param network its name
 * @throws EnvironmentError when its image is not to be had, or it does not answer
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
        // Elsewhere it is in the engine's own network as well, because the other one leads nowhere.
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
    // An API in front of a cluster has no address of a pod: the pod itself has.
    const address = cluster ? firstAddress(await connection.run('hostname -i')) : Networks[network]?.IPAddress;
    if (address === undefined) throw new Error('it has no address there');
    const pulse = cluster ? await connection.feelPulse() : undefined;
    const forwarded = new Map<number, Promise<void>>();
    const made = id;
    return {
      address,
      lost: connection.lost,
      get used() {
        return connection.used;
      },
      stoodStillMs: (since = 0) => pulse?.longestMs(since) ?? 0,
      forward: (local) => {
        const known = forwarded.get(local) ?? connection.listen(local);
        forwarded.set(local, known);
        return known;
      },
      lead: connection.lead,
      close: async () => {
        pulse?.stop();
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

/** The first word that is an address. */
function firstAddress(words: string): string | undefined {
  return words.split(/\s+/).find((word) => isIP(word) !== 0);
}

/** @throws EnvironmentError */
async function forwarderImage(engine: Engine): Promise<string> {
  const { client, testcontainers } = engine;
  const { SSHD_IMAGE: image } = await import('testcontainers/build/port-forwarder/port-forwarder.js');
  const name = testcontainers.ImageName.fromString(image);
  const failure = await client.image.pull(name).then(
    () => '',
    (error: unknown) => `: ${error instanceof Error ? error.message : String(error)}`,
  );
  if (await client.image.exists(name)) return image;
  throw unreachable(engine, `the image is not there and could not be pulled${failure}`, image);
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
  // It speaks first: what forwards its port may keep a connection that leads nowhere.
  const silence = await portSign({ host, port, keptMs: readyMs })(AbortSignal.timeout(readyMs));
  if (silence !== undefined) throw new Error(silence);
  const { Client } = await import('ssh2');
  const client = new Client();
  let [used, ended] = [false, false];
  let echoed: number | undefined;
  client.on('tcp connection', ({ destPort }, accept) => {
    if (destPort !== echoed) used = true;
    const socket = connect({ host: loopback, port: destPort, noDelay: true, allowHalfOpen: true });
    join(accept(), socket);
  });
  const lost = Promise.withResolvers<string>();
  client.on('close', () => {
    if (!ended) lost.resolve('the container that forwards connections between the Docker engine and the suite is gone');
  });
  const failed = Promise.withResolvers<never>();
  client.on('error', (error) => failed.reject(error));
  client.connect({
    host,
    port,
    username: 'root',
    password,
    readyTimeout: readyMs,
    keepaliveInterval: pulseMs,
    keepaliveCountMax: mostMissed,
  });
  // A later error closes the connection, and is told as its loss.
  failed.promise.catch(() => {});
  await Promise.race([once(client, 'ready'), failed.promise]);
  client.setNoDelay(true);

  /** Opens a connection from there to a port of there. @throws ChannelFailure */
  const open = (name: string, far: number): Promise<ClientChannel> =>
    new Promise((resolve, reject) => {
      client.forwardOut(loopback, 0, name, far, (error, channel) => {
        if (error === undefined) resolve(channel);
        else reject(error);
      });
    });

  /** Runs a command there. @returns what it prints @throws Error */
  const run = (command: string): Promise<string> =>
    new Promise((resolve, reject) => {
      client.exec(command, (error, channel) => {
        if (error !== undefined) reject(error);
        else void text(channel).then(resolve, reject);
      });
    });

  const refused = (error: ChannelFailure): void => {
    if (error.reason !== connectFailed && !ended)
      lost.resolve(`the container that forwards connections to the cluster let none pass: ${error.message}`);
  };

  /** Has it listen on this port, and hands what comes there over to the same port here. */
  const listen = (local: number): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // The empty address stands for all of the container's (RFC 4254, 7.1): its network has others than its loopback.
    client.forwardIn('', local, (error) => (error === undefined ? resolve() : reject(error)));
    return promise;
  };

  return {
    run,
    listen,
    /** Keeps a byte on its way there and back again, to see when that takes long. */
    feelPulse: async (): Promise<Pulse> => {
      const echo = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, loopback);
      await once(echo, 'listening');
      echoed = (echo.address() as AddressInfo).port;
      await listen(echoed);
      return new Pulse(await open(loopback, echoed), echo);
    },
    lead: async (name: string, far: number): Promise<Passage> => {
      let place = name;
      const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) => {
        socket.on('error', () => {});
        open(place, far).then(
          (channel) => {
            join(channel, socket);
            socket.resume();
          },
          (error: ChannelFailure) => {
            refused(error);
            socket.resetAndDestroy();
          },
        );
      }).listen(0, loopback);
      await once(server, 'listening');
      // Whoever still speaks when nobody is to be reached any more.
      server.unref();
      return {
        port: (server.address() as AddressInfo).port,
        sign: async (giveUp) => {
          for (;;) {
            // Once it is there, a name server that stumbles must not be taken for a server that is gone.
            place = firstAddress(await run(`getent hosts ${name}`).catch(() => '')) ?? name;
            const failure = await open(place, far).then(
              (channel) => {
                channel.close();
                return undefined;
              },
              (error: ChannelFailure) => error,
            );
            if (failure === undefined) return undefined;
            refused(failure);
            if (giveUp.aborted) return `port ${far} of the container did not accept a connection: ${failure.message}`;
            await nextLook(retryMs, giveUp);
          }
        },
        close: () => void server.close(),
      };
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

/** A byte that is always on its way to the forwarder and back. */
class Pulse {
  readonly #channel: ClientChannel;
  readonly #echo: Server;
  #next: NodeJS.Timeout | undefined;
  #sent: number | undefined;
  /** When each that took long was back, and what it took, in ms. */
  readonly #stalls: [number, number][] = [];

  constructor(channel: ClientChannel, echo: Server) {
    this.#channel = channel;
    this.#echo = echo;
    channel.on('error', () => {});
    channel.on('data', () => {
      const took = this.#underwayMs();
      if (took > stallMs) this.#stalls.push([performance.now(), took]);
      this.#sent = undefined;
      this.#next = setTimeout(this.#beat, beatMs).unref();
    });
    this.#beat();
  }

  longestMs(since: number): number {
    return Math.max(this.#underwayMs(), ...this.#stalls.map(([back, took]) => (back < since ? 0 : took)));
  }

  #underwayMs(): number {
    return this.#sent === undefined ? 0 : performance.now() - this.#sent;
  }

  readonly #beat = (): void => {
    this.#sent = performance.now();
    this.#channel.write('.');
  };

  stop(): void {
    clearTimeout(this.#next);
    this.#channel.destroy();
    this.#echo.close();
  }
}

/** An error of a channel that was not opened; `reason` is SSH's number for why, where the other side said it. */
interface ChannelFailure extends Error {
  readonly reason?: number;
}

/** Joins a connection of the forwarder's with one of here; where one of them fails or closes, so does the other. */
function join(channel: ClientChannel, socket: Socket): void {
  channel.pipe(socket).pipe(channel);
  channel.on('error', () => {});
  for (const event of ['error', 'close'] as const) {
    socket.once(event, () => channel.destroy());
    // What was said last is still on its way.
    channel.once(event, () => socket.destroySoon());
  }
  if (socket.destroyed) channel.destroy();
}
