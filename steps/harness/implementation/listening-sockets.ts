/** A TCP socket that listens. */
export interface ListeningSocket {
  /** `0.0.0.0`, `127.0.0.1`, `::`, `::1`; any other address as `other`. */
  readonly address: '0.0.0.0' | '127.0.0.1' | '::' | '::1' | 'other';
  readonly port: number;
}

/** Addresses by their spelling in the tables of Linux. */
const addresses: ReadonlyMap<string, ListeningSocket['address']> = new Map([
  ['00000000', '0.0.0.0'],
  ['0100007F', '127.0.0.1'],
  ['0'.repeat(32), '::'],
  [`${'0'.repeat(24)}01000000`, '::1'],
]);

/** The tables that {@link listeningSockets} reads. */
export const socketTables: readonly string[] = ['/proc/net/tcp', '/proc/net/tcp6'];

/** What listens, by the text of `/proc/net/tcp` and `/proc/net/tcp6`. */
export function listeningSockets(tables: string): ListeningSocket[] {
  return [...tables.matchAll(/^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A /gm)].map(
    ([, address = '', port = '']) => ({
      address: addresses.get(address) ?? 'other',
      port: Number.parseInt(port, 16),
    }),
  );
}

/** Why a server is not reached at its port, and what to do, in sentences. */
export interface Unreached {
  readonly seen: string;
  readonly advice: string;
}

/** Why a server in a container is not reached at its port, and what to do; undefined where its sockets do not show it. */
export function whyUnreached(sockets: readonly ListeningSocket[], port: number): Unreached | undefined {
  const own = sockets.filter((socket) => socket.port === port);
  if (own.length > 0) {
    if (!own.every(({ address }) => address === '127.0.0.1' || address === '::1')) return undefined;
    return {
      seen: `inside the container it listens on ${own[0]?.address}:${port} only`,
      advice: 'Let it listen on 0.0.0.0: 127.0.0.1 is reached from within the container only.',
    };
  }
  const others = [
    ...new Set(sockets.filter(({ address }) => address !== 'other').map((socket) => `${socket.address}:${socket.port}`)),
  ];
  if (others.length === 0)
    return { seen: 'nothing listens inside the container', advice: 'Check why the server does not listen.' };
  return {
    seen: `inside the container it listens on ${others.slice(0, 5).join(', ')}`,
    advice: `Set container.port in the target file to the port on which it listens, or let it listen on 0.0.0.0:${port}.`,
  };
}
