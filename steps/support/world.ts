import { World } from '@cucumber/cucumber';
import { ConnectError } from '../harness/device/device.ts';
import type { ForeignDevice } from '../harness/device/foreign-device.ts';
import type { MalformedRequest } from '../harness/device/malformed-request.ts';
import type { Asked } from '../harness/device/many-devices.ts';
import type { NtpDevice } from '../harness/device/ntp-device.ts';
import { type DeviceWishes, type ServerRun, serverRun } from '../harness/device/server-run.ts';
import { estimateServerTime, type ServerTime } from '../harness/device/server-time.ts';
import { EnvironmentError } from '../harness/implementation/errors.ts';
import type { Identity, Target } from '../harness/implementation/target.ts';
import type { Exchange, Request, Response } from '../harness/message/exchange.ts';
import type { Link } from '../harness/mqtt/link.ts';
import type { Trace } from '../harness/mqtt/trace.ts';
import type { SeenStamp } from '../harness/platform/client-clock.ts';
import type { ClientRun, ReportedTime } from '../harness/platform/client-run.ts';
import { type ClientRunner, runner } from '../harness/platform/client-runner.ts';
import { type ClientSetup, pagePayload, plainPayload, plainSetup, trueAnswer } from '../harness/platform/client-setup.ts';
import { type ExpectedTime, expectedTimes, TooUncertain } from '../harness/platform/expected-time.ts';
import { printable } from '../harness/text/printable.ts';
import { wallMsAt } from '../harness/time/now.ts';
import type { Requirement, Scenario } from '../requirements/requirement.ts';
import { EVIDENCE_MEDIA_TYPE, type Evidence, type MessageAtFault, NonConformance } from '../verdict/evidence.ts';
import { type Recorded, recordClientRuns, recordDevices, thinned } from '../verdict/exchange-record.ts';

/** What the implementation under test is blamed for. */
export interface Blame {
  readonly expected: string;
  readonly received: string;
  readonly likely?: string | undefined;
  /** Requirements without which this one cannot be judged; the scenario's own is left out by itself. */
  readonly needs?: readonly string[];
  /** The message that is wrong, and what in it: the parts that {@link MessageAtFault} knows. */
  readonly at?: readonly [Response | Request, ...string[]];
}

/** The most exchanges that are kept of one scenario. */
const mostExchanges = 400;

/** Why a client may have no time at all. */
const silenceNeeds = [
  'client-request-topic',
  'client-hears-response',
  'client-sends-time',
  'client-any-member-order',
  'client-accepts-own-type',
];

/** Clients of which a start was known well enough to judge its time. */
const punctual = new WeakSet<Target>();

/**
 * Without what a server serves nobody. Each of them leans on those before it only, so that one of them is always the cause. A restart
 * makes up for all but the first.
 */
const serviceNeeds = [
  'server-answers-request',
  'server-outlives-other-qos',
  'server-concurrent-devices',
  'server-outlives-lost-device',
  'server-outlives-malformed',
];

/** What one scenario knows. */
export class NtpWorld extends World {
  #requirement: Requirement | undefined;
  #device: NtpDevice | undefined;
  #other: NtpDevice | undefined;
  /** Every device that was played in the scenario. */
  readonly #devices: NtpDevice[] = [];
  /** The number of the exchange that is at fault. */
  #exchangeAtFault: number | undefined;
  wireLink: Link | undefined;
  /** What the platform and the client's surroundings are to be like. */
  #setup: ClientSetup | undefined;
  /** The client's starts that the scenario is about, in order. */
  readonly clientRuns: ClientRun[] = [];
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
  /** The four times of the page's example. */
  page: ReadonlyMap<string, bigint> = new Map();
  /** The server's clock, as quick exchanges on a direct connection showed it. */
  serverTime: ServerTime | undefined;
  /** How coarse the server's stamps are, in ms. */
  step = 1;

  /** The scenario begins. */
  begin(requirement: Requirement, scenario: Scenario): void {
    this.#requirement = requirement;
    if (requirement.role === 'server' && this.target.role === 'server') this.serverRun.begin(scenario.place);
  }

  /** The run in front of the server under test. */
  get serverRun(): ServerRun {
    return serverRun();
  }

