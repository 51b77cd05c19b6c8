import type { End } from '../implementation/end.ts';
import { isHexDump } from '../implementation/output.ts';
import type { Identity } from '../implementation/target.ts';
import type { Request } from '../message/exchange.ts';
import { topicOf } from '../message/ntp-topics.ts';
import type { Payload } from '../message/payload.ts';
import { describeFrame, timeOf } from '../mqtt/trace.ts';
import { printable } from '../text/printable.ts';
import { Changes } from '../time/changes.ts';
import { now, type Time } from '../time/now.ts';
import type { ClientConnection } from './client-connection.ts';
import type { ClientSetup } from './client-setup.ts';
import type { ReportedTime } from './reported-time.ts';
import type { Subscription } from './subscriptions.ts';

/** A connection of the client, as far as it is judged and shown. */
export interface ObservedConnection extends Pick<ClientConnection, 'accepted' | 'connect' | 'trace'> {
  /** By topic filter, in the order in which they came: those that hold at the end. */
  readonly subscriptions: ReadonlyMap<string, Pick<Subscription, 'filter' | 'requestedQos'>>;
  /** Every subscription that it asked for, also those that it replaced or removed later, in the order in which they came. */
  readonly asked: readonly Pick<Subscription, 'filter' | 'requestedQos'>[];
  /** How it ended, where it did. */
  readonly ending: { readonly atUs: number; readonly reason: string } | undefined;
}

/** A connection that sent no CONNECT. */
export type UnnamedConnection = Pick<ClientConnection, 'accepted' | 'ending' | 'handshake'>;

/** The most requests, and the most reports, that are kept of one start. More of them would show nothing new. */
const mostKept = 1000;

/** One start of the client: everything that the suite saw of it. */
export class ClientRun {
  readonly setup: ClientSetup;
  readonly identity: Identity;
  readonly started: Time = now();
  /** Messages on the request topic, or those that look like a request on another topic. */
  readonly requests: Request[] = [];
  readonly reports: ReportedTime[] = [];
  /** Lines that may hold a time, and that nothing read. */
  readonly unread: string[] = [];
  /** Connections that were recognised as this client's. */
  connections: readonly ObservedConnection[] = [];
  /** Connections that sent no CONNECT, where they can be told to be its own. */
  unnamed: readonly UnnamedConnection[] = [];
  /** How often it was seen to connect, refused connections included. */
  attempts = 0;
  /** True from the first CONNACK that accepted it. */
  accepted = false;
  /** How the client ended by itself; undefined when the suite had to end it. */
  ended: End | undefined;
  /** Why the environment may have kept it from acting, in words: then it cannot fail for what it did not do. */
  doubt: string | undefined;
  /** True when the suite still waited for something at the deadline, or when a flood of requests came before. */
  overdue = false;
  /** How long the suite waits after a malformed response, in ms, for a client that has hung in others; undefined for its `within`. */
  hurriedMs: number | undefined;
  /** True when it is told to ask before it connects, as it connected in an earlier start only then. */
  toldAtOnce = false;
  /** True when it had made no connection in its whole `within`, and was told to ask all the same. */
  toldUnconnected = false;
  /** Why earlier starts with this setup could not be judged, in words. */
  startedAgain: readonly string[] = [];
  /** The last lines of its output. */
  output: readonly string[] = [];
  /** True when the client has ended, or the suite has given it up. */
  over = false;
  /** When the suite began to end the client: monotonic, in µs; undefined where it has ended by itself. */
  stoppedUs: number | undefined;
  readonly #changes = new Changes();

  constructor(setup: ClientSetup, identity: Identity) {
    this.setup = setup;
    this.identity = identity;
  }

  get requestTopic(): string {
    return topicOf(this.identity, 'request');
  }

  get responseTopic(): string {
    return topicOf(this.identity, 'response');
  }

