import { World } from '@cucumber/cucumber';
import { EVIDENCE_MEDIA_TYPE, type Evidence, NonConformance } from './evidence.ts';
import { ConnectError } from './harness/device.ts';
import type { Exchange, Request } from './harness/exchange.ts';
import type { Link } from './harness/link.ts';
import type { NtpDevice } from './harness/ntp-device.ts';
import { printable } from './harness/printable.ts';
import { estimateServerTime, type ServerTime } from './harness/server-time.ts';
import { type DeviceWishes, type Session, session } from './harness/session.ts';
import type { Identity } from './harness/target/target.ts';
import { wall } from './harness/wall.ts';
import type { Requirement, Situation } from './requirement.ts';

/** What the implementation under test is blamed for. */
export interface Blame {
  readonly expected: string;
  readonly received: string;
  readonly likely?: string | undefined;
  /** Requirements without which this one cannot be judged; the scenario's own is left out by itself. */
  readonly needs?: readonly string[];
}

/** What one scenario knows. */
export class NtpWorld extends World {
  readonly session: Session = session();
  #requirement: Requirement | undefined;
  #device: NtpDevice | undefined;
  #other: NtpDevice | undefined;
  wireLink: Link | undefined;
  /** What the situation asked, in order. */
  requests: Request[] = [];
  /** Exchanges of a series. */
  exchanges: Exchange[] = [];
  /** The four times of the page's example. */
  page: ReadonlyMap<string, bigint> = new Map();
  /** The server's clock, as quick exchanges on a direct connection showed it. */
  serverTime: ServerTime | undefined;
  /** How coarse the server's stamps are, in ms. */
  step = 1;

  /** The scenario begins. */
  begin(requirement: Requirement, situation: Situation): void {
    this.#requirement = requirement;
    this.session.begin(situation.place);
  }

