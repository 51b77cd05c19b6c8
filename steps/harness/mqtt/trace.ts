import type { Packet } from 'mqtt-packet';
import { printable } from '../text/printable.ts';
import type { Time } from '../time/now.ts';
import type { Frame } from './frame.ts';
import { connackCode } from './mqtt-version.ts';

/** Something that happened to a connection and is no packet: "connection closed by the server". */
export interface Note extends Pick<Time, 'atUs'> {
  readonly connection: string;
  readonly note: string;
}

/** How much of a trace is kept. */
export interface TraceLimits {
  readonly frames: number;
  readonly bytes: number;
}

/** What is kept of either end of the trace of a closed connection. */
export const condensed: TraceLimits = { frames: 40, bytes: 32 * 1024 };

/** The beginning of a scenario tells most about it; everything after these limits is only counted. */
const ofScenario = { frames: 5000, bytes: 4 * 1024 * 1024, keeps: 'earliest' } as const;

/** The packets of one connection, or of all connections of a scenario, both ways and in order. It costs no more memory than its limits say. */
export class Trace implements Iterable<Frame> {
  readonly #limits: TraceLimits & { readonly keeps: 'earliest' | 'latest' };
  #entries: (Frame | Note)[] = [];
  /** Where the kept entries begin. Older ones are removed many at a time, because one `shift` for each would take quadratic time. */
  #first = 0;
  #bytes = 0;
  #dropped = 0;
  /** When the scenario began, in µs: what is older belongs to the connection that it uses. */
  #begunUs = 0;

  /** @param limits `keeps` says which frames stay when there are too many; by default the limits of a scenario */
  constructor(limits: TraceLimits & { readonly keeps: 'earliest' | 'latest' } = ofScenario) {
    this.#limits = limits;
  }

  /** How many entries are kept. */
  get length(): number {
    return this.#entries.length - this.#first;
  }

  /** How many entries are gone. */
  get dropped(): number {
    return this.#dropped;
  }

  get entries(): readonly (Frame | Note)[] {
    return this.#first === 0 ? this.#entries : this.#entries.slice(this.#first);
  }

  record(entry: Frame | Note): void {
    const { frames, bytes, keeps } = this.#limits;
    const size = sizeOf(entry);
    if (keeps === 'earliest' && (this.length >= frames || this.#bytes + size > bytes)) {
      this.#dropped += 1;
      return;
    }
    this.#entries.push(entry);
    this.#bytes += size;
    while (this.length > 1 && (this.length > frames || this.#bytes > bytes)) this.#dropOldest();
  }

  /** Counts an entry that is not worth keeping. */
  omit(): void {
    this.#dropped += 1;
  }

  /** The latest frame that is older than this, in µs; undefined when none is kept. */
  before(atUs: number): Frame | undefined {
    return this.#entries.findLast(
      (entry, index): entry is Frame => index >= this.#first && 'packet' in entry && entry.atUs < atUs,
    );
  }

  /** Keeps only the earliest and the latest entries, as many of each; the limits hold for either side. */
  condense({ frames, bytes }: TraceLimits): void {
    const kept = this.entries;
    const few = (side: readonly (Frame | Note)[]): (Frame | Note)[] => {
      let left = bytes;
      return side.slice(0, frames).filter((entry) => {
        left -= sizeOf(entry);
        return left >= 0;
      });
    };
    const earliest = few(kept);
    const latest = few(kept.slice(frames).reverse()).reverse();
    this.#dropped += kept.length - earliest.length - latest.length;
    this.#entries = [...earliest, ...latest];
    this.#first = 0;
    this.#bytes = this.#entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  }

  /** Begins anew, for the next scenario. @param atUs monotonic, in µs */
  clear(atUs = 0): void {
    this.#begunUs = atUs;
    this.#entries = [];
    this.#first = 0;
    this.#bytes = 0;
    this.#dropped = 0;
  }

  /** Takes over what another trace has recorded. */
  adopt({ entries }: Trace): void {
    for (const entry of entries) this.record(entry);
  }

  *[Symbol.iterator](): Iterator<Frame> {
    for (const entry of this.entries) if ('packet' in entry) yield entry;
  }

  /** One line an entry, times relative to the first one of the scenario; the middle is left out beyond `limit` lines. */
  lines(limit = 60): string[] {
    const { entries } = this;
    const startUs = (entries.find(({ atUs }) => atUs >= this.#begunUs) ?? entries[0])?.atUs ?? 0;
    const several = entries.some(({ connection }) => connection !== entries[0]?.connection);
    const line = (entry: Frame | Note): string => {
      const name = several ? `  ${entry.connection ?? ''}` : '';
      return `${timeOf(entry, startUs)}${name}  ${'note' in entry ? `· ${entry.note}` : describeFrame(entry)}`;
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

  #dropOldest(): void {
    const oldest = this.#entries[this.#first];
    this.#bytes -= oldest === undefined ? 0 : sizeOf(oldest);
    this.#dropped += 1;
    this.#first += 1;
    if (this.#first < this.#limits.frames) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }
}

const sizeOf = (entry: Frame | Note): number => ('packet' in entry ? entry.bytes.length : 0);

/** The time of a line, relative to a start in µs: `+0.003000 s`. */
export function timeOf({ atUs }: Pick<Time, 'atUs'>, startUs: number): string {
  return `${atUs < startUs ? '' : '+'}${((atUs - startUs) / 1e6).toFixed(6)} s`;
}

/** A frame in one line: → is what the suite sent. */
export function describeFrame({ direction, packet }: Pick<Frame, 'direction' | 'packet'>): string {
  return `${direction === 'sent' ? '→' : '←'} ${describePacket(packet)}`;
}

/** A packet in one line: its type, its topic, QoS and flags where it has them, and the payload. */
export function describePacket(packet: Packet): string {
  switch (packet.cmd) {
    case 'connect':
      return `CONNECT  client id ${printable(packet.clientId, 300)}`;
    case 'connack': {
      const code = connackCode(packet);
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
