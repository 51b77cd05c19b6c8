import { ConnectError } from '../harness/device/device.ts';
import type { DeviceWishes } from '../harness/device/device-wishes.ts';
import type { ForeignDevice } from '../harness/device/foreign-device.ts';
import type { MalformedRequest } from '../harness/device/malformed-request.ts';
import type { NtpDevice } from '../harness/device/ntp-device.ts';
import type { ServerRun } from '../harness/device/server-run.ts';
import type { ServerTime } from '../harness/device/server-time.ts';
import type { Reception } from '../harness/device/unauthenticated-device.ts';
import { EnvironmentError } from '../harness/implementation/errors.ts';
import type { Identity, StartedTarget, Target } from '../harness/implementation/target.ts';
import type { Exchange, Request } from '../harness/message/exchange.ts';
import type { Link } from '../harness/mqtt/link.ts';
import { nowUs, wallMsAt } from '../harness/time/now.ts';
import { standstills } from '../harness/time/standstill.ts';
import { mistakesOf } from '../requirements/requirement.ts';
import type { Judge, NtpWorld, ScenarioState, ScenarioTrace } from '../support/world.ts';
import { type Recorded, recordDevices } from '../verdict/exchange-record.ts';
import { answerWait } from './answer-wait.ts';
import type { FenceWishes, Likely } from './fence-wishes.ts';
import { ManyPlayers } from './many-players.ts';
import { revive } from './revive-server.ts';
import { endsReading, noLongerServes } from './server-diagnosis.ts';
import { reportEnd, requireAnyAnswer, silenceOf } from './server-silence.ts';
import { likelySilence } from './silence-diagnosis.ts';

/** A World in which a server is judged. */
export type ServerWorld = NtpWorld<ServerScenario>;

/** The state of a scenario that judges a server. */
export class ServerScenario implements ScenarioState {
  /** The run in front of the server under test. */
  readonly serverRun: ServerRun;
  readonly #judge: Judge;
  readonly #leave: () => void;
  #device: NtpDevice | undefined;
  #other: NtpDevice | undefined;
  /** Every device that was played in the scenario. */
  readonly #devices: NtpDevice[] = [];
  wireLink: Link | undefined;
  /** What the scenario asked, in order. */
  requests: Request[] = [];
  /** Exchanges of a series. */
  exchanges: Exchange[] = [];
  /** Many devices that ask at the same moment. */
  readonly many = new ManyPlayers();
  /** What was published that is no request. */
  malformed: MalformedRequest | undefined;
  /** How the server received the scenario's unauthenticated device. */
  reception: Reception | undefined;
  /** The device that oversteps its rights. */
  foreignDevice: ForeignDevice | undefined;
  /** The server's clock, as quick exchanges on a direct connection showed it. */
  serverTime: ServerTime | undefined;
  /** Another start of the server, beside the one that is judged. */
  otherStart: StartedTarget | undefined;
  #begunUs: number | undefined;
  #foundDead = false;
  /** That the server closed a connection which an earlier scenario had left, in words. */
  #lost: string | undefined;

  /** @param leave called when the scenario is over */
  constructor(judge: Judge, serverRun: ServerRun, leave: () => void = () => {}) {
    this.#judge = judge;
    this.serverRun = serverRun;
    this.#leave = leave;
  }

  /** The server under test. */
  get target(): Target {
    return this.serverRun.started.target;
  }

  begin(place: string): void {
    this.#begunUs = nowUs();
    this.serverRun.begin(place);
  }

