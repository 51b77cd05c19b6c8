import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { parser as createParser, type Packet } from 'mqtt-packet';

/** The traffic of one connection of a device: SUBSCRIBE packets, and messages from the server, each of which ends an exchange. */
export interface ConnectionTraffic {
  readonly subscriptions: number;
  readonly exchanges: number;
}

/**
 * Counts the traffic of devices, with a TCP proxy in front of the server on this machine.
 *
 * @param work connects devices to the given port
 * @returns the connections on which a device sent CONNECT, in order
 */
export async function countTraffic(
  server: { readonly host: string; readonly port: number },
  work: (port: number) => Promise<unknown>,
): Promise<readonly ConnectionTraffic[]> {
  const connections: { subscriptions: number; exchanges: number }[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer({ noDelay: true }, (near) => {
    const far = createConnection({ host: server.host, port: server.port, noDelay: true });
    const traffic = { subscriptions: 0, exchanges: 0 };
    const forward = (from: Socket, to: Socket, count: (packet: Packet) => void): void => {
      const parser = createParser();
      parser.on('packet', count);
      from.on('data', (bytes) => {
        to.write(bytes);
        parser.parse(bytes);
      });
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      sockets.add(from);
    };
    forward(near, far, ({ cmd }) => {
      if (cmd === 'connect') connections.push(traffic);
      if (cmd === 'subscribe') traffic.subscriptions += 1;
    });
    forward(far, near, ({ cmd }) => {
      if (cmd === 'publish') traffic.exchanges += 1;
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  try {
    await work((proxy.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  }
  return connections;
}
