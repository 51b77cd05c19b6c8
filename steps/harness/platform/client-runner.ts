import { readFileSync } from 'node:fs';
import type { IConnectPacket } from 'mqtt-packet';
import { type ClockSettings, type ContainerClockSettings, ControlledClock } from '../implementation/controlled-clock.ts';
import { EnvironmentError } from '../implementation/errors.ts';
import { type Venue, venueOf } from '../implementation/listen-address.ts';
import type { Identity, StartedTarget, Target } from '../implementation/target.ts';
import { readPayload } from '../message/payload.ts';
import { assertValid } from '../message/schema.ts';
import { learnSecret } from '../text/secrets.ts';
import { moment } from '../time/moment.ts';
import { wall } from '../time/now.ts';
import { stopwatch } from '../time/stopwatch.ts';
import type { PlatformSession } from './client-connection.ts';
import { type ClientRequest, Performance } from './client-run.ts';
import { type Answer, leadOf, plainScene, type ResponseTimes, receiveTimeOf, type Scene, writeAnswer } from './client-setup.ts';
import { afterReportMs, startClient, tellToAsk } from './client-start.ts';
import { Platform, type PlatformOptions } from './platform.ts';
import type { PlatformRequest, Script } from './platform-script.ts';
import { type Reports, reportsOf } from './reported-time.ts';

/** The device whose responses must not reach the client under test. */
const stranger: Identity = { productKey: 'a1NtpSuite1', deviceName: 'somebody-else' };

/** Who takes part in a performance. */
interface Cast {
  readonly performance: Performance;
  readonly platform: Platform;
  readonly clock: ControlledClock | undefined;
}

/**
 * The client under test in front of the platform that the suite plays. Every scenario describes a scene; scenes that are alike are
 * performed once, and all that can be judged on such a performance is judged on it.
 */
export class Stage {
  readonly target: Target;
  readonly #platform: Platform;
  readonly #venue: Venue;
  readonly #port: number;
  readonly #performances = new Map<string, Promise<Performance>>();
  readonly #finished: Performance[] = [];
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

  private constructor(target: Target, platform: Platform, venue: Venue, port: number) {
    this.target = target;
    this.#platform = platform;
    this.#venue = venue;
    this.#port = port;
    this.#reports = reportsOf(target);
  }

