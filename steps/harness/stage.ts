import { readFileSync } from 'node:fs';
import { type ClockSettings, type ContainerClockSettings, ControlledClock } from './clock.ts';
import { moment } from './moment.ts';
import { readPayload } from './payload.ts';
import { type ClientRequest, Performance, type ReportedTime } from './performance.ts';
import { Platform, type PlatformOptions } from './platform.ts';
import type { PlatformRequest, Script } from './platform-script.ts';
import type { PlatformSession } from './platform-session.ts';
import { type Reports, readReport, reportsOf } from './reported-time.ts';
import { type Answer, plainScene, type ResponseTimes, type Scene, writeAnswer } from './scene.ts';
import { assertValid } from './schema.ts';
import { startTarget } from './target/start.ts';
import type { Identity, StartedTarget, Target } from './target/target.ts';
import { wall } from './wall.ts';

/** The device whose responses must not reach the client under test. */
const stranger: Identity = { productKey: 'a1NtpSuite1', deviceName: 'somebody-else' };

/** How far the platform's time is ahead of the suite's where a situation does not say: so far that no clock of this machine is taken for it. */
const usualLeadMs = 3_600_000;

/** How long a client that has reported may take to end by itself, or to report again, in ms. */
const afterReportMs = 300;

/**
 * The client under test in front of the platform that the suite plays. Every situation describes a scene; scenes that are alike are
 * performed once, and all that can be judged on such a performance is judged on it.
 */
export class Stage {
  readonly target: Target;
  readonly #platform: Platform;
  readonly #host: string;
  readonly #port: number;
  readonly #performances = new Map<string, Promise<Performance>>();
  readonly #finished: Performance[] = [];
  readonly #running = new Set<StartedTarget>();
  readonly #reports: Reports;
  /** Clients that cannot be told apart by their device take turns. */
  #turn: Promise<unknown> = Promise.resolve();
  #count = 0;
  #closed = false;

  private constructor(target: Target, platform: Platform, host: string, port: number) {
    this.target = target;
    this.#platform = platform;
    this.#host = host;
    this.#port = port;
    this.#reports = reportsOf(target);
  }

  /** Opens the platform: on the loopback for processes, on the bridge's gateway for containers. */
  static async open(target: Target): Promise<Stage> {
    const platform = new Platform(appearance(target));
    const container = target.start.kind === 'container';
    const port = await listen(platform, target);
    platform.play(stranger, {});
    return new Stage(target, platform, container ? 'host.docker.internal' : '127.0.0.1', port);
  }

  /** Every performance that has come to its end, in that order. */
  get performances(): readonly Performance[] {
    return this.#finished;
  }

  /** True when several starts in which the client was answered brought no time at all: each further one would take its whole deadline. */
  get mute(): boolean {
    const answered = this.#finished.filter(({ scene }) => scene.refusal === undefined);
    return answered.length >= 4 && answered.every(({ reports }) => reports.length === 0);
  }

  /** Whether there is, or will be, a performance of this scene. */
  has(scene: Scene): boolean {
    return this.#performances.has(JSON.stringify(scene));
  }

  /** What the suite's own scripts threw. */
  get faults(): readonly unknown[] {
    return this.#platform.faults;
  }

  /** Performs a scene, or gives the performance that there is of it. */
  async perform(scene: Scene): Promise<Performance> {
    const key = JSON.stringify(scene);
    const known = this.#performances.get(key);
    if (known !== undefined) return known;
    const performing = this.#inTurn(scene);
    this.#performances.set(key, performing);
    return performing;
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

  /** Ends what still runs. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#running].map((client) => client.stop()));
    await this.#platform[Symbol.asyncDispose]();
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
    const performance = new Performance(scene, identity);
    const clock = scene.clock === undefined ? undefined : await ControlledClock.create();
    if (scene.clock !== undefined) clock?.set(scene.clock.sends);
    const onReport = (report: ReportedTime | undefined): void => {
      if (report === undefined) return;
      performance.reports.push(report);
      performance.changed();
    };
    this.#platform.play(identity, this.#script(performance, clock, onReport));
    if (scene.refusal === 'refuses TCP') await this.#platformThatRefuses(performance, clock, onReport);
    else await this.#run(performance, clock, this.#host, this.#port, onReport);
    performance.sessions = this.#platform.sessions(identity);
    this.#platform.forget(identity);
    this.#finished.push(performance);
    return performance;
  }

  /** A platform of its own, since TCP is refused before anybody can know who asks. */
  async #platformThatRefuses(
    performance: Performance,
    clock: ControlledClock | undefined,
    onReport: (report: ReportedTime | undefined) => void,
  ): Promise<void> {
    await using platform = new Platform({ ...appearance(this.target), script: { onAccept: () => 'refuse' } });
    const port = await listen(platform, this.target);
    await this.#run(performance, clock, this.#host, port, onReport);
  }