  /** The run around the client under test. */
  get runner(): Pick<ClientRunner, 'target' | 'mute' | 'has' | 'perform' | 'performAgain'> {
    const current = runner();
    if (current === undefined) throw new Error('no client is under test in this run');
    return current;
  }

  /** The implementation under test. */
  get target(): Target {
    return runner()?.target ?? serverRun().started.target;
  }

  get setup(): ClientSetup {
    this.#setup ??= plainSetup(this.runner.target.timestampTypes[0] ?? 'long');
    return this.#setup;
  }

  set setup(setup: ClientSetup) {
    this.#setup = setup;
  }

  /** The last start of the client that the scenario is about. */
  get clientRun(): ClientRun {
    const clientRun = this.clientRuns.at(-1);
    if (clientRun === undefined) throw new Error('the client was not started in this scenario');
    return clientRun;
  }

  /** Starts the client in this scene, or takes the start that there was of it. */
  async perform(): Promise<void> {
    // What may be the reason why there is no time is looked at all the same.
    const reason = silenceNeeds.includes(this.requirement.id);
    if (!reason && this.runner.mute && this.setup.refusal === undefined && !this.runner.has(this.setup)) {
      this.fail({
        expected: `a calculated time within ${this.runner.target.withinMs} ms`,
        received: 'no time in any start before this one; the client was not started again',
        needs: silenceNeeds,
      });
    }
    this.clientRuns.push(await this.runner.perform(this.setup));
  }

  /** The client's first request, or the blame for a client that never asked. */
  firstRequest(clientRun: ClientRun = this.clientRun): Request {
    const { request } = clientRun;
    if (request !== undefined) return request;
    return this.fail({
      expected: `a request on ${clientRun.requestTopic}`,
      received: this.silence(),
      // One that has reported is not waited for any longer.
      needs: ['client-request-topic', ...(clientRun.reports.length > 0 ? ['client-no-time-without-answer'] : [])],
    });
  }

  /** Blames a client that asks on another topic, where it cannot be answered; nothing else can be judged then. */
  requireOwnTopic(): Request {
    const request = this.firstRequest();
    const { requestTopic } = this.clientRun;
    if (request.message.topic === requestTopic) return request;
    return this.fail({
      expected: `a request on ${requestTopic}`,
      received: `PUBLISH on ${request.message.topic}`,
      needs: ['client-request-topic'],
      at: [request, 'topic'],
    });
  }

  /** Blames a client that was not seen to do what the platform refuses: that it reports no time then shows nothing. */
  requireRefused(): void {
    const { setup, attempts } = this.clientRun;
    if (setup.refusal === 'never answers') this.requireOwnTopic();
    else if (attempts === 0)
      this.fail({ expected: 'an attempt to connect', received: this.silence(), needs: ['client-request-topic'] });
  }

  /** Blames a client that the platform's message did not reach: that nothing came of it shows nothing. */
  requireHeard(): void {
    const { requests, responseTopic, setup } = this.clientRun;
    const request = this.requireOwnTopic();
    const [answer] = setup.answers;
    if (answer?.on !== 'its own' || requests.some(({ responses }) => responses.some(({ unsent }) => !unsent))) return;
    if (request.deviceSendTime?.number === undefined) this.sentBy(this.clientRun);
    this.fail({
      expected: `a client that hears a message on ${responseTopic}`,
      received: this.silence(),
      likely: 'the client had not subscribed its response topic when the response came',
      needs: ['client-hears-response'],
    });
  }

  /** The first time that the client reported, or the blame for one that reported none, or none that came of an answer. */
  firstReport(): ReportedTime {
    const [report] = this.clientRun.reports;
    const { requests } = this.clientRun;
    const answered = ({ atUs }: ReportedTime): boolean =>
      requests.some(({ responses }) => responses.some(({ unsent, message }) => !unsent && message.atUs <= atUs));
    if (report !== undefined && answered(report)) return report;
    const request = this.requireOwnTopic();
    if (report !== undefined) {
      return this.fail({
        expected: 'a calculated time after the response',
        received: `${report.line}, before any response`,
        likely: 'the time was not calculated from a response',
        needs: ['client-no-time-without-answer', ...silenceNeeds],
      });
    }
    const unsent = request.responses.length > 0 && request.responses.every((response) => response.unsent === true);
    return this.fail({
      expected: `a calculated time within ${this.runner.target.withinMs} ms`,
      received: this.silence(),
      likely: unsent ? 'the client had not subscribed its response topic when the response came' : undefined,
      // No order of the members is understood, or it would have been said already.
      needs: silenceNeeds.filter((id) => this.requirement.id !== 'client-accepts-own-type' || id !== 'client-any-member-order'),
    });
  }