  /** Opens the platform: on the loopback for processes, on the gateway of their network for containers. */
  static async open(target: Target): Promise<Stage> {
    const platform = new Platform(appearance(target));
    const venue = await venueOf(target);
    const port = await venue.listen(platform).catch(async (error: unknown) => {
      await venue.leave();
      throw error;
    });
    platform.play(stranger, {});
    return new Stage(target, platform, venue, port);
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
  get performances(): readonly Performance[] {
    return this.#finished;
  }

  /**
   * True when several starts in which the client was answered, in each of its types, brought no time at all: each further one would take
   * its whole deadline.
   */
  get mute(): boolean {
    const answered = this.#finished.filter(({ scene }) => scene.refusal === undefined);
    const tried = new Set(answered.map(({ scene }) => scene.type));
    if (answered.length < 4 || !this.target.timestampTypes.every((type) => tried.has(type))) return false;
    return answered.every(({ reports }) => reports.length === 0);
  }

  /** Begins the scenes in which the client is not served: most of their time is the client's own waiting. */
  beginRefusals(): void {
    const [type = 'long'] = this.target.timestampTypes;
    for (const refusal of ['never answers', 'refuses TCP', 'refuses CONNECT'] as const) {
      // Whoever needs the performance asks for it again, and hears of what went wrong.
      this.perform({ ...plainScene(type), refusal }).catch(() => undefined);
    }
  }

  /** Whether there is, or will be, a performance of this scene. */
  has(scene: Scene): boolean {
    return this.#performances.has(keyOf(scene));
  }

  /** What keeps the performances from being judged: what the suite's own scripts threw, and what became of the way to the platform. */
  get faults(): readonly unknown[] {
    const away = this.#venue.fault();
    return [...this.#platform.faults, ...this.#faults, ...(away === undefined ? [] : [new EnvironmentError(away)])];
  }

  /** Performs a scene, or gives the performance that there is of it. */
  async perform(scene: Scene): Promise<Performance> {
    const key = keyOf(scene);
    const known = this.#performances.get(key);
    if (known !== undefined) return known;
    const performing = stopwatch.time('clients', () => this.#inTurn(scene));
    this.#performances.set(key, performing);
    return performing;
  }

  /** Performs a scene anew, unless that has been done already: what was recorded of it cannot be judged. */
  async performAgain(performance: Performance): Promise<Performance> {
    const { scene } = performance;
    const key = keyOf(scene);
    const known = this.#performances.get(key);
    // Another one may have had the same wish meanwhile.
    if ((await known) === performance && this.#performances.get(key) === known) this.#performances.delete(key);
    return this.perform(scene);
  }

  /**
   * Whether the client reads the controlled clock.
   *
   * @returns why not, in words; undefined when it does, or when it sent nothing by which to tell
   */
  async proveClock(): Promise<string | undefined> {
    const sends = 1571724098000;
    const [type = 'long'] = this.target.timestampTypes;
    const performance = await this.perform({
      ...plainScene(type),
      clock: { sends, receives: sends + 25 },
      serverRecvTime: sends + 110,
      processingMs: 5,
    });
    const sent = performance.request?.deviceSendTime?.number;
    if (sent === undefined) return undefined;
    const powers = [1n, 1000n, 1_000_000n];
    const shows = powers.some((power) => sent === BigInt(sends) * power || sent * power === BigInt(sends));
    const real = BigInt(Math.round(performance.request?.publish.wallMs ?? 0));
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
    await Promise.allSettled(this.#performances.values());
    await this.#platform[Symbol.asyncDispose]();
    await this.#venue.leave();
  }

  async #inTurn(scene: Scene): Promise<Performance> {
    const identity = this.#cast(scene);
    if (!this.target.onlyThese) return this.#perform(scene, identity);
    const before = this.#turn;
    const mine = before.then(() => this.#perform(scene, identity));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** The device that the client is to be. Each start has one of its own, so that nothing of another start can be taken for its doing. */
  #cast({ identity }: Scene): Identity {
    const [declared] = this.target.devices;
    const deviceSecret = declared?.deviceSecret ?? 'made-up-secret';
    if (this.target.onlyThese && declared !== undefined) return declared;
    this.#count += 1;
    return {
      deviceSecret,
      ...(identity ?? { productKey: declared?.productKey ?? 'a1NtpSuite1', deviceName: `probe-c${this.#count}` }),
    };
  }

  async #perform(scene: Scene, identity: Identity): Promise<Performance> {
    using clock = scene.clock === undefined ? undefined : await ControlledClock.create();
    if (scene.clock !== undefined) clock?.set(scene.clock.sends);
    const performance = new Performance(scene, identity);
    if (scene.slowConnectMs > 0 || scene.refusal === 'refuses TCP' || scene.refusal === 'refuses CONNECT') {
      // What comes before CONNACK comes before anybody can know who asks: this client has a platform for itself.
      await using platform = new Platform(appearance(this.target));
      const cast = { performance, platform, clock };
      const script = this.#script(cast);
      const refuseTcp = (): 'refuse' => {
        setImmediate(() => performance.changed());
        return 'refuse';
      };
      platform.script = scene.refusal === 'refuses TCP' ? { onAccept: refuseTcp } : script;
      await this.#run(cast, script, await this.#venue.listen(platform));
      performance.close([...platform.sessions(), ...platform.sessions(identity)], platform.accepted);
      this.#faults.push(...platform.faults);
    } else {
      const cast = { performance, platform: this.#platform, clock };
      await this.#run(cast, this.#script(cast), this.#port);
      const sessions = this.#platform.sessions(identity);
      performance.close(sessions, sessions.length);
      this.#platform.forget(identity);
    }
    this.#finished.push(performance);
    return performance;
  }

  async #run({ performance, platform, clock }: Cast, script: Script, port: number): Promise<void> {
    const { identity, scene } = performance;
    const controlled: (ClockSettings & Partial<ContainerClockSettings>) | undefined =
      this.target.start.kind === 'container' ? clock?.forContainer() : clock?.forProcess();
    platform.play(identity, script);
    const client = await startClient(this.target, performance, {
      giveUp: this.#giveUp.signal,
      env: { ...(scene.timeZone === undefined ? {} : { TZ: scene.timeZone }), ...controlled?.env },
      mounts: controlled === undefined || controlled.mount === undefined ? [] : [controlled.mount],
      host: this.#venue.host,
      port,
      reports: this.#reports,
    });
    this.#running.add(client);
    void client.lost?.then((why) => {
      this.#faults.push(new EnvironmentError(why));
      performance.over = true;
      performance.changed();
    });
    if (client.imageDigest !== undefined) this.#imageDigests.add(client.imageDigest);
    try {
      if (!this.#giveUp.signal.aborted) await this.#watch({ performance, platform, clock }, client);
    } finally {
      performance.over = true;
      performance.changed();
      performance.doubt = await client.doubt?.();
      await client.stop();
      // What it said last was read meanwhile.
      performance.output = client.output();
      this.#running.delete(client);
    }
  }

  /** Lets the client ask, and waits for what the scene is about. */
  async #watch(cast: Cast, client: StartedTarget): Promise<void> {
    const { performance } = cast;
    const { scene } = performance;
    const { withinMs, sync } = this.target;
    const over = (): boolean => performance.ended !== undefined;
    const interval = sync.kind === 'every' ? sync.intervalMs : 0;
    await this.#trigger(cast, client);
    if (scene.sequel !== undefined) {
      await performance.until(() => over() || performance.requests.length > 0, withinMs + interval);
      await this.#trigger(cast, client);
    }
    const enough =
      scene.refusal === undefined
        ? () => performance.reports.length > 0
        : () => performance.reports.length > 0 || performance.requests.length > 1;
    const deadline = withinMs + interval * (scene.sequel === undefined ? 1 : 2);
    await performance.until(() => over() || enough() || performance.askedTooOften, deadline);
    performance.overdue = !(over() || enough());
    // One that has reported may end, or report again.
    if (performance.reports.length > 0) await performance.until(() => over() || performance.reportedTooOften, afterReportMs);
  }

  /** Has the client ask, where it does not by itself. */
  async #trigger({ performance, platform }: Cast, client: StartedTarget): Promise<void> {
    const { sync, withinMs } = this.target;
    if (sync.kind === 'start' || sync.kind === 'every') return;
    const open = (): PlatformSession[] => platform.sessions(performance.identity).filter(({ ending }) => ending === undefined);
    // A message that lets it ask must find its listener.
    const topic = sync.kind === 'publish' ? fill(sync.topic, performance.identity) : undefined;
    const listens = this.target.capabilities.has('auto-subscription')
      ? () => performance.welcomed && open().length > 0
      : () => open().some((session) => (topic === undefined ? session.subscriptions.size > 0 : session.hears(topic)));
    const { refusal } = performance.scene;
    const refused = refusal === 'refuses TCP' || refusal === 'refuses CONNECT';
    // One that is not let in has shown by its attempt that it runs, and that what listens to a signal is in place.
    const ready = refused ? () => platform.accepted > 0 : listens;
    await performance.until(() => ready() || performance.ended !== undefined, withinMs);
    if (performance.ended !== undefined) return;
    if (sync.kind !== 'publish') return tellToAsk(client, sync);
    for (const session of open()) {
      session.deliver(fill(sync.topic, performance.identity), fill(sync.payload, performance.identity));
    }
  }

  #script(cast: Cast): Script {
    const { performance, platform } = cast;
    const { scene } = performance;
    const autoSubscription = this.target.capabilities.has('auto-subscription');
    const welcome = (): void => {
      performance.welcomed = true;
      performance.changed();
    };
    return {
      autoSubscription,
      onConnect: (packet, session) => {
        learnPassword(packet, this.target);
        setImmediate(() => performance.changed());
        if (scene.refusal === 'refuses CONNECT') return { refuse: 5 };
        if (scene.slowConnectMs === 0) {
          // After the CONNACK has left: who waits for a connection sees it then.
          setImmediate(welcome);
          return 'accept';
        }
        setTimeout(() => {
          session.accept();
          welcome();
        }, scene.slowConnectMs);
        return 'withhold';
      },
      onSubscribe: () => {
        // After the SUBACK has left: who waits for a subscription sees it then.
        setImmediate(() => performance.changed());
        return 'grant';
      },
      onRequest: async (publish, session) => {
        const said = this.#reports.fromMessage?.(publish.topic, publish.payload, performance.identity);
        if (said !== undefined) {
          performance.keep(said);
          return;
        }
        if (performance.askedTooOften) return;
        const payload = readPayload(publish.payload);
        if (!performance.isRequest(publish.topic, payload)) return;
        const beforeUs = (session.frames.before(publish.atUs) ?? session.accepted).atUs;
        const listened = platform.sessions(performance.identity).some((one) => one.subscribes(performance.responseTopic));
        const deviceSendTime = payload.members.get('deviceSendTime');
        const request: ClientRequest = { publish, beforeUs, listened, payload, deviceSendTime, delivered: [] };
        performance.requests.push(request);
        performance.changed();
        if (publish.topic === performance.requestTopic) await this.#answer(cast, request, publish);
        performance.changed();
      },
    };
  }

  /** Answers a request as the scene says. What it claims is true: the latencies and the processing time are really spent. */
  async #answer(cast: Cast, request: ClientRequest, publish: PlatformRequest): Promise<void> {
    const { performance } = cast;
    const { scene, requests } = performance;
    const first = requests[0] === request;
    if (scene.refusal !== undefined) return;
    if (first && scene.sequel === 'loses the first answer') return;
    if (first && scene.sequel === 'cuts the connection after the first request') {
      publish.session.cut();
      return;
    }
    if (request.deviceSendTime?.number === undefined) return;
    const times = await this.#spend(cast, publish);
    const late = scene.sequel === 'answers the first request late';
    if (late && first) {
      // Kept until the next request is here; then both are answered, the late one first.
      await performance.until(() => requests.length > 1 || performance.over, this.target.withinMs * 2);
      this.#deliver(cast, request, publish, scene.answers.at(-1), times);
      return;
    }
    if (late) await performance.until(() => (requests[0]?.delivered.length ?? 0) > 0, this.target.withinMs);
    for (const answer of scene.answers) {
      await pass(answer.afterMs, performance);
      this.#deliver(cast, request, publish, answer, times);
    }
  }

  async #spend({ performance, clock }: Cast, publish: PlatformRequest): Promise<{ received: number; sent: number }> {
    const { scene } = performance;
    if (scene.clock !== undefined) {
      // The client's clock stands still: what it can see elapse is what the clock is moved by.
      clock?.set(scene.clock.receives);
      const received = receiveTimeOf(scene, scene.clock);
      return { received, sent: received + scene.processingMs };
    }
    const lead = leadOf(scene, publish.wallMs);
    await pass(scene.forthMs, performance);
    const received = Math.floor(wall() + lead);
    await pass(scene.processingMs, performance);
    // One that takes no time has one moment, and not two between which this machine may do something else.
    const sent = scene.processingMs === 0 ? received : Math.floor(wall() + lead);
    await pass(scene.backMs, performance);
    return { received, sent };
  }

