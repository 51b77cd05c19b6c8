import type { Frame } from '../mqtt/frame.ts';
import type { Time } from '../time/now.ts';

export type QoS = 0 | 1 | 2;

/** A PUBLISH, and when it crossed the suite's end of the connection. */
export interface Message extends Time, Pick<Frame, 'beganUs'> {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  /** Only at QoS 1 and 2. */
  readonly messageId?: number;
}

/** The message that a frame is; undefined for any other packet than PUBLISH. */
export function messageOf({
  packet,
  atUs,
  wallMs,
  beganUs,
}: Pick<Frame, 'packet' | 'atUs' | 'wallMs' | 'beganUs'>): Message | undefined {
  if (packet.cmd !== 'publish') return undefined;
  const { topic, qos, retain, dup, messageId } = packet;
  const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
  return {
    atUs,
    wallMs,
    ...(beganUs === undefined ? {} : { beganUs }),
    topic,
    payload,
    qos,
    retain,
    dup,
    ...(qos === 0 || messageId === undefined ? {} : { messageId }),
  };
}
