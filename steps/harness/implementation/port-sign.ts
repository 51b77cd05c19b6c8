import { connect } from 'node:net';
import { nextLook, type Sign } from './readiness.ts';

/** Between two attempts to connect, in ms. */
const RETRY_MS = 20;

/** Where a connection is tried. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /**
   * How long a connection must stay open to count, in ms; 0 when nothing stands in between. The proxy of a container engine accepts
   * every connection at once, and closes it again when nothing listens inside.
   */
  readonly keptMs: number;
  /** The endpoint as messages name it; "port … of …" by default. */
  readonly shown?: string;
}

/** Ready when a port accepts a connection. */
export function portSign(endpoint: Endpoint): Sign {
  return async (giveUp) => {
    const { host, port, shown = `port ${port} of ${host}` } = endpoint;
    let refusal = `${shown} did not answer the attempt to connect`;
    for (;;) {
      const attempt = await connectOnce(endpoint, giveUp);
      if (attempt.outcome === 'accepted') return undefined;
      if (attempt.outcome === 'refused') refusal = inWords(attempt, host, shown);
      if (giveUp.aborted) return refusal;
      await nextLook(RETRY_MS, giveUp);
    }
  };
}

type PortAttempt = { readonly outcome: 'accepted' | 'given up' } | PortRefusal;

/** `code` is that of node:net where it has one. */
interface PortRefusal {
  readonly outcome: 'refused';
  readonly code: string | undefined;
  readonly message: string;
}

function connectOnce({ host, port, keptMs }: Endpoint, giveUp: AbortSignal): Promise<PortAttempt> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    let kept: NodeJS.Timeout | undefined;
    const settle = (attempt: PortAttempt): void => {
      clearTimeout(kept);
      giveUp.removeEventListener('abort', abort);
      socket.destroy();
      resolve(attempt);
    };
    const accept = (): void => settle({ outcome: 'accepted' });
    const refuse = (code: string | undefined, message = ''): void => settle({ outcome: 'refused', code, message });
    const abort = (): void => settle({ outcome: 'given up' });
    giveUp.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => {
      // TCP lets a socket connect to itself when its own port is the one that it connects to: that is no server.
      if (socket.localPort === port && socket.localAddress === socket.remoteAddress) refuse('ECONNREFUSED');
      else if (keptMs === 0) accept();
      else kept = setTimeout(accept, keptMs);
    });
    socket.once('data', accept);
    socket.on('error', ({ code, message }: NodeJS.ErrnoException) => refuse(code, message));
    socket.once('close', () => refuse('ECONNRESET'));
  });
}

function inWords({ code, message }: PortRefusal, host: string, place: string): string {
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
