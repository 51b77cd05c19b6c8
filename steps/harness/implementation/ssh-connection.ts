import { once } from 'node:events';
import { type AddressInfo, connect, createServer, isIP, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ClientChannel } from 'ssh2';
import { portSign } from './port-sign.ts';
import { nextLook, type Sign } from './readiness.ts';
import { StallProbe } from './stall-probe.ts';

/** How long the SSH server may take to accept connections, and for each step of the handshake, in ms. */
const readyMs = 20_000;

/**
 * How often the SSH server is pinged, in ms, and how many pings in a row it may miss before the connection counts as broken. A connection
 * that only stalls, as on a busy machine, is not broken: what came late by that is the business of {@link StallProbe}.
 */
const [pingMs, mostMissed] = [1_000, 10];

/** Between two attempts to reach a port, in ms. */
const retryMs = 100;

/** SSH's reason code for a channel that the far end refused to open (RFC 4254, 5.1). */
const connectFailed = 2;

const loopback = '127.0.0.1';

/** Where an SSH server is, and the password of its user root. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly password: string;
}

/** A port of this machine's loopback that leads to one of a container. */
export interface ForwardedPort {
  readonly port: number;
  /** Ready when the container's port accepts a connection. */
  readonly sign: Sign;
  /** Accepts no further connections. */
  close(): void;
}

/** A connection to an SSH server that forwards ports both ways. */
export interface SshConnection {
  /** Settles with why the connection is unusable, if it becomes so before {@link end}. */
  readonly lost: Promise<string>;
  /** Whether a connection from the far end has arrived, apart from the probe's. */
  readonly used: boolean;
  /** Runs a command at the far end. @returns what it prints @throws Error of SSH */
  run(command: string): Promise<string>;
  /** Forwards a port of the far end to the port of the same number of this machine's loopback. @throws Error of SSH */
  listen(port: number): Promise<void>;
  /** Forwards a free port of this machine's loopback to a port of a host at the far end. */
  lead(host: string, port: number): Promise<ForwardedPort>;
  /** Starts to measure how long the connection stalls. @throws Error of SSH */
  probeStalls(): Promise<StallProbe>;
  /** Closes the connection. */
  end(): void;
}

/** An error of a channel that was not opened; `reason` is SSH's code, when the far end gave one. */
interface ChannelFailure extends Error {
  readonly reason?: number;
}

/**
 * Connects to an SSH server.
 *
 * @throws Error when it does not answer within 20 s, or refuses the password
 */
export async function connectTo({ host, port, password }: Login): Promise<SshConnection> {
  // An SSH server speaks first: a proxy in front of it may accept a connection that leads nowhere.
  const silence = await portSign({ host, port, keptMs: readyMs })(AbortSignal.timeout(readyMs));
  if (silence !== undefined) throw new Error(silence);
  const { Client } = await import('ssh2');
  const client = new Client();
  let [used, ended] = [false, false];
  let echoPort: number | undefined;
  client.on('tcp connection', ({ destPort }, accept) => {
    if (destPort !== echoPort) used = true;
    const socket = connect({ host: loopback, port: destPort, noDelay: true, allowHalfOpen: true });
    join(accept(), socket);
  });
  const lost = Promise.withResolvers<string>();
  const lose = (why: string): void => {
    if (!ended) lost.resolve(why);
  };
  client.on('close', () => lose('the container that forwards connections between the Docker engine and the suite is gone'));
  const failed = Promise.withResolvers<never>();
  client.on('error', (error) => failed.reject(error));
  client.connect({
    host,
    port,
    username: 'root',
    password,
    readyTimeout: readyMs,
    keepaliveInterval: pingMs,
    keepaliveCountMax: mostMissed,
  });
  // A later error closes the connection, which `lost` reports.
  failed.promise.catch(() => {});
  await Promise.race([once(client, 'ready'), failed.promise]);
  client.setNoDelay(true);

  /** @throws ChannelFailure */
  const open = (farHost: string, farPort: number): Promise<ClientChannel> =>
    new Promise((resolve, reject) => {
      client.forwardOut(loopback, 0, farHost, farPort, (error, channel) => {
        if (error === undefined) resolve(channel);
        else reject(error);
      });
    });

  const run = (command: string): Promise<string> =>
    new Promise((resolve, reject) => {
      client.exec(command, (error, channel) => {
        if (error !== undefined) reject(error);
        else void text(channel).then(resolve, reject);
      });
    });

  const refused = (error: ChannelFailure): void => {
    if (error.reason !== connectFailed)
      lose(`the container that forwards connections to the cluster let none pass: ${error.message}`);
  };

  const listen = (local: number): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // The empty host means all addresses of the container (RFC 4254, 7.1), not only its loopback.
    client.forwardIn('', local, (error) => (error === undefined ? resolve() : reject(error)));
    return promise;
  };

  return {
    run,
    listen,
    probeStalls: async () => {
      const echo = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, loopback);
      await once(echo, 'listening');
      echoPort = (echo.address() as AddressInfo).port;
      await listen(echoPort);
      return new StallProbe(await open(loopback, echoPort), echo);
    },
    lead: async (name, farPort) => {
      let farHost = name;
      const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) => {
        socket.on('error', () => {});
        open(farHost, farPort).then(
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
      // A device that still connects to a stopped server must not keep the suite alive.
      server.unref();
      return {
        port: (server.address() as AddressInfo).port,
        sign: async (giveUp) => {
          for (;;) {
            // Resolve the name now: a later fault of the cluster's name server must not look like a server that is gone.
            farHost = firstAddress(await run(`getent hosts ${name}`).catch(() => '')) ?? name;
            const failure = await open(farHost, farPort).then(
              (channel) => {
                channel.close();
                return undefined;
              },
              (error: ChannelFailure) => error,
            );
            if (failure === undefined) return undefined;
            refused(failure);
            if (giveUp.aborted) return `port ${farPort} of the container did not accept a connection: ${failure.message}`;
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

/** The first word of a command's output that is an IP address; undefined when there is none. */
export function firstAddress(words: string): string | undefined {
  return words.split(/\s+/).find((word) => isIP(word) !== 0);
}

/** Pipes a channel and a socket into each other; when one of them fails or closes, so does the other. */
function join(channel: ClientChannel, socket: Socket): void {
  channel.pipe(socket).pipe(channel);
  channel.on('error', () => {});
  for (const event of ['error', 'close'] as const) {
    socket.once(event, () => channel.destroy());
    // Let the last bytes leave first.
    channel.once(event, () => socket.destroySoon());
  }
  if (socket.destroyed) channel.destroy();
}
