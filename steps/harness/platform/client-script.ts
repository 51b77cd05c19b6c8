import type { IConnectPacket, ISubscribePacket } from 'mqtt-packet';
import type { ClientConnection, ClientMessage } from './client-connection.ts';
import type { ConnectDecision, SubscribeDecision } from './client-decision.ts';

/**
 * What the platform does for a device. Without a function of the script it does what a well-behaved platform does, except that no
 * request is answered without `onRequest`.
 */
export interface Script {
  /** Whether messages reach the device without a SUBSCRIBE of its own. */
  readonly autoSubscription?: boolean;
  /**
   * `refuse` resets the TCP connection as soon as it is accepted. Only in the script for unrecognised clients: at this point no client
   * is known yet.
   */
  readonly onAccept?: (connection: ClientConnection) => 'accept' | 'refuse';
  readonly onConnect?: (packet: IConnectPacket, connection: ClientConnection) => ConnectDecision;
  readonly onSubscribe?: (packet: ISubscribePacket, connection: ClientConnection) => SubscribeDecision;
  /**
   * Called for every PUBLISH at once. Answers, delays, repeats, falsifies or cuts as the scenario says. Pass `connection.signal` to
   * every wait, so that it ends with the connection.
   */
  readonly onRequest?: (message: ClientMessage, connection: ClientConnection) => void | Promise<void>;
}
