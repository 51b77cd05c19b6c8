import { ConnectError } from '../harness/device/device.ts';
import type { DeviceWishes } from '../harness/device/device-wishes.ts';
import type { ForeignDevice } from '../harness/device/foreign-device.ts';
import type { MalformedRequest } from '../harness/device/malformed-request.ts';
import type { Asked } from '../harness/device/many-devices.ts';
import type { NtpDevice } from '../harness/device/ntp-device.ts';
import type { ServerRun } from '../harness/device/server-run.ts';
import type { ServerTime } from '../harness/device/server-time.ts';
import type { Reception } from '../harness/device/unauthenticated-device.ts';
import { EnvironmentError } from '../harness/implementation/errors.ts';
import type { Identity, StartedTarget, Target } from '../harness/implementation/target.ts';
import type { Exchange, Request } from '../harness/message/exchange.ts';
import type { Link } from '../harness/mqtt/link.ts';
import type { Trace } from '../harness/mqtt/trace.ts';
import { nowUs, wallMsAt } from '../harness/time/now.ts';
import { standstills } from '../harness/time/standstill.ts';
import { mistakesOf } from '../requirements/requirement.ts';
import type { Judge, NtpWorld, ScenarioState, ScenarioTrace } from '../support/world.ts';
import { type Recorded, recordDevices } from '../verdict/exchange-record.ts';
import { answerWait } from './answer-wait.ts';
import { endsReading, likelyRefusal, noLongerServes } from './server-diagnosis.ts';
import { silenceOf } from './server-silence.ts';
import { likelySilence } from './silence-diagnosis.ts';

/** A World in which a server is judged. */
export type ServerWorld = NtpWorld<ServerScenario>;

/** What a server probably did that does not serve any more, where that can be found out. */
type Likely = () => Promise<string | undefined>;

/** The state of a scenario that judges a server. */
export class ServerScenario implements ScenarioState {
  /** The run in front of the server under test. */
  readonly serverRun: ServerRun;
  readonly #judge: Judge;
  #device: NtpDevice | undefined;
  #other: NtpDevice | undefined;
  /** Every device that was played in the scenario. */
  readonly #devices: NtpDevice[] = [];
  wireLink: Link | undefined;
  /** What the scenario asked, in order. */
  requests: Request[] = [];
  /** Exchanges of a series. */
  exchanges: Exchange[] = [];
  /** Many devices, and what they asked at the same moment. */
  players: readonly NtpDevice[] = [];
  /** What each of them has recorded. */
  playerWires: readonly Trace[] = [];
  manyDevices: Asked[] = [];
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
  /** How coarse the server's stamps are, in ms. */
  step = 1;
  #begunUs: number | undefined;