  /** What a client's stamp was, and what it can be compared with. */
  sentBy(clientRun: ClientRun): SeenStamp {
    const request = this.firstRequest(clientRun);
    const { message, deviceSendTime, payload } = request;
    if (deviceSendTime?.number === undefined) {
      return this.fail({
        expected: 'deviceSendTime in decimal digits',
        received: payload.text,
        needs: ['client-sends-time'],
        at: [request, deviceSendTime === undefined ? 'payload' : '/deviceSendTime'],
      });
    }
    const { setup, started } = clientRun;
    const clock = setup.clock === undefined ? {} : { clockMs: setup.clock.sends };
    return {
      time: deviceSendTime.number,
      wallMs: message.wallMs,
      atUs: message.atUs,
      ageMs: (message.atUs - started.atUs) / 1000,
      ...clock,
    };
  }

  /**
   * The times that the client's first report may be. Where the machine was too busy to know them, nothing was judged yet, and the
   * client is started anew: twice at the most, and five times where an earlier start was known well enough, so that it is not the client
   * that takes so long.
   *
   * @throws TooUncertain
   */
  async times(): Promise<ExpectedTime[]> {
    const { target } = this.runner;
    const seconds = target.result?.unit === 's';
    for (let again = 0; ; again += 1) {
      const { clientRun } = this;
      const [report] = clientRun.reports;
      if (report === undefined) return [];
      try {
        const times = expectedTimes(clientRun, report, seconds);
        punctual.add(target);
        return times;
      } catch (error) {
        if (!(error instanceof TooUncertain) || again === (punctual.has(target) ? 5 : 2)) throw error;
        this.inform(`the client was started again: ${error.message}`);
        this.clientRuns.splice(-1, 1, await this.runner.performAgain(clientRun));
      }
    }
  }

  /** A time in one order of the members and none in another: then it is the order that the client does not understand. */
  async requireOtherOrder(): Promise<void> {
    const { clientRun } = this;
    const sent = clientRun.request?.responses.some(({ unsent }) => !unsent) === true;
    if (clientRun.reports.length > 0 || !sent) return;
    const others = [plainPayload, pagePayload].map((payload) =>
      this.runner.perform({ ...this.setup, answers: [trueAnswer(payload)] }),
    );
    const understood = (await Promise.all(others)).find(({ reports }) => reports.length > 0);
    if (understood === undefined) return;
    this.fail({
      expected: `a calculated time from ${clientRun.setup.answers[0]?.payload ?? ''}`,
      received: this.silence(),
      likely: `the members are read by position: ${understood.setup.answers[0]?.payload ?? ''} is understood`,
      needs: ['client-any-member-order'],
    });
  }

  /** What makes every calculated time wrong where the mistake itself is not recognised, and is told by requirements of its own. */
  calculationNeeds(): string[] {
    const plain = [
      'client-counts-latency',
      'client-counts-processing',
      'client-worked-example',
      'client-unix-time',
      'client-any-offset',
    ];
    const own = plain.indexOf(this.requirement.id);
    return own < 0 ? plain : plain.slice(0, own);
  }

  /** What was seen of a client instead of what was waited for. */
  silence(): string {
    const { connections, requests, fate, setup, reports } = this.clientRun;
    const seen =
      reports.length > 0
        ? `${reports.length} reports`
        : requests.length > 0
          ? `${requests.length} requests and no time`
          : undefined;
    const connected = connections.length > 0 ? 'a connection and no request' : 'no connection';
    const refused = setup.refusal === undefined ? '' : ` (the platform ${setup.refusal})`;
    return `${seen ?? connected}${refused}${fate === undefined ? '' : `: ${fate}`}`;
  }