  async prepare(): Promise<void> {
    requireAnyAnswer(this.#judge, this.serverRun);
    // What ends the server is seen for each malformed request by itself.
    if (mistakesOf(this.#judge.requirement).includes(endsReading)) await revive(this.#judge, this.serverRun);
    this.#foundDead = this.serverRun.started.ended() !== undefined;
  }

  async end(): Promise<void> {
    try {
      await this.serverRun.end();
      this.#requireWhole();
    } finally {
      this.#leave();
    }
  }

  /** Ends the scenario where not all was read that the server sent. @throws EnvironmentError */
  #requireWhole(): void {
    const { exceeded } = this.serverRun;
    if (exceeded === undefined) return;
    throw new EnvironmentError(`the server sent ${exceeded}, which is more than the suite reads: nothing after it was seen`);
  }

  get device(): NtpDevice {
    if (this.#device === undefined) throw new Error('this scenario has no device yet');
    return this.#device;
  }

  set device(device: NtpDevice) {
    this.#device = device;
  }

  get other(): NtpDevice {
    if (this.#other === undefined) throw new Error('this scenario has no other device yet');
    return this.#other;
  }

  set other(device: NtpDevice) {
    this.#other = device;
  }

  /** The last request of the scenario. */
  get request(): Request {
    const request = this.requests.at(-1);
    if (request === undefined) throw new Error('nothing was asked in this scenario yet');
    return request;
  }

  /** The exchange of a request, or a failure for a response that did not come. */
  async answered(device: NtpDevice, request: Request): Promise<Exchange> {
    const { patience } = this.serverRun;
    const { kind, within } = answerWait(this.serverRun, this.#judge.requirement, request, device.deadline);
    const exchange = await device.exchange(request, within);
    if (exchange !== undefined) {
      patience.restore(kind);
      return exchange;
    }
    await this.#requireKept(device);
    this.#requireRun();
    // A connection that was closed did not cost the deadline, and what ran beside other scenarios shows nothing of later waits.
    if (device.closed === undefined && this.serverRun.beside.size === 0) patience.spend(kind);
    this.requireSetUp();
    const others = this.#devices.filter((other) => other !== device);
    return this.#judge.fail({
      expected: `a response on ${device.responseTopic} within ${within} ms`,
      received: await silenceOf(device, this.serverRun),
      likely: await likelySilence(device, others, patience.short(device.deadline)),
      cause: 'silence',
    });
  }

  /** The exchange of the scenario's last request. */
  async answer(): Promise<Exchange> {
    return this.answered(this.askerOf(this.request), this.request);
  }

  /** The device that sent a request of the scenario. */
  askerOf({ responseTopic }: Request): NtpDevice {
    return this.#other?.responseTopic === responseTopic ? this.#other : this.device;
  }

  /** Exchanges of the device, one after the other. */
  async series(enough: (exchanges: readonly Exchange[]) => boolean, ms: number): Promise<Exchange[]> {
    const exchanges = await this.device.askUntil(enough, ms);
    const last = this.device.requests.at(-1);
    if (last !== undefined && last.responses.length === 0) await this.answered(this.device, last);
    return exchanges;
  }

  /** The server's time at a monotonic moment in µs, in ms, as its clock was learnt. */
  serverTimeAt(at: number): number {
    if (this.serverTime === undefined) throw new Error("the server's time was not learnt in this scenario");
    return wallMsAt(at) + this.serverTime.offset;
  }

  /** A connected device, or a failure for a server that does not let it connect. */
  async play(identity: Identity, wishes: DeviceWishes = {}): Promise<NtpDevice> {
    const device = await this.#reach(() => this.serverRun.device(identity, wishes));
    this.#devices.push(device);
    return device;
  }

  /** A connected device that will overstep its rights, or a failure for a server that does not let it connect. */
  async playForeignDevice(identity: Identity): Promise<ForeignDevice> {
    return this.#reach(() => this.serverRun.foreignDevice(identity));
  }

  /** Takes devices into the scenario that are connected already. */
  join(devices: readonly NtpDevice[]): void {
    this.#devices.push(...devices);
  }

  /** A device that falls silent before its CONNECT is complete, or a failure for a server that has no connection for it. */
  async fallSilent(sent: 'nothing' | 'half of its CONNECT', link: Link): Promise<void> {
    const { serverRun } = this;
    await this.#reach(() => serverRun.silentDevice(serverRun.devices.sibling ?? serverRun.identity, sent, link));
  }

  /** Connects a device again. */
  async comeBack(device: NtpDevice, likely?: Likely): Promise<void> {
    await this.#reach(() => device.connect(), likely);
  }

  /** Shows the server alive after something that it may not answer; fails it where it is not. */
  async fence(device: NtpDevice = this.device, { within: given, likely, requests = 1 }: FenceWishes = {}): Promise<Exchange> {
    const { patience } = this.serverRun;
    const kind = `no longer served: ${this.#judge.requirement.id}`;
    const within = given ?? patience.within(kind, device.deadline);
    const exchange = await this.#reach(() => device.fence(within), likely);
    if (exchange !== undefined) return exchange;
    this.#requireRun();
    if (requests > 1) {
      this.#judge.inform(`${device.name} was not answered within ${within} ms, and asked again`);
      return this.fence(device, { within, likely, requests: requests - 1 });
    }
    // What ran beside other scenarios shows nothing of later waits.
    if (device.closed === undefined && this.serverRun.beside.size === 0) patience.spend(kind);
    this.requireSetUp();
    return this.#judge.fail({
      expected: `the server still answers a QoS 0 request within ${within} ms`,
      received: await silenceOf(device, this.serverRun),
      likely: { kind: noLongerServes, text: await likely?.() },
      cause: 'silence',
    });
  }

  async #reach<T>(attempt: () => Promise<T>, likely?: Likely): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      this.#requireRun();
      this.requireSetUp();
      this.serverRun.ledger.refused();
      const ended = await this.serverRun.state.fate();
      return this.#judge.fail({
        expected: 'the server accepts the connection of a device',
        received: ended === undefined ? error.message : `${error.message}: the server ${ended}`,
        likely: { kind: noLongerServes, text: (await likely?.()) ?? error.refusal?.words },
        cause: 'silence',
      });
    }
  }

  /** Ends the scenario where the server refused what a change of the target file would mend. @throws EnvironmentError */
  requireSetUp(): void {
    const { ofSetUp } = this.serverRun.refusals;
    if (ofSetUp !== undefined) throw new EnvironmentError(`the server refused a device: ${ofSetUp.words}`);
  }

  trace(): ScenarioTrace {
    return { lines: this.serverRun.trace.lines(), traces: [this.serverRun.trace, ...this.many.traces] };
  }

  records(): Recorded[] {
    return recordDevices(this.#devices);
  }

  beside(): { readonly places: readonly string[]; readonly ended?: string } | undefined {
    const { beside, started } = this.serverRun;
    const ended = started.ended()?.words;
    // What found the server dead has nothing to do with what ran beside it.
    return beside.size === 0 || this.#foundDead ? undefined : { places: [...beside], ...(ended === undefined ? {} : { ended }) };
  }

  standstill(): string | undefined {
    return (this.#begunUs === undefined ? undefined : standstills.touched(this.#begunUs)) ?? this.#lost;
  }

  /** A server may close a connection that is left open after a scenario: nothing is judged by that, and no scenario leaves one any more. */
  async #requireKept(device: NtpDevice): Promise<void> {
    if (!device.reused || device.closed === undefined || (await this.serverRun.state.fate()) !== undefined) return;
    await this.serverRun.state.pool.shut();
    this.#lost = 'the server closed a connection that an earlier scenario had left open';
  }

  /** Ends the scenario where the suite stood still in it, or could not use a connection: it is run again. @throws EnvironmentError */
  #requireRun(): void {
    const stood = this.standstill();
    if (stood !== undefined) throw new EnvironmentError(stood);
  }

  beforeFailure(): void {
    this.#requireRun();
    this.#requireWhole();
    this.serverRun.distrust();
    reportEnd(this.serverRun);
  }
}
