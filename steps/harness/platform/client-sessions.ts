import type { IConnectPacket } from 'mqtt-packet';
import type { ClientConnection } from './client-connection.ts';
import type { Subscription } from './subscriptions.ts';

/** Session expiry of MQTT 5 that means never, in s. */
const never = 0xffff_ffff;

/** What outlives a connection. */
interface Session {
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  readonly connection: ClientConnection;
  /** How long it outlives the connection, in s. */
  readonly expiryS: number;
}

/** The sessions of one device by MQTT client id: MQTT 3.1.1 with Clean Session off, MQTT 5 with a session expiry. */
export class ClientSessions {
  readonly #sessions = new Map<string, Session>();

  /** A CONNECT was accepted: the connection resumes the session that its client id has, and an older connection of the client id ends. */
  connected(packet: IConnectPacket, connection: ClientConnection, open: Iterable<ClientConnection>): void {
    const { clientId, clean, properties } = packet;
    if (clientId === '') return;
    for (const other of open)
      if (other !== connection && other.ending === undefined && other.connect?.clientId === clientId) other.takeOver();
    const session = this.#sessions.get(clientId);
    this.#sessions.delete(clientId);
    if (clean !== true && session !== undefined && lives(session)) connection.resume(session.subscriptions);
    const expiryS = connection.version === 5 ? (properties?.sessionExpiryInterval ?? 0) : clean === true ? 0 : never;
    if (expiryS > 0) this.#sessions.set(clientId, { subscriptions: connection.subscriptions, connection, expiryS });
  }
}

function lives({ connection, expiryS }: Session): boolean {
  const { ending } = connection;
  return ending === undefined || expiryS === never || Date.now() - ending.wallMs < expiryS * 1000;
}
