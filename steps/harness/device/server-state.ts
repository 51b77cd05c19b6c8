import type { StartedTarget } from '../implementation/target.ts';
import { lateEnd } from '../implementation/within-time.ts';
import { ConnectionPool } from './connection-pool.ts';
import type { DeviceOptions, Habits } from './device.ts';
import { Pacing } from './pacing.ts';
import { Patience } from './patience.ts';
import { Refusals } from './refusal.ts';
import { RunRequests } from './run-requests.ts';
import type { Address } from './socket.ts';
import { StayingDevices } from './staying-devices.ts';
import { addressOf } from './tls.ts';

/** What a run knows of the server under test, found out by any of its lanes. */
export class ServerState implements Habits {
  readonly started: StartedTarget;
  readonly requests = new RunRequests();
  /** Keeps it below the limits of the target file. */
  readonly pacing: Pacing;
  /** How long it waits for answers. */
  readonly patience = new Patience(() => this.requests.slowest);
  /** Connections that no scenario uses now. */
  readonly pool = new ConnectionPool();
  readonly staying = new StayingDevices();
  address: Address;
  /** True once the server did not serve after a malformed request: later scenarios of this kind wait less. */
  stoppedServing = false;
  /** True once the server has failed for having ended; until it is started again. */
  endReported = false;
  /** While it is being started again for that; undefined at other times. */
  revival: Promise<void> | undefined;
  /** Whether the server answered before the first scenario; undefined until that was tried. */
  answers: boolean | undefined;
  /** How long that answer took, in ms; undefined where there was none. */
  roundTripMs: number | undefined;
  /** How many scenarios run at once. */
  lanes = 1;
  /** False once a SUBSCRIBE stayed without SUBACK. */
  acknowledges = true;
  /** False once an UNSUBSCRIBE stayed without UNSUBACK. */
  unsubscribes = true;
  /** False once the server exceeded a limit of the suite. */
  readsAll = true;
  /** True once it flooded a connection with what was not asked for. */
  excessive: true | undefined;
  #awaitsEnd = true;

  constructor(started: StartedTarget) {
    this.started = started;
    this.pacing = new Pacing(started.target.limits);
    this.address = addressOf(started);
  }

  /**
   * How the server ended, where it did. To be asked when a connection has closed: that is seen before the end of the process that
   * held it. When that wait was in vain once, the server just closes connections, and the suite does not wait again.
   */
  async fate(): Promise<string | undefined> {
    const { started } = this;
    if (started.ended() !== undefined || !this.#awaitsEnd) return started.ended()?.words;
    await lateEnd(started);
    this.#awaitsEnd = started.ended() !== undefined;
    return started.ended()?.words;
  }
}

/** Where the connections of a device put what they learn of the server. */
export type Learning = Pick<DeviceOptions, 'habits' | 'refusals' | 'exceeded'>;

/** The same for a device to which a server may acknowledge nothing, and everything to others: it learns for itself. */
export function apart({ habits: { acknowledges, excessive }, ...learning }: Learning): Learning {
  return { ...learning, habits: { acknowledges, excessive }, refusals: new Refusals() };
}
