import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';

/** What a link adds to each direction, in ms. */
export interface Latency {
  /** From the side that connected to the side that listens. */
  readonly forth: number;
  readonly back: number;
}

/** Hears what passes one connection of a link; it changes nothing. */
export interface Tap {
  /** Bytes have come. @returns told just before they are handed on; never called when the other side is gone by then */
  came(direction: keyof Latency, bytes: Buffer): () => void;
  /** One side has ended the connection, or it broke there. Not told of what the suite ends itself. */
  ended(side: 'near' | 'far', fault?: Error): void;
}

/** How a link differs from the usual. */
export interface LinkOptions {
  /** Where it listens; the loopback by default. */
  readonly host?: string;
  /** Called for each connection. */
  readonly tap?: () => Tap;
}

/** A TCP link in the suite's own process: bytes pass it in order, each after the latency of its direction. */
export class Link implements AsyncDisposable {
  readonly host: string;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #swallows = false;
  #hurries = false;
  readonly #joined = new Set<() => void>();
  readonly #passed = new Set<() => void>();

  private constructor(server: Server, host: string) {
    this.#server = server;
    this.host = host;
  }

  /**
   * Opens a link to an address; it listens on a free port.
   *
   * @throws Error of node:net (EADDRNOTAVAIL) when it cannot listen on that host
   */
  static async open(
    { host, port }: { readonly host: string; readonly port: number },
    latency: Latency,
    { host: own = '127.0.0.1', tap }: LinkOptions = {},
  ): Promise<Link> {
    const server = createServer({ noDelay: true });
    const link = new Link(server, own);
    server.on('connection', (near) => link.#join(near, createConnection({ host, port, noDelay: true }), latency, tap?.()));
    server.listen(0, link.host);
    await once(server, 'listening');
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Settles when the next connection leads from one end to the other, or has closed. The side that connects is told earlier. */
  nextJoined(): Promise<void> {
    return new Promise((resolve) => this.#joined.add(resolve));
  }

  /** Settles when the next bytes from the side that connected have been handed to the side that listens, or a connection has closed. */
  nextForth(): Promise<void> {
    return new Promise((resolve) => this.#passed.add(resolve));
  }

  /** Has bytes pass at once while something is only prepared: what is to be slow comes after it, and nothing is on its way by then. */
  async atOnce<T>(prepare: () => Promise<T>): Promise<T> {
    this.#hurries = true;
    try {
      return await prepare();
    } finally {
      this.#hurries = false;
    }
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

  #join(near: Socket, far: Socket, { forth, back }: Latency, tap?: Tap): void {
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    far.once('connect', () => tell(this.#joined));
    this.#carry(
      near,
      far,
      forth,
      (bytes) => tap?.came('forth', bytes),
      () => tell(this.#passed),
    );
    this.#carry(far, near, back, (bytes) => tap?.came('back', bytes));
    for (const [side, socket] of [
      ['near', near],
      ['far', far],
    ] as const) {
      socket.on('end', () => tap?.ended(side));
      socket.on('error', (fault) => tap?.ended(side, fault));
    }
    // Not with the first of the two: the other one may stay open, where everything is swallowed.
    for (const socket of pair)
      socket.on('close', () => {
        if (!near.closed || !far.closed) return;
        this.#pairs.delete(pair);
        tell(this.#joined);
        tell(this.#passed);
      });
  }

  #carry(
    from: Socket,
    to: Socket,
    latency: number,
    came: (bytes: Buffer) => (() => void) | undefined,
    passed: () => void = () => {},
  ): void {
    const deliver = (act: () => void): void => {
      const due = (): void => {
        if (!this.#swallows && !to.destroyed) act();
      };
      if (latency === 0 || this.#hurries) due();
      // What is on the way when all connections are gone keeps no process from its end.
      else setTimeout(due, latency).unref();
    };
    from.on('data', (bytes: Buffer) => {
      const passes = came(bytes);
      deliver(() => {
        passes?.();
        to.write(bytes);
        passed();
      });
    });
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
