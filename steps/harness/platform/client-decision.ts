import type { IConnectPacket, ISubscribePacket } from 'mqtt-packet';
import type { Message, QoS } from '../message/message.ts';

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

/** A PUBLISH of a client, and the connection on which it came. */
export interface ReceivedMessage<Connection> extends Message {
  readonly connection: Connection;
}

/** What decides for a connection: the platform, by its scripts. */
export interface Director<Connection> {
  connect(packet: IConnectPacket, connection: Connection): ConnectDecision;
  subscribe(packet: ISubscribePacket, connection: Connection): SubscribeDecision;
  /** Never rejects. */
  request(message: ReceivedMessage<Connection>): Promise<void>;
  autoSubscription(connection: Connection): boolean;
}