  async #run(
    performance: Performance,
    clock: ControlledClock | undefined,
    host: string,
    port: number,
    onReport: (report: ReportedTime | undefined) => void,
  ): Promise<void> {
    const { identity, scene } = performance;
    const controlled: (ClockSettings & Partial<ContainerClockSettings>) | undefined =
      this.target.start.kind === 'container' ? clock?.forContainer() : clock?.forProcess();
    const { productKey, deviceName, deviceSecret } = identity;
    const client = await startTarget(this.target, {
      env: { ...(scene.timeZone === undefined ? {} : { TZ: scene.timeZone }), ...controlled?.env },
      mounts: controlled === undefined || controlled.mount === undefined ? [] : [controlled.mount],
      values: { host, port: String(port), productKey, deviceName, deviceSecret: deviceSecret ?? '', timestampType: scene.type },
      onLine: (line) => onReport(readReport(line, this.#reports)),
    });
    this.#running.add(client);
    void client.end.then((how) => {
      performance.ended = how === 'stopped by the suite' ? undefined : how;
      performance.changed();
    });
    try {
      if (this.#closed) return;
      await this.#watch(performance, client);
    } finally {
      performance.output = client.output();
      await client.stop();
      this.#running.delete(client);
      clock?.[Symbol.dispose]();
    }
  }

  /** Lets the client ask, and waits for what the scene is about. */
  async #watch(performance: Performance, client: StartedTarget): Promise<void> {
    const { scene } = performance;
    const { withinMs, sync } = this.target;
    const over = (): boolean => performance.ended !== undefined;
    const interval = sync.kind === 'every' ? sync.intervalMs : 0;
    await this.#trigger(performance, client);
    if (scene.sequel !== undefined) {
      await performance.until(() => over() || performance.requests.length > 0, withinMs + interval);
      await this.#trigger(performance, client);
    }
    const enough =
      scene.refusal === undefined
        ? () => performance.reports.length > 0
        : () => performance.reports.length > 0 || performance.requests.length > 1;
    const seen = await performance.until(() => over() || enough(), withinMs + interval * (scene.sequel === undefined ? 1 : 2));
    performance.overdue = !seen;
    // One that has reported may end, or report again; one that has ended may have said more than was read yet.
    if (performance.reports.length > 0) await performance.until(over, afterReportMs);
  }

  /** Has the client ask, where it does not by itself. */
  async #trigger(performance: Performance, client: StartedTarget): Promise<void> {
    const { sync, withinMs } = this.target;
    if (sync.kind === 'start' || sync.kind === 'every') return;
    const listens = (): boolean =>
      [...this.#platform.sessions(performance.identity)].some(
        (session) => session.subscriptions.size > 0 && session.ending === undefined,
      );
    const { refusal } = performance.scene;
    if (refusal !== 'refuses TCP' && refusal !== 'refuses CONNECT')
      await performance.until(() => listens() || performance.ended !== undefined, withinMs);
    if (performance.ended !== undefined) return;
    switch (sync.kind) {
      case 'exec':
        await client.exec(sync.command);
        return;
      case 'signal':
        await client.signal(sync.signal);
        return;
      case 'stdin':
        await client.write(sync.text);
        return;
      case 'publish':
        for (const session of this.#platform.sessions(performance.identity)) {
          session.deliver(fill(sync.topic, performance.identity), fill(sync.payload, performance.identity));
        }
    }
  }

  #script(
    performance: Performance,
    clock: ControlledClock | undefined,
    onReport: (report: ReportedTime | undefined) => void,
  ): Script {
    const { scene } = performance;
    const autoSubscription = this.target.capabilities.has('auto-subscription');
    return {
      autoSubscription,
      onConnect: (_packet, session) => {
        performance.changed();
        if (scene.refusal === 'refuses CONNECT') return { refuse: 5 };
        if (scene.slowConnectMs === 0) return 'accept';
        setTimeout(() => session.accept(), scene.slowConnectMs);
        return 'withhold';
      },
      onSubscribe: () => {
        // After the SUBACK has left: who waits for a subscription sees it then.
        setImmediate(() => performance.changed());
        return 'grant';
      },
      onRequest: async (publish, session) => {
        const report = this.#reports.fromMessage?.(publish.topic, publish.payload, performance.identity);
        if (report !== undefined) {
          onReport(report);
          return;
        }
        const payload = readPayload(publish.payload);
        const looksLike = publish.topic.includes('/ntp/') || payload.members.has('deviceSendTime');
        if (publish.topic !== performance.requestTopic && !looksLike) return;
        const request: ClientRequest = { publish, payload, deviceSendTime: payload.members.get('deviceSendTime'), delivered: [] };
        performance.requests.push(request);
        performance.changed();
        if (publish.topic === performance.requestTopic) await this.#answer(performance, request, session, clock);
        performance.changed();
      },
    };
  }

  /** Answers a request as the scene says. What it claims is true: the latencies and the processing time are really spent. */
  async #answer(
    performance: Performance,
    request: ClientRequest,
    session: PlatformSession,
    clock: ControlledClock | undefined,
  ): Promise<void> {
    const { scene, requests } = performance;
    const first = requests[0] === request;
    if (scene.refusal === 'never answers') return;
    if (first && scene.sequel === 'loses the first answer') return;
    if (first && scene.sequel === 'cuts the connection after the first request') {
      session.cut();
      return;
    }
    const echo = request.deviceSendTime?.number;
    if (echo === undefined) return;
    const times = await this.#spend(scene, request.publish, session, clock);
    const late = scene.sequel === 'answers the first request late';
    if (late && first) {
      // Kept until the next request is here; then both are answered, the late one first.
      await performance.until(() => requests.length > 1 || performance.ended !== undefined, this.target.withinMs * 2);
      this.#deliver(performance, request, scene.answers.at(-1), times);
      return;
    }
    if (late) await performance.until(() => (requests[0]?.delivered.length ?? 0) > 0, this.target.withinMs);
    for (const answer of scene.answers) {
      await pass(answer.afterMs, session.signal);
      this.#deliver(performance, request, answer, times);
    }
  }

  async #spend(
    scene: Scene,
    publish: PlatformRequest,
    session: PlatformSession,
    clock: ControlledClock | undefined,
  ): Promise<{ received: number; sent: number }> {
    if (scene.clock !== undefined) {
      // The client's clock stands still: what it can see elapse is what the clock is moved by.
      clock?.set(scene.clock.receives);
      const received = scene.serverRecvTime ?? scene.clock.sends + usualLeadMs;
      return { received, sent: received + scene.processingMs };
    }
    const lead = scene.serverRecvTime === undefined ? usualLeadMs : scene.serverRecvTime - Math.floor(publish.wallMs);
    await pass(scene.forthMs, session.signal);
    const received = Math.floor(wall() + lead);
    await pass(scene.processingMs, session.signal);
    const sent = Math.floor(wall() + lead);
    await pass(scene.backMs, session.signal);
    return { received, sent };
  }

  #deliver(
    performance: Performance,
    request: ClientRequest,
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
    const heard = this.#platform.respond(request.publish, topic, payload).length > 0;
    const { serverRecvTime, serverSendTime } = times;
    request.delivered.push({ ...now, answer, payload, serverRecvTime, serverSendTime, heard });
  }
}

