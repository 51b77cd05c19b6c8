import type { Target } from '../../harness/implementation/target.ts';
import { concealPacket } from '../../harness/mqtt/concealed-packet.ts';
import type { Frame } from '../../harness/mqtt/frame.ts';
import { protocolVersionOf } from '../../harness/mqtt/mqtt-version.ts';
import type { Trace } from '../../harness/mqtt/trace.ts';
import type { Capture } from '../../support/current-run.ts';
import { GrowingFile } from '../growing-file.ts';
import { captureFile } from '../report-folder.ts';
import { captureHeader, packetBlock } from './pcapng.ts';
import { TcpStream } from './tcp-stream.ts';

/** A connection in the file. */
interface CapturedConnection {
  readonly stream: TcpStream;
  /** The version of MQTT. */
  version: number;
}

const description = 'MQTT packets as the suite recorded them; the IP addresses, the ports and the TCP headers are made up';

/**
 * `exchange.pcapng`: the recorded packets, without secrets, for Wireshark. The file is created with its first packet; if it keeps the
 * packets of all scenarios, it is created at once.
 */
export class CaptureFile implements Capture {
  readonly all: boolean;
  readonly #path: string;
  readonly #target: Pick<Target, 'role' | 'secrets' | 'mqttVersion'>;
  #file: GrowingFile | undefined;
  #fault: Error | undefined;
  #closed = false;
  #packets = 0;
  #connections = 0;
  /** The numbers of the packets that are in the file: several scenarios may judge one start of a client. */
  readonly #numbers = new WeakMap<Frame, number>();
  readonly #byConnection = new WeakMap<object, CapturedConnection>();

  /**
   * @param path where the file is written
   * @param target what is under test; its secrets may grow
   * @param all as in {@link Capture}
   */
  constructor(path: string, target: Pick<Target, 'role' | 'secrets' | 'mqttVersion'>, all: boolean) {
    this.#path = path;
    this.#target = target;
    this.all = all;
    if (all) this.#write([]);
  }

  /** The file; undefined while it has not begun. */
  get path(): string | undefined {
    return this.#file?.path;
  }

  /** Why packets are missing in the file; undefined while none is. */
  get lost(): Error | undefined {
    return this.#fault ?? this.#file?.lost;
  }

  take(...[scenario, traces, message]: Parameters<Capture['take']>): ReturnType<Capture['take']> {
    // A frame may be in several traces.
    const traceOf = new Map(traces.flatMap((trace) => [...trace].map((frame) => [frame, trace] as const)));
    const frames = [...traceOf].toSorted(([a], [b]) => a.atUs - b.atUs);
    if (!this.#closed)
      this.#write(frames.flatMap(([frame, trace]) => (this.#numbers.has(frame) ? [] : this.#blocksOf(frame, trace, scenario))));
    const [shown] = frames.find(([frame]) => isMessage(frame, message)) ?? frames.at(-1) ?? [];
    const number = shown === undefined || this.lost !== undefined ? undefined : this.#numbers.get(shown);
    return number === undefined ? undefined : { file: captureFile, frame: number };
  }

  /** Stops writing. */
  close(): void {
    this.#closed = true;
    this.#file?.close();
  }

  #write(blocks: readonly Buffer[]): void {
    if (this.#closed || this.lost !== undefined || (blocks.length === 0 && !this.all)) return;
    try {
      if (this.#file === undefined) {
        this.#file = new GrowingFile(this.#path);
        this.#file.write(captureHeader('iot-ntp-conformance', 'iot-ntp-conformance', description));
      }
      this.#file.write(Buffer.concat(blocks));
    } catch (error) {
      this.#fault = error as Error;
    }
  }

  #blocksOf(frame: Frame, trace: Trace, scenario: string): Buffer[] {
    const { direction, packet, bytes, wallMs, connection: name } = frame;
    const connection = this.#connectionOf(frame.stream ?? trace);
    if (packet.cmd === 'connect') connection.version = packet.protocolVersion ?? connection.version;
    const shown = concealPacket(frame, this.#target.secrets, connection.version);
    const sender = (direction === 'sent') === (this.#target.role === 'server') ? 'device' : 'server';
    const packets = connection.stream.packets(sender, shown ?? Buffer.alloc(0));
    const remarks = [scenario, ...(name === undefined ? [] : [name])];
    if (shown === undefined)
      remarks.push(`${packet.cmd.toUpperCase()} left out: it holds a secret and could not be encoded again`);
    else if (shown !== bytes) remarks.push('encoded again, with its secrets hidden');
    return packets.map((ip, index) => {
      const part = packets.length === 1 ? [] : [`part ${index + 1} of ${packets.length}`];
      this.#packets += 1;
      // Wireshark shows a packet where its last part is.
      this.#numbers.set(frame, this.#packets);
      const comment = [...remarks, ...part].join(' · ');
      return packetBlock({ wallMs, direction: direction === 'sent' ? 'outbound' : 'inbound', bytes: ip, comment });
    });
  }

  #connectionOf(key: object): CapturedConnection {
    const known = this.#byConnection.get(key);
    if (known !== undefined) return known;
    const version = protocolVersionOf(this.#target.mqttVersion);
    const connection = { stream: new TcpStream(this.#connections), version };
    this.#connections += 1;
    this.#byConnection.set(key, connection);
    return connection;
  }
}

function isMessage({ packet }: Frame, message: Parameters<Capture['take']>[2]): boolean {
  return packet.cmd === 'publish' && packet.payload === message?.payload;
}
