import type { RecordedFrame } from './frame-log.ts';
import { type Moment, moment } from './moment.ts';
import type { Payload, Value } from './payload.ts';
import type { PlatformRequest } from './platform-script.ts';
import type { PlatformSession } from './platform-session.ts';
import { printable } from './printable.ts';
import type { Answer, Scene } from './scene.ts';
import type { Identity } from './target/target.ts';
import { describePacket } from './wire.ts';

/** A time that the client says it calculated. */
export interface ReportedTime extends Moment {
  /** As it was written. */
  readonly literal: string;
  /** In ms, times two so that half milliseconds are whole; undefined when it is no number. */
  readonly twice: bigint | undefined;
  /** The client's own stamps, where its report holds them. */
  readonly deviceSendTime: bigint | undefined;
  readonly deviceRecvTime: bigint | undefined;
  readonly line: string;
}

/** A message that the platform delivered in return for a request. */
export interface Delivered extends Moment {
  readonly answer: Answer;
  readonly payload: string;
  readonly serverRecvTime: bigint;
  readonly serverSendTime: bigint;
  /** False when the client had subscribed no filter that covers it, so that it was not sent. */
  readonly heard: boolean;
}

/** A request of the client, and what came of it. */
export interface ClientRequest {
  readonly publish: PlatformRequest;
  readonly payload: Payload;
  readonly deviceSendTime: Value | undefined;
  readonly delivered: Delivered[];
}

/** One start of the client: everything that it was seen to do. */
export class Performance {
  readonly scene: Scene;
  readonly identity: Identity;
  readonly started: Moment = moment();
  /** Messages on the request topic, or those that look like a request on another topic. */
  readonly requests: ClientRequest[] = [];
  readonly reports: ReportedTime[] = [];
  /** Connections that were seen to be this client's. */
  sessions: readonly PlatformSession[] = [];
  /** How the client ended by itself, in words; undefined when the suite had to end it. */
  ended: string | undefined;
  /** True when the deadline passed while the suite still waited for something. */
  overdue = false;
  /** The last lines of its output. */
  output: readonly string[] = [];
  readonly #changes = new Set<() => void>();

  constructor(scene: Scene, identity: Identity) {
    this.scene = scene;
    this.identity = identity;
  }

  get requestTopic(): string {
    return `/ext/ntp/${this.identity.productKey}/${this.identity.deviceName}/request`;
  }

  get responseTopic(): string {
    return `/ext/ntp/${this.identity.productKey}/${this.identity.deviceName}/response`;
  }

  /** The request that counts. */
  get request(): ClientRequest | undefined {
    return this.requests[0];
  }

  /** Something was recorded: whoever waits looks again. */
  changed(): void {
    for (const look of this.#changes) look();
  }

  /** Waits until `holds`; false when the deadline, in ms from now, passes before. */
  async until(holds: () => boolean, deadlineMs: number): Promise<boolean> {
    if (holds()) return true;
    return new Promise((resolve) => {
      const settle = (result: boolean): void => {
        clearTimeout(timer);
        this.#changes.delete(look);
        resolve(result);
      };
      const look = (): void => {
        if (holds()) settle(true);
      };
      const timer = setTimeout(() => settle(false), deadlineMs);
      this.#changes.add(look);
    });
  }

  /** The packets of all its connections and what it reported, one line each, times relative to the start. */
  lines(limit = 60): string[] {
    const entries: { readonly atUs: number; readonly text: string }[] = this.sessions.flatMap((session) => {
      const frames = [...session.frames].map((frame) => ({ atUs: frame.atUs, text: packetLine(frame) }));
      const { ending } = session;
      return ending === undefined ? frames : [...frames, { atUs: ending.atUs, text: `· ${ending.reason}` }];
    });
    for (const { atUs, line } of this.reports) entries.push({ atUs, text: `· the client prints: ${printable(line, 200)}` });
    const lines = entries
      .toSorted((a, b) => a.atUs - b.atUs)
      .map(({ atUs, text }) => `+${((atUs - this.started.atUs) / 1e6).toFixed(6)} s  ${text}`);
    if (this.ended !== undefined) lines.push(`· the client ${this.ended}`);
    else if (this.overdue) lines.push('· the client was still running at its deadline');
    for (const line of this.output.filter((text) => text.trim() !== '').slice(-8))
      lines.push(`· output: ${printable(line, 200)}`);
    return lines.length <= limit
      ? lines
      : [...lines.slice(0, limit / 2), `… ${lines.length - limit} lines left out`, ...lines.slice(-limit / 2)];
  }
}

/** As the platform sees it: → is what the suite sent. */
function packetLine({ direction, packet }: RecordedFrame): string {
  return `${direction === 'sent' ? '→' : '←'} ${describePacket(packet)}`;
}
