import type { Packet } from 'mqtt-packet';
import { printable } from '../text/printable.ts';

/** One MQTT packet as the suite saw it. */
export interface Frame {
  /** Monotonic time in µs. */
  readonly at: number;
  /** The connection, in words: "device", "second device". */
  readonly connection: string;
  /** As seen from the suite. */
  readonly direction: 'sent' | 'received';
  readonly packet: Packet;
}

/** Something that happened to a connection and is no packet: "connection closed by the server". */
export interface Note {
  readonly at: number;
  readonly connection: string;
  readonly note: string;
}

/** The most entries that one scenario keeps; what comes after them is counted only. */
const most = 5000;

/** Records every packet both ways; never judges. */
export class Trace {
  #entries: (Frame | Note)[] = [];
  #dropped = 0;

  record(entry: Frame | Note): void {
    if (this.#entries.length < most) this.#entries.push(entry);
    else this.#dropped += 1;
  }

  /** Begins anew, for the next scenario. */
  clear(): void {
    this.#entries = [];
    this.#dropped = 0;
  }

  /** Takes over what another one has recorded. */
  adopt({ entries }: Trace): void {
    for (const entry of entries) this.record(entry);
  }

  get entries(): readonly (Frame | Note)[] {
    return this.#entries;
  }

  /** What was recorded since the scenario began, one line an entry, times relative to its first; the middle is left out beyond `limit` lines. */
  lines(limit = 60): string[] {
    const entries = this.#entries;
    const start = entries[0]?.at ?? 0;
    const several = entries.some(({ connection }) => connection !== entries[0]?.connection);
    const line = (entry: Frame | Note): string => {
      const time = `+${((entry.at - start) / 1e6).toFixed(6)} s`;
      const who = several ? `  ${entry.connection}` : '';
      if ('note' in entry) return `${time}${who}  · ${entry.note}`;
      return `${time}${who}  ${entry.direction === 'sent' ? '→' : '←'} ${describePacket(entry.packet)}`;
    };
    const head = entries.length <= limit ? entries.length : Math.ceil(limit / 2);
    const tail = entries.length - Math.min(limit - head, entries.length - head);
    return [
      ...entries.slice(0, head).map(line),
      ...(tail > head ? [`… ${tail - head} lines left out`] : []),
      ...entries.slice(tail).map(line),
      ...(this.#dropped > 0 ? [`… ${this.#dropped} more packets`] : []),
    ];
  }
}

/** A packet in one line: its type, its topic, QoS and flags where it has them, and the payload. */
export function describePacket(packet: Packet): string {
  switch (packet.cmd) {
    case 'connect':
      return `CONNECT  client id ${printable(packet.clientId, 80)}`;
    case 'connack': {
      const code = packet.reasonCode ?? packet.returnCode ?? 0;
      return `CONNACK  ${code === 0 ? 'accepted' : `refused, code ${code}`}`;
    }
    case 'subscribe':
      return packet.subscriptions.map(({ topic, qos }) => `SUBSCRIBE  ${printable(topic, 120)}  QoS ${qos}`).join(', ');
    case 'suback':
      return `SUBACK  ${packet.granted
        .map(Number)
        .map((code) => (code < 3 ? `QoS ${code}` : 'refused'))
        .join(', ')}`;
    case 'publish': {
      const flags = [`QoS ${packet.qos}`, ...(packet.qos === 0 ? [] : [`packet id ${packet.messageId ?? '?'}`])];
      if (packet.retain) flags.push('RETAIN');
      if (packet.dup) flags.push('DUP');
      return `PUBLISH  ${printable(packet.topic, 120)}  ${flags.join(' ')}  ${printable(shown(packet.payload), 300)}`;
    }
    default:
      return (
        packet.cmd.toUpperCase() +
        ('messageId' in packet && packet.messageId !== undefined ? `  packet id ${packet.messageId}` : '')
      );
  }
}

/** A payload as text, and no more of it than a line shows. */
function shown(payload: string | Buffer): string {
  return typeof payload === 'string' ? payload : payload.subarray(0, 2000).toString('utf8');
}
