import type { StartedTarget } from '../implementation/target.ts';
import type { Link } from '../mqtt/link.ts';
import type { Trace } from '../mqtt/trace.ts';
import type { Learning } from './server-state.ts';

/** A controlled wall clock of the implementation under test. */
export interface MovableClock {
  /** Stops it at this time, in ms since 1970, and so many ns later. */
  set(ms: number, fractionNs?: number): void;
  /** Lets it show the real time again. */
  follow(): void;
}

/** How a device of a scenario differs from the usual. */
export interface DeviceWishes {
  /** In words, as the wire shows it. */
  readonly name?: string;
  /** From a monotonic time in µs to the device's time in ms. */
  readonly clock?: (atUs: number) => number;
  readonly link?: Link;
  /** The start of the server that it connects to; the one that the run is in front of where it is left out. */
  readonly started?: StartedTarget;
  /** On mqtt-packet instead of mqtt.js. */
  readonly raw?: boolean;
  /** False: acknowledges nothing. Makes it a raw device. */
  readonly acknowledges?: boolean;
  /** Stays connected until the run ends, and for at least so long after its last request, in ms. */
  readonly staysMs?: number;
  /** May use the connection that an earlier scenario has left, which hears the device's response topic at QoS 0, and leaves its own. */
  readonly lasting?: boolean;
  /** Asks the server to keep the session after the connection. Makes it a raw device. */
  readonly keepsSession?: boolean;
  /** Where its packets are recorded; the scenario's own record where it is left out. */
  readonly trace?: Trace;
  /** Where it puts what it learns of the server; what all devices share where it is left out. */
  readonly learning?: Learning;
}