  constructor(judge: Judge, serverRun: ServerRun) {
    this.#judge = judge;
    this.serverRun = serverRun;
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
    this.requireVoice();
    // What ends the server is seen for each malformed request by itself.
    if (mistakesOf(this.#judge.requirement).includes(endsReading)) await this.revive();
  }

  async end(): Promise<void> {
    await this.serverRun.end();
    this.#requireWhole();
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

  /** Ends the scenario at once where the server has not answered anything yet: each wait would take its whole deadline. */
  requireVoice(): void {
    // What depends on nothing is judged whatever else was seen.
    const { ledger, readsAll } = this.serverRun;
    if (this.#judge.requirement.dependsOn.length === 0 || !ledger.mute || !readsAll) return;
    this.serverRun.note('device', 'does not ask: no scenario before this one had a response');
    this.#judge.fail({
      expected: 'a server that answers',
      received: 'no response in any scenario before this one; nothing was asked here',
      cause: 'silence',
    });
  }

  /**
   * Starts the server again where it had ended in an earlier scenario and was blamed for that: what it does in this one is then seen as
   * well. One that ended unseen stays so, and is blamed by whoever wants to be served next.
   */
  async revive(): Promise<void> {
    const { serverRun } = this;
    if (serverRun.started.restart === undefined || !serverRun.deathBlamed) return;
    try {
      await serverRun.restart('SIGKILL');
      this.#judge.inform('the server had ended in an earlier scenario, and was started again for this one');
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
    }
  }

  /** The exchange of a request, or the blame for a response that did not come. */
  async answered(device: NtpDevice, request: Request): Promise<Exchange> {
    const { patience } = this.serverRun;
    const { kind, within } = answerWait(this.serverRun, this.#judge.requirement, request, device.deadline);
    const exchange = await device.exchange(request, within);
    if (exchange !== undefined) {
      patience.restore(kind);
      return exchange;
    }
    this.#requireRun();
    // A connection that was closed did not cost the deadline.
    if (device.closed === undefined) patience.spend(kind);
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
    return this.answered(this.device, this.request);
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

  /** A connected device, or the blame for a server that does not let it connect. */
  async play(identity: Identity, wishes: DeviceWishes = {}): Promise<NtpDevice> {
    const device = await this.#reach(() => this.serverRun.device(identity, wishes));
    this.#devices.push(device);
    return device;
  }

  /** A connected device that will overstep its rights, or the blame for a server that does not let it connect. */
  async playForeignDevice(identity: Identity): Promise<ForeignDevice> {
    return this.#reach(() => this.serverRun.foreignDevice(identity));
  }

  /** Shows the packets of one of many devices as those of the scenario. */
  showPlayer(device: NtpDevice | undefined): void {
    const trace = device === undefined ? undefined : this.playerWires[this.players.indexOf(device)];
    if (trace !== undefined) this.serverRun.trace.adopt(trace);
  }

  /** Takes devices into the scenario that are connected already. */
  join(devices: readonly NtpDevice[]): void {
    this.#devices.push(...devices);
  }

  /** A device that falls silent before its CONNECT is complete, or the blame for a server that has no connection for it. */
  async fallSilent(sent: 'nothing' | 'half of its CONNECT', link: Link): Promise<void> {
    const { serverRun } = this;
    await this.#reach(() => serverRun.silentDevice(serverRun.devices.sibling ?? serverRun.identity, sent, link));
  }

  /** Connects a device again. */
  async comeBack(device: NtpDevice, likely?: Likely): Promise<void> {
    await this.#reach(() => device.connect(), likely);
  }

  /**
   * Shows the server alive after something that it may not answer; blames it where it is not.
   *
   * @param within how long an answer may take, in ms
   * @param likely gives a diagnosis where the server does not answer
   */
  async fence(
    device: NtpDevice = this.device,
    { within: given, likely }: { within?: number; likely?: Likely } = {},
  ): Promise<Exchange> {
    const { patience } = this.serverRun;
    const kind = `no longer served: ${this.#judge.requirement.id}`;
    const within = given ?? patience.within(kind, device.deadline);
    const exchange = await this.#reach(() => device.fence(within), likely);
    if (exchange !== undefined) return exchange;
    this.#requireRun();
    if (device.closed === undefined) patience.spend(kind);
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
      const ended = await this.serverRun.fate();
      return this.#judge.fail({
        expected: 'the server accepts the connection of a device',
        received: ended === undefined ? error.message : `${error.message}: the server ${ended}`,
        likely: { kind: noLongerServes, text: (await likely?.()) ?? likelyRefusal(error.message) },
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
    return { lines: this.serverRun.trace.lines(), traces: [this.serverRun.trace, ...this.playerWires] };
  }

  records(): Recorded[] {
    return recordDevices(this.#devices);
  }

  standstill(): string | undefined {
    return this.#begunUs === undefined ? undefined : standstills.touched(this.#begunUs);
  }

  /** Ends the scenario where the suite stood still in it: it is run again. @throws EnvironmentError */
  #requireRun(): void {
    const stood = this.standstill();
    if (stood !== undefined) throw new EnvironmentError(stood);
  }

  beforeFailure(): void {
    this.#requireRun();
    this.#requireWhole();
    if (this.serverRun.started.ended() !== undefined) this.serverRun.deathBlamed = true;
  }
}
