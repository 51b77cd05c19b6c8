import type { Packet } from 'mqtt-packet';
import type { Time } from '../time/now.ts';

/**
 * One MQTT packet as it crossed the suite's end of a connection. A CONNECT holds the password, in `packet` and in `bytes`: never show it
 * whole.
 */
export interface Frame extends Time {
  /** As seen from the suite. */
  readonly direction: 'sent' | 'received';
  readonly packet: Packet;
  /** The whole packet, fixed header included. */
  readonly bytes: Buffer;
  /** When its first byte came, where that was before the last one: monotonic, in µs. */
  readonly beganUs?: number;
  /** The connection in words ("device", "second device"), where a trace has several. */
  readonly connection?: string;
  /** The same object for all frames of one connection, where a trace has several. */
  readonly stream?: object;
}
