import type { Socket } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import { type Packet, readStream } from './mqtt-oracle.ts';

/** A connection without a network: the suite's end, which replaces a socket, and the end of the fuzzer. */
export interface Transport {
  readonly near: Socket;
  readonly far: Duplex;
  /** The first packet of this type that the suite sends; waits for it if necessary. */
  readonly sent: (type: number) => Promise<Packet>;
}

export function transport(): Transport {
  const [near, far] = duplexPair({ allowHalfOpen: false });
  const socket = Object.assign(near, { resetAndDestroy: () => near.destroy(), setNoDelay: () => near });
  let bytes = Buffer.alloc(0);
  let look = (): void => {};
  far.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    look();
  });
  far.on('error', () => {});
  const sent = async (type: number): Promise<Packet> =>
    new Promise((resolve) => {
      look = () => {
        const found = readStream(bytes).packets.find((packet) => packet.type === type);
        if (found !== undefined) resolve(found);
      };
      look();
    });
  return { near: socket as unknown as Socket, far, sent };
}

/** Writes bytes in pieces, cut at these places. */
export function writeInPieces(to: Duplex, bytes: Buffer, places: readonly number[]): void {
  const cuts = [...new Set(places.map((place) => (bytes.length === 0 ? 0 : place % bytes.length)))].sort((a, b) => a - b);
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    if (cut > from) to.write(bytes.subarray(from, cut));
    from = cut;
  }
}
