import { readFileSync } from 'node:fs';
import type { IConnectPacket } from 'mqtt-packet';
import { type ClockSettings, type ContainerClockSettings, ControlledClock } from '../implementation/controlled-clock.ts';
import { EnvironmentError } from '../implementation/errors.ts';
import { type ListenAddress, listenAddressOf } from '../implementation/listen-address.ts';
import type { Identity, StartedTarget, Target } from '../implementation/target.ts';
import { readPayload } from '../message/payload.ts';
import { assertValid } from '../message/schema.ts';
import { learnSecret } from '../text/secrets.ts';
import { now, wallMsAt } from '../time/now.ts';
import { stopwatch } from '../time/stopwatch.ts';
import type { ClientConnection } from './client-connection.ts';
import { type ClientRequest, ClientRun } from './client-run.ts';
import {
  type Answer,
  type ClientSetup,
  leadOf,
  plainSetup,
  type ResponseTimes,
  receiveTimeOf,
  writeAnswer,
} from './client-setup.ts';
import { afterReportMs, startClient, tellToAsk } from './client-start.ts';
import { Platform, type PlatformOptions } from './platform.ts';
import type { PlatformRequest, Script } from './platform-script.ts';
import { type Reports, reportsOf } from './reported-time.ts';

/** The device whose responses must not reach the client under test. */
const stranger: Identity = { productKey: 'a1NtpSuite1', deviceName: 'somebody-else' };

/** Who takes part in a performance. */
interface Cast {
  readonly clientRun: ClientRun;
  readonly platform: Platform;
  readonly clock: ControlledClock | undefined;
}

/**
 * The client under test in front of the platform that the suite plays. Every scenario describes a scene; scenes that are alike are
 * performed once, and all that can be judged on such a performance is judged on it.
 */
export class ClientRunner {
  readonly target: Target;
  readonly #platform: Platform;
  readonly #venue: ListenAddress;
  readonly #port: number;
  readonly #clientRuns = new Map<string, Promise<ClientRun>>();
  readonly #finished: ClientRun[] = [];
  readonly #running = new Set<StartedTarget>();
  /** Of the images that were started; more than one where the image was replaced meanwhile. */
  readonly #imageDigests = new Set<string>();
  /** What scripts threw on platforms that are closed. */
  readonly #faults: unknown[] = [];
  readonly #reports: Reports;
  /** Clients that cannot be told apart by their device take turns. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Aborts when nobody waits any more for clients that are being started. */
  readonly #giveUp = new AbortController();
  #count = 0;

  private constructor(target: Target, platform: Platform, venue: ListenAddress, port: number) {
    this.target = target;
    this.#platform = platform;
    this.#venue = venue;
    this.#port = port;
    this.#reports = reportsOf(target);
  }

  /** Opens the platform: on the loopback for processes, on the gateway of their network for containers. */
  static async open(target: Target): Promise<ClientRunner> {
    const platform = new Platform(appearance(target));
    const venue = await listenAddressOf(target);
    const port = await venue.listen(platform).catch(async (error: unknown) => {
      await venue.leave();
      throw error;
    });
    platform.play(stranger, {});
    return new ClientRunner(target, platform, venue, port);
  }

  /** Of the image that every start was made from; undefined where there is none. */
  get imageDigest(): string | undefined {
    return this.#imageDigests.values().next().value;
  }

  /** What a container of the client may have or do beyond the default confinement, a phrase each. */
  get looseness(): readonly string[] {
    return this.#venue.looseness;
  }

  /** What makes the starts say nothing about one implementation, in words. */
  get changed(): string | undefined {
    const [first, ...others] = this.#imageDigests;
    if (others.length === 0) return undefined;
    return `the image was replaced while the run lasted: ${first}, then ${others.join(', ')}`;
  }

  /** Every performance that has come to its end, in that order. */
  get clientRuns(): readonly ClientRun[] {
    return this.#finished;
  }

  /**
   * True when several starts in which the client was answered, in each of its types, brought no time at all: each further one would take
   * its whole deadline.
   */
  get mute(): boolean {
    const answered = this.#finished.filter(({ setup }) => setup.refusal === undefined);
    const tried = new Set(answered.map(({ setup }) => setup.type));
    if (answered.length < 4 || !this.target.timestampTypes.every((type) => tried.has(type))) return false;
    return answered.every(({ reports }) => reports.length === 0);
  }