  /**
   * Whether a message is a request: on the request topic, or one that looks like a request on another topic. A client that tells other
   * services of an exchange, by more of its times than deviceSendTime, asks nothing there.
   */
  isRequest(topic: string, { members }: Payload): boolean {
    if (topic === this.requestTopic || topic.includes('/ntp/')) return true;
    return (
      members.has('deviceSendTime') && !['deviceRecvTime', 'serverRecvTime', 'serverSendTime'].some((name) => members.has(name))
    );
  }

  /** The request that counts. */
  get request(): Request | undefined {
    return this.requests[0];
  }

  /** True when it has reported so often that more reports are not kept. */
  get reportedTooOften(): boolean {
    return this.reports.length >= mostKept;
  }

  /** How it ended, in words; undefined when it did what the suite waited for. */
  get fate(): string | undefined {
    if (this.ended !== undefined) return `the client ${this.ended.words}`;
    if (!this.overdue) return undefined;
    if (this.askedTooOften) return 'the suite ended the client, which asked without end';
    if (this.reportedTooOften) return 'the suite ended the client, which reported without end';
    return 'the client was still running at its deadline';
  }

  /** True when it has asked so often that more requests are neither kept nor answered. */
  get askedTooOften(): boolean {
    return this.requests.length >= mostKept;
  }

  /** Keeps a report, where the client has not reported too often. */
  keep(report: ReportedTime | undefined): void {
    if (report === undefined || this.reportedTooOften) return;
    this.reports.push(report);
    this.changed();
  }

  /** Nothing more will come. */
  close(connections: readonly ObservedConnection[], attempts: number, unnamed: readonly UnnamedConnection[] = []): void {
    this.connections = connections;
    this.attempts = attempts;
    this.unnamed = unnamed;
  }

  /** Something was recorded: every {@link until} looks again. */
  changed(): void {
    this.#changes.changed();
  }

  /** Waits until `holds`; false when the deadline, in ms from now, passes before. */
  async until(holds: () => boolean, deadlineMs: number): Promise<boolean> {
    return (await this.#changes.until(() => holds() || undefined, deadlineMs)) === true;
  }

  /** The packets of all its connections and what it reported, one line each, times relative to the start. */
  lines(limit = 60): string[] {
    let dropped = 0;
    const entries: { readonly atUs: number; readonly text: string }[] = this.connections.flatMap(({ trace, ending }) => {
      const frames = [...trace].map((frame) => ({ atUs: frame.atUs, text: describeFrame(frame) }));
      dropped += trace.dropped;
      if (ending === undefined) return frames;
      const { stoppedUs = Number.POSITIVE_INFINITY } = this;
      return [
        ...frames,
        { atUs: ending.atUs, text: `· ${ending.atUs >= stoppedUs ? 'the suite ends the client' : ending.reason}` },
      ];
    });
    for (const { accepted, handshake, ending } of this.unnamed) {
      entries.push({ atUs: accepted.atUs, text: '· TCP connection' });
      if (handshake.secured !== undefined) entries.push({ atUs: handshake.secured.atUs, text: '· TLS handshake' });
      if (ending !== undefined) entries.push({ atUs: ending.atUs, text: `· ${ending.reason}` });
    }
    for (const { atUs, line } of this.reports) entries.push({ atUs, text: `· the client prints: ${printable(line, 200)}` });
    const lines = entries
      .toSorted((a, b) => a.atUs - b.atUs)
      .map((entry) => `${timeOf(entry, this.started.atUs)}  ${entry.text}`);
    if (this.fate !== undefined) lines.push(`· ${this.fate}`);
    // What a client dumps of its packets stands above, and must not push out what it says.
    const said = this.output.filter((text) => text.trim() !== '' && !isHexDump(text));
    for (const line of said.length <= 10 ? said : [...said.slice(0, 2), '…', ...said.slice(-8)])
      lines.push(`· output: ${printable(line, 200)}`);
    if (lines.length <= limit) return dropped === 0 ? lines : [...lines, `… ${dropped} packets left out`];
    return [...lines.slice(0, limit / 2), `… ${lines.length + dropped - limit} lines left out`, ...lines.slice(-limit / 2)];
  }
}
