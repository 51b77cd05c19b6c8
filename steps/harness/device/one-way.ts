import type { Packet } from 'mqtt-packet';
import type { Frame } from '../mqtt/frame.ts';

/** What answers which packet, without any service behind the broker. */
const openings: Partial<Record<Packet['cmd'], Packet['cmd']>> = { connack: 'connect', suback: 'subscribe' };

/** So much of the quickest opening an exchange takes on the link at least, where both go over the same link. */
const alike = 0.75;

/**
 * How long a message may take on a link one way, in ms: half of what an exchange takes there. A link may be slower in one direction, but not
 * slower than the answer to a CONNECT or SUBSCRIBE; where an exchange takes much less than these, they tell nothing of it.
 *
 * @param onLinkMs what the quickest exchange takes beside what the server claims for itself, in ms
 * @param trace the packets of the connection
 */
export function oneWayMs(onLinkMs: number, trace: Iterable<Frame>): number {
  const frames = [...trace];
  const openingMs = Math.min(
    ...frames.flatMap(({ atUs, packet, stream }, index) => {
      const opening = openings[packet.cmd];
      if (opening === undefined) return [];
      const asked = frames.slice(0, index).findLast((one) => one.stream === stream && one.packet.cmd === opening);
      return asked === undefined ? [] : [(atUs - asked.atUs) / 1000];
    }),
  );
  return openingMs <= onLinkMs / alike ? Math.max(onLinkMs / 2, Math.min(onLinkMs, openingMs)) : onLinkMs / 2;
}