  /** Begins the scenes in which the client is not served: most of their time is the client's own waiting. */
  beginRefusals(): void {
    const [type = 'long'] = this.target.timestampTypes;
    for (const refusal of ['never answers', 'refuses TCP', 'refuses CONNECT'] as const) {
      // Whoever needs the performance asks for it again, and hears of what went wrong.
      this.perform({ ...plainSetup(type), refusal }).catch(() => undefined);
    }
  }

  /** Whether there is, or will be, a performance of this scene. */
  has(setup: ClientSetup): boolean {
    return this.#clientRuns.has(keyOf(setup));
  }

  /** What keeps the performances from being judged: what the suite's own scripts threw, and what became of the way to the platform. */
  get faults(): readonly unknown[] {
    const away = this.#venue.fault();
    return [...this.#platform.faults, ...this.#faults, ...(away === undefined ? [] : [new EnvironmentError(away)])];
  }

  /** Performs a scene, or gives the performance that there is of it. */
  async perform(setup: ClientSetup): Promise<ClientRun> {
    const key = keyOf(setup);
    const known = this.#clientRuns.get(key);
    if (known !== undefined) return known;
    const performing = stopwatch.time('clients', () => this.#inTurn(setup));
    this.#clientRuns.set(key, performing);
    return performing;
  }

  /** Performs a scene anew, unless that has been done already: what was recorded of it cannot be judged. */
  async performAgain(clientRun: ClientRun): Promise<ClientRun> {
    const { setup } = clientRun;
    const key = keyOf(setup);
    const known = this.#clientRuns.get(key);
    // Another one may have had the same wish meanwhile.
    if ((await known) === clientRun && this.#clientRuns.get(key) === known) this.#clientRuns.delete(key);
    return this.perform(setup);
  }

  /**
   * Whether the client reads the controlled clock.
   *
   * @returns why not, in words; undefined when it does, or when it sent nothing by which to tell
   */
  async proveClock(): Promise<string | undefined> {
    const sends = 1571724098000;
    const [type = 'long'] = this.target.timestampTypes;
    const clientRun = await this.perform({
      ...plainSetup(type),
      clock: { sends, receives: sends + 25 },
      serverRecvTime: sends + 110,
      processingMs: 5,
    });
    const sent = clientRun.request?.deviceSendTime?.number;
    if (sent === undefined) return undefined;
    const powers = [1n, 1000n, 1_000_000n];
    const shows = powers.some((power) => sent === BigInt(sends) * power || sent * power === BigInt(sends));
    const real = BigInt(Math.round(clientRun.request?.publish.wallMs ?? 0));
    const followsReal = powers.some(
      (power) => absolute(sent - real * power) < 86_400_000n * power || absolute(sent * power - real) < 86_400_000n,
    );
    if (shows || !followsReal) return undefined;
    return `the controlled clock does not take hold: it stood at ${sends}, and the client sent ${sent}. Static programs cannot be controlled: take "clock" out of the target file's capabilities`;
  }

  /** Ends what still runs, or is being started. */
  async close(): Promise<void> {
    this.#giveUp.abort(new EnvironmentError('the run was ended before the client had started'));
    await Promise.all([...this.#running].map((client) => client.stop()));
    await Promise.allSettled(this.#clientRuns.values());
    await this.#platform[Symbol.asyncDispose]();
    await this.#venue.leave();
  }

  async #inTurn(setup: ClientSetup): Promise<ClientRun> {
    const identity = this.#cast(setup);
    if (!this.target.onlyThese) return this.#perform(setup, identity);
    const before = this.#turn;
    const mine = before.then(() => this.#perform(setup, identity));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** The device that the client is to be. Each start has one of its own, so that nothing of another start can be taken for its doing. */
  #cast({ identity }: ClientSetup): Identity {
    const [declared] = this.target.devices;
    const deviceSecret = declared?.deviceSecret ?? 'made-up-secret';
    if (this.target.onlyThese && declared !== undefined) return declared;
    this.#count += 1;
    return {
      deviceSecret,
      ...(identity ?? { productKey: declared?.productKey ?? 'a1NtpSuite1', deviceName: `probe-c${this.#count}` }),
    };
  }

  async #perform(setup: ClientSetup, identity: Identity): Promise<ClientRun> {
    using clock = setup.clock === undefined ? undefined : await ControlledClock.create();
    if (setup.clock !== undefined) clock?.set(setup.clock.sends);
    const clientRun = new ClientRun(setup, identity);
    if (setup.slowConnectMs > 0 || setup.refusal === 'refuses TCP' || setup.refusal === 'refuses CONNECT') {
      // What comes before CONNACK comes before anybody can know who asks: this client has a platform for itself.
      await using platform = new Platform(appearance(this.target));
      const cast = { clientRun, platform, clock };
      const script = this.#script(cast);
      const refuseTcp = (): 'refuse' => {
        setImmediate(() => clientRun.changed());
        return 'refuse';
      };
      platform.script = setup.refusal === 'refuses TCP' ? { onAccept: refuseTcp } : script;
      await this.#run(cast, script, await this.#venue.listen(platform));
      clientRun.close([...platform.sessions(), ...platform.sessions(identity)], platform.accepted);
      this.#faults.push(...platform.faults);
    } else {
      const cast = { clientRun, platform: this.#platform, clock };
      await this.#run(cast, this.#script(cast), this.#port);
      const sessions = this.#platform.sessions(identity);
      clientRun.close(sessions, sessions.length);
      this.#platform.forget(identity);
    }
    this.#finished.push(clientRun);
    return clientRun;
  }

  async #run({ clientRun, platform, clock }: Cast, script: Script, port: number): Promise<void> {
    const { identity, setup } = clientRun;
    const controlled: (ClockSettings & Partial<ContainerClockSettings>) | undefined =
      this.target.start.kind === 'container' ? clock?.forContainer() : clock?.forProcess();
    platform.play(identity, script);
    const client = await startClient(this.target, clientRun, {
      giveUp: this.#giveUp.signal,
      env: { ...(setup.timeZone === undefined ? {} : { TZ: setup.timeZone }), ...controlled?.env },
      mounts: controlled === undefined || controlled.mount === undefined ? [] : [controlled.mount],
      host: this.#venue.host,
      port,
      reports: this.#reports,
    });
    this.#running.add(client);
    void client.lost?.then((why) => {
      this.#faults.push(new EnvironmentError(why));
      clientRun.over = true;
      clientRun.changed();
    });
    if (client.imageDigest !== undefined) this.#imageDigests.add(client.imageDigest);
    try {
      if (!this.#giveUp.signal.aborted) await this.#watch({ clientRun, platform, clock }, client);
    } finally {
      clientRun.over = true;
      clientRun.changed();
      clientRun.doubt = await client.doubt?.();
      await client.stop();
      // What it said last was read meanwhile.
      clientRun.output = client.output();
      this.#running.delete(client);
    }
  }

  /** Lets the client ask, and waits for what the scene is about. */
  async #watch(cast: Cast, client: StartedTarget): Promise<void> {
    const { clientRun } = cast;
    const { setup } = clientRun;
    const { withinMs, sync } = this.target;
    const over = (): boolean => clientRun.ended !== undefined;
    const interval = sync.kind === 'every' ? sync.intervalMs : 0;
    await this.#trigger(cast, client);
    if (setup.sequel !== undefined) {
      await clientRun.until(() => over() || clientRun.requests.length > 0, withinMs + interval);
      await this.#trigger(cast, client);
    }
    const enough =
      setup.refusal === undefined
        ? () => clientRun.reports.length > 0
        : () => clientRun.reports.length > 0 || clientRun.requests.length > 1;
    const deadline = withinMs + interval * (setup.sequel === undefined ? 1 : 2);
    await clientRun.until(() => over() || enough() || clientRun.askedTooOften, deadline);
    clientRun.overdue = !(over() || enough());
    // One that has reported may end, or report again.
    if (clientRun.reports.length > 0) await clientRun.until(() => over() || clientRun.reportedTooOften, afterReportMs);
  }

  /** Has the client ask, where it does not by itself. */
  async #trigger({ clientRun, platform }: Cast, client: StartedTarget): Promise<void> {
    const { sync, withinMs } = this.target;
    if (sync.kind === 'start' || sync.kind === 'every') return;
    const open = (): ClientConnection[] => platform.sessions(clientRun.identity).filter(({ ending }) => ending === undefined);
    // A message that lets it ask must find its listener.
    const topic = sync.kind === 'publish' ? fill(sync.topic, clientRun.identity) : undefined;
    const listens = this.target.capabilities.has('auto-subscription')
      ? () => clientRun.welcomed && open().length > 0
      : () => open().some((session) => (topic === undefined ? session.subscriptions.size > 0 : session.hears(topic)));
    const { refusal } = clientRun.setup;
    const refused = refusal === 'refuses TCP' || refusal === 'refuses CONNECT';
    // One that is not let in has shown by its attempt that it runs, and that what listens to a signal is in place.
    const ready = refused ? () => platform.accepted > 0 : listens;
    await clientRun.until(() => ready() || clientRun.ended !== undefined, withinMs);
    if (clientRun.ended !== undefined) return;
    if (sync.kind !== 'publish') return tellToAsk(client, sync);
    for (const session of open()) {
      session.deliver(fill(sync.topic, clientRun.identity), fill(sync.payload, clientRun.identity));
    }
  }

  #script(cast: Cast): Script {
    const { clientRun, platform } = cast;
    const { setup } = clientRun;
    const autoSubscription = this.target.capabilities.has('auto-subscription');
    const welcome = (): void => {
      clientRun.welcomed = true;
      clientRun.changed();
    };
    return {
      autoSubscription,
      onConnect: (packet, session) => {
        learnPassword(packet, this.target);
        setImmediate(() => clientRun.changed());
        if (setup.refusal === 'refuses CONNECT') return { refuse: 5 };
        if (setup.slowConnectMs === 0) {
          // After the CONNACK has left: who waits for a connection sees it then.
          setImmediate(welcome);
          return 'accept';
        }
        setTimeout(() => {
          session.accept();
          welcome();
        }, setup.slowConnectMs);
        return 'withhold';
      },
      onSubscribe: () => {
        // After the SUBACK has left: who waits for a subscription sees it then.
        setImmediate(() => clientRun.changed());
        return 'grant';
      },
      onRequest: async (publish, session) => {
        const said = this.#reports.fromMessage?.(publish.topic, publish.payload, clientRun.identity);
        if (said !== undefined) {
          clientRun.keep(said);
          return;
        }
        if (clientRun.askedTooOften) return;
        const payload = readPayload(publish.payload);
        if (!clientRun.isRequest(publish.topic, payload)) return;
        const beforeUs = (session.frames.before(publish.atUs) ?? session.accepted).atUs;
        const listened = platform.sessions(clientRun.identity).some((one) => one.subscribes(clientRun.responseTopic));
        const deviceSendTime = payload.members.get('deviceSendTime');
        const request: ClientRequest = { publish, beforeUs, listened, payload, deviceSendTime, delivered: [] };
        clientRun.requests.push(request);
        clientRun.changed();
        if (publish.topic === clientRun.requestTopic) await this.#answer(cast, request, publish);
        clientRun.changed();
      },
    };
  }

  /** Answers a request as the scene says. What it claims is true: the latencies and the processing time are really spent. */
  async #answer(cast: Cast, request: ClientRequest, publish: PlatformRequest): Promise<void> {
    const { clientRun } = cast;
    const { setup, requests } = clientRun;
    const first = requests[0] === request;
    if (setup.refusal !== undefined) return;
    if (first && setup.sequel === 'loses the first answer') return;
    if (first && setup.sequel === 'cuts the connection after the first request') {
      publish.session.cut();
      return;
    }
    if (request.deviceSendTime?.number === undefined) return;
    const times = await this.#spend(cast, publish);
    const late = setup.sequel === 'answers the first request late';
    if (late && first) {
      // Kept until the next request is here; then both are answered, the late one first.
      await clientRun.until(() => requests.length > 1 || clientRun.over, this.target.withinMs * 2);
      this.#deliver(cast, request, publish, setup.answers.at(-1), times);
      return;
    }
    if (late) await clientRun.until(() => (requests[0]?.delivered.length ?? 0) > 0, this.target.withinMs);
    for (const answer of setup.answers) {
      await pass(answer.afterMs, clientRun);
      this.#deliver(cast, request, publish, answer, times);
    }
  }

  async #spend({ clientRun, clock }: Cast, publish: PlatformRequest): Promise<{ received: number; sent: number }> {
    const { setup } = clientRun;
    if (setup.clock !== undefined) {
      // The client's clock stands still: what it can see elapse is what the clock is moved by.
      clock?.set(setup.clock.receives);
      const received = receiveTimeOf(setup, setup.clock);
      return { received, sent: received + setup.processingMs };
    }
    const lead = leadOf(setup, publish.wallMs);
    await pass(setup.forthMs, clientRun);
    const received = Math.floor(wallMsAt() + lead);
    await pass(setup.processingMs, clientRun);
    // One that takes no time has one moment, and not two between which this machine may do something else.
    const sent = setup.processingMs === 0 ? received : Math.floor(wallMsAt() + lead);
    await pass(setup.backMs, clientRun);
    return { received, sent };
  }

  #deliver(
    { clientRun, platform }: Cast,
    request: ClientRequest,
    publish: PlatformRequest,
    answer: Answer | undefined,
    { received, sent }: { received: number; sent: number },
  ): void {
    if (answer === undefined) throw new Error('the setup has no answer');
    const deviceSendTime = request.deviceSendTime?.number ?? 0n;
    const times: ResponseTimes = { deviceSendTime, serverRecvTime: BigInt(received), serverSendTime: BigInt(sent) };
    // In the type that it was asked in; where the client sent neither, in the one that its target file declares.
    const type =
      request.deviceSendTime?.type === 'string'
        ? 'string'
        : request.deviceSendTime?.type === 'number'
          ? 'long'
          : clientRun.setup.type;
    const payload = writeAnswer(answer, type, times);
    if (answer === clientRun.setup.answers.at(-1)) assertValid('response', payload);
    const topic =
      answer.on === 'its own' ? clientRun.responseTopic : `/ext/ntp/${stranger.productKey}/${stranger.deviceName}/response`;
    const time = now();
    const heard = platform.respond(publish, topic, payload).length > 0;
    const { serverRecvTime, serverSendTime } = times;
    request.delivered.push({ ...time, answer, payload, serverRecvTime, serverSendTime, heard });
  }
}

