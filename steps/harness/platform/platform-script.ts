import type { IConnectPacket, ISubscribePacket } from 'mqtt-packet';
import type { Time } from '../time/now.ts';
import type { ClientConnection } from './client-connection.ts';

export type QoS = 0 | 1 | 2;

/**
 * What becomes of a CONNECT. `withhold` sends no CONNACK; `session.accept()` or `session.refuse()` may send it later. A refusal
 * has a return code of MQTT 3.1.1 (1 to 5), which a client of MQTT 5 gets as the reason code that means the same.
 */
export type ConnectDecision = 'accept' | 'withhold' | { readonly refuse: number };

/**
 * What becomes of a SUBSCRIBE. A number is the highest QoS that is granted. `withhold` takes the subscription and sends no
 * SUBACK; `session.grant()` may send it later.
 */
export type SubscribeDecision = 'grant' | 'refuse' | 'withhold' | QoS;

/** A PUBLISH of a client, exactly as it came. */
export interface ClientPublish extends Time {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  /** Only at QoS 1 and 2. */
  readonly messageId?: number;
  /** The first byte of the packet: 0x30 is a PUBLISH at QoS 0 without retain and dup. */
  readonly firstByte: number;
}

/** A PUBLISH of a client that came to the platform. */
export interface PlatformRequest extends ClientPublish {
  readonly session: ClientConnection;
}

/**
 * What the platform does for a device. What a script leaves out is done as a well-behaved platform does it, except that nobody
 * answers a request unless `onRequest` does.
 */
export interface Script {
  /** Whether messages reach the device without a SUBSCRIBE of its own. */
  readonly autoSubscription?: boolean;
  /**
   * `refuse` resets the TCP connection as soon as it is accepted. Only in the script for everybody: the
   * client is not known yet.
   */
  readonly onAccept?: (session: ClientConnection) => 'accept' | 'refuse';
  readonly onConnect?: (packet: IConnectPacket, session: ClientConnection) => ConnectDecision;
  readonly onSubscribe?: (packet: ISubscribePacket, session: ClientConnection) => SubscribeDecision;
  /**
   * Called for every PUBLISH at once. Answers, delays, repeats, falsifies or cuts as the scenario says; pass `session.signal` to
   * whatever waits, so that it ends with the connection.
   */
  readonly onRequest?: (request: PlatformRequest, session: ClientConnection) => void | Promise<void>;
}