  get requirement(): Requirement {
    if (this.#requirement === undefined) throw new Error('this scenario belongs to no requirement');
    return this.#requirement;
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

  /**
   * Blames the implementation under test: the only way to do so.
   *
   * @throws NonConformance, or EnvironmentError where it cannot be told whether the implementation did it
   */
  fail({ expected, received, likely, needs = [], at }: Blame): never {
    const doubt = this.clientRuns.find((clientRun) => clientRun.doubt !== undefined)?.doubt;
    if (doubt !== undefined) throw new EnvironmentError(doubt);
    if (this.target.role === 'server' && this.serverRun.started.ended() !== undefined) this.serverRun.deathBlamed = true;
    // Everything else stands on this one: if it leant on others in turn, each would excuse the other, and nothing would be the cause.
    const base = this.requirement.id === 'server-answers-request';
    const others = base ? [] : needs.filter((id) => id !== this.requirement.id);
    const error = new NonConformance({
      kind: 'finding',
      requirement: this.requirement.id,
      expected,
      received: printable(received),
      ...(likely === undefined ? {} : { likely }),
      ...(others.length === 0 ? {} : { needs: others }),
      trace: this.#trace(),
      ...(at === undefined ? {} : { message: this.#messageAtFault(...at) }),
    });
    this.#attach(error.finding);
    throw error;
  }

  #messageAtFault(source: Response | Request, ...parts: string[]): MessageAtFault {
    const { topic, qos, retain } = source.message;
    const origin = 'responses' in source ? source : source.request;
    this.#exchangeAtFault = this.#exchanges().find((recorded) => recorded.source === origin)?.record.n;
    const exchange = this.#exchangeAtFault === undefined ? {} : { exchange: this.#exchangeAtFault };
    return { topic: printable(topic, 300), qos, retain, payload: printable(source.payload.text), parts, ...exchange };
  }

  /** Says that the scenario does not apply; the step returns what this returns. */
  inapplicable(reason: string): 'skipped' {
    this.#attach({ kind: 'inapplicable', reason });
    return 'skipped';
  }

  /** Something measured or seen, for the report. */
  inform(text: string): void {
    this.#attach({ kind: 'information', text: printable(text) });
  }

  /** Attaches the packets and the exchanges of the scenario. */
  showWire(): void {
    const lines = this.#trace();
    if (lines.length > 0) this.#attach({ kind: 'trace', lines });
    const records = this.#exchanges().map(({ record }) => record);
    const exchanges = thinned(records, mostExchanges, this.#exchangeAtFault);
    if (exchanges.length > 0) this.#attach({ kind: 'exchanges', exchanges, made: records.length });
  }

  /** The declared or made-up identity, or the end of the scenario where the server knows no such device. */
  identity(name: string): Identity | undefined {
    const [productKey = '', deviceName = ''] = name.split('/');
    return this.serverRun.known({ productKey, deviceName });
  }

  /** Ends the scenario at once where the server has not answered anything yet: each wait would take its whole deadline. */
  requireVoice(): void {
    if (this.target.role === 'client' || this.requirement.id === 'server-answers-request' || !this.serverRun.ledger.mute) return;
    this.fail({
      expected: 'a server that answers',
      received: 'no response in any scenario before this one; nothing was asked here',
      needs: ['server-answers-request'],
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
      this.inform('the server had ended in an earlier scenario, and was started again for this one');
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
    }
  }

  /** The exchange of a request, or the blame for a response that did not come. */
  async answered(device: NtpDevice, request: Request): Promise<Exchange> {
    const exchange = await device.exchange(request);
    if (exchange !== undefined) return exchange;
    return this.fail({
      expected: `a response on ${device.responseTopic} within ${device.deadline} ms`,
      received: await this.#silence(device),
      needs: ['server-answers-request'],
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

  /** Reads the server's clock by some quick exchanges on a direct connection. */
  async learnServerTime(): Promise<void> {
    const device = await this.play(this.serverRun.identity);
    await device.subscribe(device.responseTopic);
    this.device = device;
    const { clockResolution } = this.serverRun.ledger;
    const known = (all: readonly Exchange[]): boolean => all.length >= 8 && (clockResolution.certain || all.length >= 2000);
    const exchanges = await this.series((all) => known(all) && (clockResolution.step > 1 || hasTicked(all)), 1500);
    await device.disconnect();
    this.step = clockResolution.step;
    this.serverTime = estimateServerTime(exchanges, this.step);
    if (this.serverTime === undefined) {
      const { payload } = exchanges[0]?.response ?? {};
      this.fail({
        expected: 'two times of the server that can be read',
        received: payload?.text ?? '',
        needs: ['server-response-members'],
        ...(exchanges[0] === undefined ? {} : { at: [exchanges[0].response, 'payload'] as const }),
      });
    }
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
    await this.#reach(() => serverRun.silentDevice(serverRun.sibling ?? serverRun.identity, sent, link));
  }

  /** Connects a device again. */
  async comeBack(device: NtpDevice, likely?: () => Promise<string | undefined>): Promise<void> {
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
    { within = device.deadline, likely }: { within?: number; likely?: () => Promise<string | undefined> } = {},
  ): Promise<Exchange> {
    const exchange = await this.#reach(() => device.fence(within), likely);
    if (exchange !== undefined) return exchange;
    return this.fail({
      expected: `the server still answers a QoS 0 request within ${within} ms`,
      received: await this.#silence(device),
      likely: await likely?.(),
      needs: this.serviceNeeds(),
    });
  }

  /** What makes it needless to judge whether this device is served. */
  serviceNeeds(): string[] {
    const { id } = this.requirement;
    if (id === 'server-comes-back') return ['server-answers-request'];
    const own = serviceNeeds.indexOf(id);
    return own < 0 ? serviceNeeds : serviceNeeds.slice(0, own);
  }

  async #reach<T>(attempt: () => Promise<T>, likely?: () => Promise<string | undefined>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      this.serverRun.ledger.refused();
      const ended = await this.serverRun.fate();
      return this.fail({
        expected: 'the server accepts the connection of a device',
        received: ended === undefined ? error.message : `${error.message}: the server ${ended}`,
        likely: (await likely?.()) ?? likelyRefusal(error.message),
        needs: this.serviceNeeds(),
      });
    }
  }

  async #silence(device: NtpDevice): Promise<string> {
    const ended = device.closed === undefined ? this.serverRun.started.ended() : await this.serverRun.fate();
    if (ended !== undefined) return `no response: the server ${ended}`;
    if (device.closed !== undefined) return `no response: ${device.closed}`;
    const others = device.responses.filter(({ request }) => request === undefined).map(({ message }) => message.topic);
    return others.length === 0 ? 'no response' : `no response there, but a message on ${[...new Set(others)].join(', ')}`;
  }

  /** The packets of the scenario, one line each. */
  #trace(): string[] {
    if (this.target.role === 'server') return this.serverRun.trace.lines();
    const [first, ...more] = this.clientRuns;
    if (first === undefined || more.length === 0) return first?.lines() ?? [];
    return this.clientRuns.flatMap((clientRun, index) => [`start ${index + 1}`, ...clientRun.lines(30)]);
  }

  #exchanges(): Recorded[] {
    return this.target.role === 'server' ? recordDevices(this.#devices) : recordClientRuns(this.clientRuns);
  }

  #attach(evidence: Evidence): void {
    this.attach(JSON.stringify(evidence), { mediaType: EVIDENCE_MEDIA_TYPE });
  }
}

/**
 * True when a clock that moves in ticks was seen through a whole one, so that it is known within which bounds it is behind: common
 * clocks tick every 15.6 ms at the slowest.
 */
function hasTicked(exchanges: readonly Exchange[]): boolean {
  const [first, last] = [exchanges[0], exchanges.at(-1)];
  if (first === undefined || last === undefined) return false;
  const seen = new Set(exchanges.map(({ response }) => response.serverSendTime?.number));
  return seen.size >= 3 || last.response.message.atUs - first.request.message.atUs >= 40_000;
}

/** Why a server does not let a device in, where it said so: CONNACK codes 4 and 5, in MQTT 5 134 and 135, or a TLS alert. */
function likelyRefusal(message: string): string | undefined {
  if (/not authorized|bad user ?name or password|code (4|5|134|135)$/i.test(message))
    return 'the credentials in the target file (auth, device) are not those that the server knows';
  if (/alert (certificate|bad certificate|unknown ca|handshake failure)|certificate required/i.test(message))
    return 'the server asks devices for a certificate that it knows: tls.certificate and tls.key in the target file';
  return undefined;
}
