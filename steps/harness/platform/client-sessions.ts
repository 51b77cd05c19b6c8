import type { IConnectPacket } from 'mqtt-packet';
import type { ClientConnection } from './client-connection.ts';
import { never } from './client-protocol.ts';
import type { Subscription } from './subscriptions.ts';

/** What outlives a connection. */
interface Session {
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  readonly connection: ClientConnection;
}

/** The sessions of one device by MQTT client id: MQTT 3.1.1 with Clean Session off, MQTT 5 with a session expiry. */
export class ClientSessions {
  readonly #sessions = new Map<string, Session>();

  /** A CONNECT was accepted: the connection resumes the session that its client id has, and an older connection of the client id ends. */
  connected(packet: IConnectPacket, connection: ClientConnection, open: Iterable<ClientConnection>): void {
    const { clientId, clean } = packet;
    if (clientId === '') return;
    for (const other of open)
      if (other !== connection && other.ending === undefined && other.connect?.clientId === clientId)
        other.close(0x8e, 'its client id connected again');
    const session = this.#sessions.get(clientId);
    this.#sessions.delete(clientId);
    if (clean !== true && session !== undefined && lives(session)) connection.resume(session.subscriptions);
    if (connection.sessionExpiryS > 0) this.#sessions.set(clientId, { subscriptions: connection.subscriptions, connection });
  }
}

function lives({ connection: { ending, sessionExpiryS: expiryS } }: Session): boolean {
  return ending === undefined || expiryS === never || Date.now() - ending.wallMs < expiryS * 1000;
}
