import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';

/** What a link adds to each direction, in ms. */
export interface Latency {
  /** From the side that connected to the side that listens. */
  readonly forth: number;
  readonly back: number;
}

/** A TCP link in the suite's own process: bytes pass it in order, each after the latency of its direction. */
export class Link implements AsyncDisposable {
  readonly host = '127.0.0.1';
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #swallows = false;
  readonly #joined = new Set<() => void>();
  readonly #passed = new Set<() => void>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Opens a link to an address; it listens on a free port of the loopback. */
  static async open({ host, port }: { readonly host: string; readonly port: number }, latency: Latency): Promise<Link> {
    const server = createServer({ noDelay: true });
    const link = new Link(server);
    server.on('connection', (near) => link.#join(near, createConnection({ host, port, noDelay: true }), latency));
    server.listen(0, link.host);
    await once(server, 'listening');
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Settles when the next connection leads from one end to the other, or has closed: whoever connects is told before that. */
  nextJoined(): Promise<void> {
    return new Promise((resolve) => this.#joined.add(resolve));
  }

  /** Settles when the next bytes from the side that connected have been handed to the side that listens, or a connection has closed. */
  nextForth(): Promise<void> {
    return new Promise((resolve) => this.#passed.add(resolve));
  }

  /** Resets every connection that passes the link: both ends see it break at once. */
  reset(): void {
    for (const [near, far] of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  /** From now on everything is swallowed, and neither end notices: a half-open connection. */
  swallow(): void {
    this.#swallows = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const sockets of this.#pairs) for (const socket of sockets) socket.destroy();
    await closed;
  }

  #join(near: Socket, far: Socket, { forth, back }: Latency): void {
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    far.once('connect', () => tell(this.#joined));
    this.#carry(near, far, forth, () => tell(this.#passed));
    this.#carry(far, near, back);
    // Not with the first of the two: the other one may stay open, where everything is swallowed.
    for (const socket of pair)
      socket.on('close', () => {
        if (!near.closed || !far.closed) return;
        this.#pairs.delete(pair);
        tell(this.#joined);
        tell(this.#passed);
      });
  }

  #carry(from: Socket, to: Socket, latency: number, passed: () => void = () => {}): void {
    const deliver = (act: () => void): void => {
      const due = (): void => {
        if (!this.#swallows && !to.destroyed) act();
      };
      if (latency === 0) due();
      else setTimeout(due, latency);
    };
    from.on('data', (bytes) =>
      deliver(() => {
        to.write(bytes);
        passed();
      }),
    );
    from.on('end', () => deliver(() => to.end()));
    // What broke is told to the other end by the close that follows.
    from.on('error', () => {});
    from.on('close', () => deliver(() => to.destroy()));
  }
}

function tell(waiting: Set<() => void>): void {
  for (const resolve of waiting) resolve();
  waiting.clear();
}