  get requirement(): Requirement {
    if (this.#requirement === undefined) throw new Error('this scenario belongs to no requirement');
    return this.#requirement;
  }

  get device(): NtpDevice {
    if (this.#device === undefined) throw new Error('this situation has no device yet');
    return this.#device;
  }

  set device(device: NtpDevice) {
    this.#device = device;
  }

  get other(): NtpDevice {
    if (this.#other === undefined) throw new Error('this situation has no other device yet');
    return this.#other;
  }

  set other(device: NtpDevice) {
    this.#other = device;
  }

  /** The last request of the situation. */
  get request(): Request {
    const request = this.requests.at(-1);
    if (request === undefined) throw new Error('nothing was asked in this situation yet');
    return request;
  }

  /** Blames the implementation under test: the only way to do so. */
  blame({ expected, received, likely, needs = [] }: Blame): never {
    const others = needs.filter((id) => id !== this.requirement.id);
    const error = new NonConformance({
      kind: 'finding',
      requirement: this.requirement.id,
      expected,
      received: printable(received),
      ...(likely === undefined ? {} : { likely }),
      ...(others.length === 0 ? {} : { needs: others }),
      wire: this.session.wire.lines(),
    });
    this.#attach(error.finding);
    throw error;
  }

  /** Says that the situation does not apply; the step returns what this returns. */
  inapplicable(reason: string): 'skipped' {
    this.#attach({ kind: 'inapplicable', reason });
    return 'skipped';
  }

  /** Something measured or seen, for the report. */
  inform(text: string): void {
    this.#attach({ kind: 'information', text: printable(text) });
  }

  /** Attaches the packets of the situation. */
  showWire(): void {
    const lines = this.session.wire.lines();
    if (lines.length > 0) this.#attach({ kind: 'wire', lines });
  }

  /** The declared or made-up identity, or the end of the situation where the server knows no such device. */
  identity(name: string): Identity | undefined {
    const [productKey = '', deviceName = ''] = name.split('/');
    return this.session.known({ productKey, deviceName });
  }

  /** Ends the situation at once where the server has not answered anything yet: each wait would take its whole deadline. */
  requireVoice(): void {
    if (this.requirement.id === 'server-answers-request' || !this.session.watch.mute) return;
    this.blame({
      expected: 'a server that answers',
      received: 'no response in any situation before this one; nothing was asked here',
      needs: ['server-answers-request'],
    });
  }

  /** The exchange of a request, or the blame for a response that did not come. */
  async answered(device: NtpDevice, request: Request): Promise<Exchange> {
    const exchange = await device.exchange(request);
    if (exchange !== undefined) return exchange;
    return this.blame({
      expected: `a response on ${device.responseTopic} within ${device.deadline} ms`,
      received: this.#silence(device),
      needs: ['server-answers-request'],
    });
  }

  /** The exchange of the situation's last request. */
  async answer(): Promise<Exchange> {
    return this.answered(this.device, this.request);
  }

  /** Exchanges of the device, one after the other. */
  async series(enough: (exchanges: readonly Exchange[]) => boolean, ms: number): Promise<Exchange[]> {
    const exchanges = await this.device.askUntil(enough, ms);
    const last = this.device.requests.at(-1);
    if (last !== undefined && last.responses.length === 0) await this.answered(this.device, last);
    return exchanges;
  }

  /** Reads the server's clock by some quick exchanges on a direct connection. */
  async learnServerTime(): Promise<void> {
    const device = await this.play(this.session.identity);
    await device.subscribe(device.responseTopic);
    this.device = device;
    const { grain } = this.session.watch;
    const exchanges = await this.series(({ length }) => length >= 8 && (grain.certain || length >= 2000), 1500);
    await device.disconnect();
    this.step = grain.step;
    this.serverTime = estimateServerTime(exchanges, this.step);
    if (this.serverTime === undefined) {
      const { payload } = exchanges[0]?.response ?? {};
      this.blame({
        expected: 'two times of the server that can be read',
        received: payload?.text ?? '',
        needs: ['server-response-members'],
      });
    }
  }

  /** The server's time at a monotonic moment in µs, in ms, as its clock was learnt. */
  serverTimeAt(at: number): number {
    if (this.serverTime === undefined) throw new Error("the server's time was not learnt in this situation");
    return wall(at) + this.serverTime.offset;
  }

  /** A connected device, or the blame for a server that does not let it connect. */
  async play(identity: Identity, wishes: DeviceWishes = {}): Promise<NtpDevice> {
    return this.#reach(() => this.session.device(identity, wishes));
  }

  /** Connects a device again. */
  async comeBack(device: NtpDevice): Promise<void> {
    await this.#reach(() => device.connect());
  }

  /** Shows the server alive after something that it may not answer; blames it where it is not. */
  async fence(device: NtpDevice = this.device): Promise<Exchange> {
    const exchange = await this.#reach(() => device.fence());
    return (
      exchange ??
      this.blame({
        expected: 'the server still answers a QoS 0 request',
        received: this.#silence(device),
        needs: ['server-answers-request', 'server-outlives-other-qos'],
      })
    );
  }

  async #reach<T>(attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      const ended = this.session.started.ended();
      return this.blame({
        expected: 'the server accepts the connection of a device',
        received: ended === undefined ? error.message : `${error.message}: the server ${ended}`,
        needs: ['server-answers-request', 'server-outlives-other-qos'],
      });
    }
  }

  #silence(device: NtpDevice): string {
    const ended = this.session.started.ended();
    if (ended !== undefined) return `no response: the server ${ended}`;
    if (device.closed !== undefined) return `no response: ${device.closed}`;
    const others = device.heard.filter(({ request }) => request === undefined).map(({ message }) => message.topic);
    return others.length === 0 ? 'no response' : `no response there, but a message on ${[...new Set(others)].join(', ')}`;
  }

  #attach(evidence: Evidence): void {
    this.attach(JSON.stringify(evidence), { mediaType: EVIDENCE_MEDIA_TYPE });
  }
}
