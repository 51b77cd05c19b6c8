import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { nextLook, type Sign } from './readiness.ts';

/** Between two attempts to connect, in ms. */
const RETRY_MS = 20;

/**
 * Ports below those that a system gives to outgoing connections and to whoever asks for any port (Linux from 32768, others from 49152):
 * nobody else takes one by chance between the moment at which it was found free and the moment at which the implementation listens, and
 * no attempt to connect to it can meet itself, or a stranger, and be taken for the implementation.
 */
const quiet = { least: 20_000, most: 32_767 };

/** How many ports are tried. */
const TRIES = 100;

/**
 * A TCP port of this machine that nobody listens on at this moment, and that nobody is given by chance.
 *
 * @throws Error when the address is none of this machine, or no port was free
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let left = TRIES; ; left -= 1) {
    const port = randomInt(quiet.least, quiet.most + 1);
    const server = createServer().listen(port, host);
    try {
      await once(server, 'listening');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (left > 1 && (code === 'EADDRINUSE' || code === 'EACCES')) continue;
      throw error;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}

/** Where a connection is tried. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /**
   * How long a connection must stay open to count, in ms. A container engine's proxy accepts every connection at once and
   * drops it again when nothing listens inside; only a connection that is kept shows a server. 0 where nothing stands between.
   */
  readonly keptMs: number;
  /** The place as messages name it. */
  readonly shown?: string;
}

/** A port that accepts a connection. */
export function portSign(endpoint: Endpoint): Sign {
  return async (giveUp) => {
    const { host, port, shown = `port ${port} of ${host}` } = endpoint;
    let refusal = `${shown} did not answer the attempt to connect`;
    for (;;) {
      const outcome = await connectOnce({ ...endpoint, shown }, giveUp);
      if (outcome === 'accepted') return undefined;
      if (outcome !== 'given up') refusal = outcome;
      if (giveUp.aborted) return refusal;
      await nextLook(RETRY_MS, giveUp);
    }
  };
}

/** One attempt: `accepted`, `given up`, or in words why it failed. */
function connectOnce({ host, port, keptMs, shown }: Required<Endpoint>, giveUp: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    let kept: NodeJS.Timeout | undefined;
    const settle = (outcome: string): void => {
      clearTimeout(kept);
      giveUp.removeEventListener('abort', abort);
      socket.destroy();
      resolve(outcome);
    };
    const abort = (): void => settle('given up');
    giveUp.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => {
      // Where nobody listens, a connection may still come about: to itself, when it happens to leave from the very port that it goes to.
      if (socket.localPort === port && socket.localAddress === socket.remoteAddress)
        settle(inWords({ code: 'ECONNREFUSED' }, host, shown));
      else if (keptMs === 0) settle('accepted');
      else kept = setTimeout(() => settle('accepted'), keptMs);
    });
    socket.once('data', () => settle('accepted'));
    socket.on('error', (error: NodeJS.ErrnoException) => settle(inWords(error, host, shown)));
    socket.once('close', () => settle(inWords({ code: 'ECONNRESET' }, host, shown)));
  });
}

function inWords({ code, message = '' }: Partial<NodeJS.ErrnoException>, host: string, place: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return `${place} refused the connection: nothing listens there`;
    case 'ECONNRESET':
      return `${place} accepted the connection and closed it again: nothing listens behind it`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `there is no host named ${host}`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `there is no way to ${host}`;
    default:
      return `${place}: ${message}`;
  }
}
