import type { TraceLimits } from '../mqtt/trace.ts';

/** What one connection of a client may cost. */
export interface ConnectionLimits {
  readonly trace: TraceLimits;
  /** The most bytes of one packet, without its fixed header. */
  readonly packetBytes: number;
  /** The most packets of one connection. */
  readonly packets: number;
  readonly subscriptions: number;
  /** Requests that their script still works on; beyond this many the connection is not read until one is done. */
  readonly openRequests: number;
}

/** Far more than a client needs, and little enough to be kept in memory. */
export const usualLimits: ConnectionLimits = {
  trace: { frames: 2000, bytes: 1024 * 1024 },
  packetBytes: 256 * 1024,
  packets: 20_000,
  subscriptions: 1000,
  openRequests: 1000,
};
