import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

/**
 * A port on which nothing listens, so the operating system refuses every connection (ECONNREFUSED). The port stays closed: it is the
 * local end of an open connection, so no other program gets it meanwhile.
 */
export class ClosedPort implements Disposable {
  #ends: readonly Socket[] = [];

  /** Reserves the port on an address of this machine. @returns the port @throws Error of node:net (EADDRNOTAVAIL) */
  async listen(host: string): Promise<number> {
    const server = createServer();
    server.listen(0, host);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const far = once(server, 'connection') as Promise<[Socket]>;
    const near = createConnection({ host, port, localAddress: host });
    await once(near, 'connect');
    const [accepted] = await far;
    server.close();
    this.#ends = [near, accepted];
    for (const end of this.#ends) end.on('error', () => {});
    return near.localPort ?? 0;
  }

  [Symbol.dispose](): void {
    for (const end of this.#ends) end.destroy();
  }
}
