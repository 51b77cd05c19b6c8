/** How much is read from one connection. */
export interface ReceiveLimits {
  /** The most bytes of one packet, without its fixed header. */
  readonly packetBytes: number;
  /** The most bytes of all packets together. */
  readonly bytes: number;
  readonly packets: number;
}

/**
 * Far more than the longest scenario needs, even with responses of 200 KiB, and little enough to be kept in memory. A packet may be as long
 * as a payload that is read, and a topic.
 */
const usual: ReceiveLimits = { packetBytes: (512 + 64) * 1024, bytes: 64 * 1024 * 1024, packets: 5_000 };

/** For a server that has exceeded the usual limits before: its next connection will hardly bring anything else. */
const strict: ReceiveLimits = { packetBytes: 16 * 1024, bytes: 64 * 1024, packets: 200 };

/** What a run has learnt about how much a server sends. */
export interface Moderation {
  /** True once it sent too much on a connection; absent until then. */
  excessive?: true;
}

/** How much a server may send on its next connection. */
export function receiveLimits({ excessive }: Moderation): ReceiveLimits {
  return excessive === true ? strict : usual;
}

/** Limits the size of each packet only. */
export function packetLimit(packetBytes: number): ReceiveLimits {
  return { packetBytes, bytes: Number.POSITIVE_INFINITY, packets: Number.POSITIVE_INFINITY };
}