/** How the platform shows itself: over TLS where the target file says so. */
function appearance({ tls }: Target): PlatformOptions {
  if (tls?.certificate === undefined || tls.key === undefined) return {};
  return { tls: { cert: readFileSync(tls.certificate, 'utf8'), key: readFileSync(tls.key, 'utf8') } };
}

/** Listens where the client can reach it, and on no other address of this machine. */
async function listen(platform: Platform, { start }: Target): Promise<number> {
  const loopback = '127.0.0.1';
  if (start.kind !== 'container') return platform.listen(loopback);
  const { bridgeGateway } = await import('./target/engine.ts');
  const gateway = await bridgeGateway();
  try {
    return await platform.listen(gateway ?? loopback);
  } catch (error) {
    // An engine in a virtual machine forwards what its containers send to their host to the loopback of this machine.
    if ((error as NodeJS.ErrnoException).code !== 'EADDRNOTAVAIL') throw error;
    return platform.listen(loopback);
  }
}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

const fill = (text: string, { productKey, deviceName }: Identity): string =>
  text.replaceAll('{productKey}', productKey).replaceAll('{deviceName}', deviceName);

/** Lets real time pass, because the platform claims that it passed. @throws the signal's reason when the connection ends before */
function pass(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal.addEventListener('abort', abort, { once: true });
  });
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
