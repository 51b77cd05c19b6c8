import type { IConnectPacket, ISubscribePacket } from 'mqtt-packet';
import type { Message, QoS } from '../message/message.ts';
import type { ClientConnection } from './client-connection.ts';

/**
 * What becomes of a CONNECT. `withhold` sends no CONNACK; `connection.accept()` or `connection.refuse()` may send it later. A refusal
 * has a return code of MQTT 3.1.1 (1 to 5), which a client of MQTT 5 gets as the reason code that means the same.
 */
export type ConnectDecision = 'accept' | 'withhold' | { readonly refuse: number };

/**
 * What becomes of a SUBSCRIBE. A number is the highest QoS that is granted. `withhold` takes the subscription and sends no
 * SUBACK; `connection.grant()` may send it later.
 */
export type SubscribeDecision = 'grant' | 'refuse' | 'withhold' | QoS;

/** How a message is sent. */
export interface Delivery {
  readonly qos?: QoS;
  readonly retain?: boolean;
  readonly dup?: boolean;
}

/** A PUBLISH of a client that came to the platform. */
export interface ClientMessage extends Message {
  readonly connection: ClientConnection;
}

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

/** What decides for a connection: the platform, by its scripts. */
export interface Director {
  connect(packet: IConnectPacket, connection: ClientConnection): ConnectDecision;
  subscribe(packet: ISubscribePacket, connection: ClientConnection): SubscribeDecision;
  /** Never rejects. */
  request(message: ClientMessage): Promise<void>;
  autoSubscription(connection: ClientConnection): boolean;
}
