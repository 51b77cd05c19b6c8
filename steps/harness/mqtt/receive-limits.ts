/** How much is read from one connection. */
export interface ReceiveLimits {
  /** The most bytes of one packet, without its fixed header. */
  readonly packetBytes: number;
  /** The most bytes of all packets together. */
  readonly bytes: number;
  readonly packets: number;
  /** What is allowed in addition for each second that the connection lasts; nothing where it is absent. */
  readonly perSecond?: { readonly bytes: number; readonly packets: number };
}

/**
 * Far more than the longest scenario needs, even with responses of 200 KiB and the messages of other services, and little enough to be
 * kept in memory. A packet may be as long as the longest request, which a
 * broker may forward. A device may stay connected for the whole run, and hear other services all the time.
 */
const usual: ReceiveLimits = {
  packetBytes: (1024 + 64) * 1024,
  bytes: 64 * 1024 * 1024,
  packets: 20_000,
  perSecond: { bytes: 1024 * 1024, packets: 2_000 },
};

/** For a server that has flooded a connection before: the next one will hardly bring anything else. */
const strict: ReceiveLimits = { packetBytes: 16 * 1024, bytes: 64 * 1024, packets: 200 };

/** What a run has learnt about how much a server sends. */
export interface Moderation {
  /** True once it flooded a connection with what was not asked for; absent until then. */
  excessive?: true | undefined;
  /** How many connections are read at the same time, and share what may be kept; one where it is absent. */
  readonly lanes?: number;
}

/** How much a server may send on its next connection. */
export function receiveLimits({ excessive, lanes = 1 }: Moderation): ReceiveLimits {
  return excessive === true ? strict : { ...usual, bytes: usual.bytes / lanes };
}

/** Limits the size of each packet only. */
export function packetLimit(packetBytes: number): ReceiveLimits {
  return { packetBytes, bytes: Number.POSITIVE_INFINITY, packets: Number.POSITIVE_INFINITY };
}