  #deliver(
    { performance, platform }: Cast,
    request: ClientRequest,
    publish: PlatformRequest,
    answer: Answer | undefined,
    { received, sent }: { received: number; sent: number },
  ): void {
    if (answer === undefined) throw new Error('the scene has no answer');
    const deviceSendTime = request.deviceSendTime?.number ?? 0n;
    const times: ResponseTimes = { deviceSendTime, serverRecvTime: BigInt(received), serverSendTime: BigInt(sent) };
    // In the type that it was asked in; where the client sent neither, in the one that its target file declares.
    const type =
      request.deviceSendTime?.type === 'string'
        ? 'string'
        : request.deviceSendTime?.type === 'number'
          ? 'long'
          : performance.scene.type;
    const payload = writeAnswer(answer, type, times);
    if (answer === performance.scene.answers.at(-1)) assertValid('response', payload);
    const topic =
      answer.on === 'its own' ? performance.responseTopic : `/ext/ntp/${stranger.productKey}/${stranger.deviceName}/response`;
    const now = moment();
    const heard = platform.respond(publish, topic, payload).length > 0;
    const { serverRecvTime, serverSendTime } = times;
    request.delivered.push({ ...now, answer, payload, serverRecvTime, serverSendTime, heard });
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
const keyOf = (scene: Scene): string => JSON.stringify(Object.entries(scene).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/**
 * Lets real time pass, because the platform claims that it passed; no longer than there is a client. That the connection which asked
 * has ended means nothing: another one may listen.
 */
async function pass(ms: number, performance: Performance): Promise<void> {
  if (ms > 0) await performance.until(() => performance.over, ms);
}

let current: Stage | undefined;

/** Sets the stage that the steps work on; undefined when the run is over. */
export function setStage(stage: Stage | undefined): void {
  current = stage;
}

/** The stage of this run; undefined when no client is under test. */
export function stage(): Stage | undefined {
  return current;
}