/** How the platform shows itself: over TLS where the target file says so. */
function appearance(target: Target): PlatformOptions {
  const { tls } = target;
  const script: Script = {
    onConnect: (packet) => {
      learnPassword(packet, target);
      return 'accept';
    },
  };
  if (tls?.certificate === undefined || tls.key === undefined) return { script };
  const ca = tls.ca === undefined ? {} : { ca: readFileSync(tls.ca, 'utf8') };
  return { script, tls: { cert: readFileSync(tls.certificate, 'utf8'), key: readFileSync(tls.key, 'utf8'), ...ca } };
}

/** What a client shows itself by is derived from its device secret, or built into it: no report shows that either. */
function learnPassword({ password }: IConnectPacket, { secrets }: Target): void {
  if (password !== undefined) learnSecret(secrets, password.toString('utf8'));
}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

const fill = (text: string, { productKey, deviceName }: Identity): string =>
  text.replaceAll('{productKey}', productKey).replaceAll('{deviceName}', deviceName);

/** Equal scenes have equal keys, in whatever order a scenario describes them. */
const keyOf = (setup: ClientSetup): string => JSON.stringify(Object.entries(setup).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/**
 * Lets real time pass, because the platform claims that it passed; no longer than there is a client. That the connection which asked
 * has ended means nothing: another one may listen.
 */
async function pass(ms: number, clientRun: ClientRun): Promise<void> {
  if (ms > 0) await clientRun.until(() => clientRun.over, ms);
}

let current: ClientRunner | undefined;

/** Sets the stage that the steps work on; undefined when the run is over. */
export function setClientRunner(runner: ClientRunner | undefined): void {
  current = runner;
}

/** The stage of this run; undefined when no client is under test. */
export function runner(): ClientRunner | undefined {
  return current;
}
