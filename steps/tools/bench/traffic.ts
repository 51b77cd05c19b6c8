import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';
import { parser as createParser, type Packet } from 'mqtt-packet';

/** What a device did on one connection. */
export interface ConnectionTraffic {
  /** SUBSCRIBE packets. */
  subscriptions: number;
  /** Messages that the server sent: each is the answer that ends an exchange. */
  exchanges: number;
}

/** A TCP proxy in front of a server that counts, connection by connection, what passes. */
export class TrafficCounter implements AsyncDisposable {
  /** The connections on which a device sent CONNECT, in order. */
  readonly connections: ConnectionTraffic[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Opens the proxy on a free port of the loopback. */
  static async open({ host, port }: { readonly host: string; readonly port: number }): Promise<TrafficCounter> {
    const server = createServer({ noDelay: true });
    const counter = new TrafficCounter(server);
    server.on('connection', (near) => counter.#join(near, createConnection({ host, port, noDelay: true })));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return counter;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket, far: Socket): void {
    const traffic: ConnectionTraffic = { subscriptions: 0, exchanges: 0 };
    this.#carry(near, far, ({ cmd }) => {
      if (cmd === 'connect') this.connections.push(traffic);
      if (cmd === 'subscribe') traffic.subscriptions += 1;
    });
    this.#carry(far, near, ({ cmd }) => {
      if (cmd === 'publish') traffic.exchanges += 1;
    });
  }

  #carry(from: Socket, to: Socket, see: (packet: Packet) => void): void {
    this.#sockets.add(from);
    const parser = createParser();
    parser.on('packet', see);
    from.on('data', (bytes) => {
      to.write(bytes);
      parser.parse(bytes);
    });
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
