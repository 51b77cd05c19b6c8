import type { Identity } from '../implementation/target.ts';
import type { Payload, Value } from '../message/payload.ts';
import { condensed, type RecordedFrame } from '../mqtt/frame-log.ts';
import { describePacket } from '../mqtt/trace.ts';
import { printable } from '../text/printable.ts';
import { now, type Time } from '../time/now.ts';
import type { ClientConnection, Subscription } from './client-connection.ts';
import type { Answer, ClientSetup } from './client-setup.ts';
import type { ClientPublish } from './platform-script.ts';

/** A time that the client says it calculated. */
export interface ReportedTime extends Time {
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
export interface Delivered extends Time {
  readonly answer: Answer;
  readonly payload: string;
  readonly serverRecvTime: bigint;
  readonly serverSendTime: bigint;
  /** False when the client had subscribed no filter that covers it, so that it was not sent. */
  readonly heard: boolean;
}

/** A connection of the client, as far as it is judged and shown. */
export interface ObservedConnection extends Pick<ClientConnection, 'accepted' | 'connect' | 'frames'> {
  /** By topic filter, in the order in which they came. */
  readonly subscriptions: ReadonlyMap<string, Pick<Subscription, 'filter' | 'requestedQos'>>;
  /** How it ended, where it did. */
  readonly ending: { readonly atUs: number; readonly reason: string } | undefined;
}

/** A request of the client, and what came of it. */
export interface ClientRequest {
  readonly publish: ClientPublish;
  /** When the packet before it crossed the same connection, or the connection began: monotonic time in µs. */
  readonly beforeUs: number;
  /** Whether one of the client's connections had subscribed a filter that covers its response topic, in the order of the packets. */
  readonly listened: boolean;
  readonly payload: Payload;
  readonly deviceSendTime: Value | undefined;
  readonly delivered: Delivered[];
}

/** The most requests, and the most reports, that are kept of one start: what a flood brings beyond them tells nothing more. */
const mostKept = 1000;

/** One start of the client: everything that it was seen to do. */
export class ClientRun {
  readonly setup: ClientSetup;
  readonly identity: Identity;
  readonly started: Time = now();
  /** Messages on the request topic, or those that look like a request on another topic. */
  readonly requests: ClientRequest[] = [];
  readonly reports: ReportedTime[] = [];
  /** Connections that were seen to be this client's. */
  sessions: readonly ObservedConnection[] = [];
  /** How often it was seen to connect, refused connections included. */
  attempts = 0;
  /** True from the first CONNACK that let it in. */
  welcomed = false;
  /** How the client ended by itself, in words; undefined when the suite had to end it. */
  ended: string | undefined;
  /** Why what it did not do may not be its own doing, in words: then nothing can be held against it. */
  doubt: string | undefined;
  /** True when the suite still waited for something at the deadline, or when a flood of requests came before. */
  overdue = false;
  /** The last lines of its output. */
  output: readonly string[] = [];
  /** True when there is no client any more that anything could be done for. */
  over = false;
  readonly #changes = new Set<() => void>();

  constructor(setup: ClientSetup, identity: Identity) {
    this.setup = setup;
    this.identity = identity;
  }

  get requestTopic(): string {
    return `/ext/ntp/${this.identity.productKey}/${this.identity.deviceName}/request`;
  }

  get responseTopic(): string {
    return `/ext/ntp/${this.identity.productKey}/${this.identity.deviceName}/response`;
  }

  /** Whether a message is a request: on the request topic, or one that looks like a request on another topic. */
  isRequest(topic: string, { members }: Payload): boolean {
    return topic === this.requestTopic || topic.includes('/ntp/') || members.has('deviceSendTime');
  }

  /** The request that counts. */
  get request(): ClientRequest | undefined {
    return this.requests[0];
  }

  /** True when it has reported so often that further reports are not kept. */
  get reportedTooOften(): boolean {
    return this.reports.length >= mostKept;
  }

  /** How it ended, in words; undefined when the suite had seen what it waited for. */
  get fate(): string | undefined {
    if (this.ended !== undefined) return `the client ${this.ended}`;
    if (!this.overdue) return undefined;
    return this.askedTooOften
      ? 'the suite ended the client, which asked without end'
      : 'the client was still running at its deadline';
  }

  /** True when it has asked so often that further requests are neither kept nor answered. */
  get askedTooOften(): boolean {
    return this.requests.length >= mostKept;
  }

  /** Keeps a report, where the client has not reported too often. */
  keep(report: ReportedTime | undefined): void {
    if (report === undefined || this.reportedTooOften) return;
    this.reports.push(report);
    this.changed();
  }

  /** Nothing more will come. What is kept from here on costs little, however much there was. */
  close(sessions: readonly ObservedConnection[], attempts: number): void {
    this.sessions = sessions;
    this.attempts = attempts;
    for (const { frames } of sessions) frames.condense(condensed);
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
    let dropped = 0;
    const entries: { readonly atUs: number; readonly text: string }[] = this.sessions.flatMap((session) => {
      const frames = [...session.frames].map((frame) => ({ atUs: frame.atUs, text: packetLine(frame) }));
      dropped += session.frames.dropped;
      const { ending } = session;
      return ending === undefined ? frames : [...frames, { atUs: ending.atUs, text: `· ${ending.reason}` }];
    });
    for (const { atUs, line } of this.reports) entries.push({ atUs, text: `· the client prints: ${printable(line, 200)}` });
    const lines = entries
      .toSorted((a, b) => a.atUs - b.atUs)
      .map(({ atUs, text }) => `+${((atUs - this.started.atUs) / 1e6).toFixed(6)} s  ${text}`);
    if (this.fate !== undefined) lines.push(`· ${this.fate}`);
    for (const line of this.output.filter((text) => text.trim() !== '').slice(-8))
      lines.push(`· output: ${printable(line, 200)}`);
    if (lines.length <= limit) return dropped === 0 ? lines : [...lines, `… ${dropped} packets left out`];
    return [...lines.slice(0, limit / 2), `… ${lines.length + dropped - limit} lines left out`, ...lines.slice(-limit / 2)];
  }
}

/** As the platform sees it: → is what the suite sent. */
function packetLine({ direction, packet }: RecordedFrame): string {
  return `${direction === 'sent' ? '→' : '←'} ${describePacket(packet)}`;
}
