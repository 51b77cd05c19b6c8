import { ControlledClock } from '../implementation/controlled-clock.ts';
import { EnvironmentError } from '../implementation/errors.ts';
import { type ListenAddress, listenAddressOf } from '../implementation/listen-address.ts';
import { MADE_UP_SECRET } from '../implementation/placeholder-values.ts';
import type { Identity, StartedTarget, Target } from '../implementation/target.ts';
import { condensed } from '../mqtt/trace.ts';
import { nowUs } from '../time/now.ts';
import { standstills } from '../time/standstill.ts';
import { stopwatch } from '../time/stopwatch.ts';
import { otherDevice, type StartParts, scriptOf } from './client-answers.ts';
import { runClient } from './client-execution.ts';
import { ClientRun } from './client-run.ts';
import type { Script } from './client-script.ts';
import { beyondMillisecondNs, type ClientSetup, plainSetup, refusals, refusedUnnamed } from './client-setup.ts';
import { clockFault } from './clock-proof.ts';
import { ClosedPort } from './closed-port.ts';
import { Platform } from './platform.ts';
import { platformOptions } from './platform-options.ts';
import { RepeatedSilence } from './repeated-silence.ts';
import { type Reports, reportsOf } from './reported-time.ts';
import { StartSlots } from './start-slots.ts';

/** How often a start is made again in which the suite stood still. */
const mostAgain = 2;

/**
 * Starts the client under test in front of the platform that the suite plays. Every scenario describes a setup. Equal setups share one
 * start, and every requirement that can be judged by that start is judged by it.
 */
export class ClientRunner {
  readonly target: Target;
  readonly #platform: Platform;
  readonly #address: ListenAddress;
  readonly #port: number;
  readonly #clientRuns = new Map<string, Promise<ClientRun>>();
  readonly #finished: ClientRun[] = [];
  readonly #silence: RepeatedSilence;
  readonly #running = new Set<StartedTarget>();
  /** Of the images that were started; more than one where the image was replaced meanwhile. */
  readonly #imageDigests = new Set<string>();
  /** What scripts threw on platforms that are closed, and faults of the environment. */
  readonly #faults: unknown[] = [];
  readonly #reports: Reports;
  /** Clients with the same identity take turns. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Aborts when the run has ended, and no client is started any more. */
  readonly #giveUp = new AbortController();
  #count = 0;
  #recognised = false; // true once a start was recognised by its CONNECT or its topics

  private constructor(target: Target, platform: Platform, listenAddress: ListenAddress, port: number) {
    this.target = target;
    this.#platform = platform;
    this.#address = listenAddress;
    this.#port = port;
    this.#reports = reportsOf(target);
    this.#silence = new RepeatedSilence(target, this.#finished);
  }

  /** How many clients run at once. */
  readonly slots = new StartSlots();

  /** Opens the platform: on the loopback for processes, on the gateway of their network for containers. */
  static async open(target: Target): Promise<ClientRunner> {
    const platform = new Platform(platformOptions(target));
    const listenAddress = await listenAddressOf(target);
    const port = await listenAddress.listen(platform).catch(async (error: unknown) => {
      await listenAddress.leave();
      throw error;
    });
    platform.play(otherDevice, {});
    return new ClientRunner(target, platform, listenAddress, port);
  }

  /** Of the image that every start was made from; undefined where there is none. */
  get imageDigest(): string | undefined {
    return this.#imageDigests.values().next().value;
  }

  /** The address of this machine that the client connects to. */
  get host(): string {
    return this.#address.host;
  }

  /** What a container of the client may have or do beyond the default confinement, a phrase each. */
  get looseness(): readonly string[] {
    return this.#address.looseness;
  }

  /** Why the starts were not all of the same implementation, in words; undefined when they were. */
  get changed(): string | undefined {
    const [first, ...others] = this.#imageDigests;
    return others.length === 0 ? undefined : `the image was replaced while the run lasted: ${first}, then ${others.join(', ')}`;
  }

  /** Every start that is over, in that order. */
  get clientRuns(): readonly ClientRun[] {
    return this.#finished;
  }

  /** True when several starts show that the client reports no time: each additional start would take its whole deadline. */
  get mute(): boolean {
    return this.#silence.mute;
  }

  /** What several starts show that the client refuses in the valid response of this setup; undefined where they do not. */
  refusedPart(setup: ClientSetup): 'order' | 'offset' | undefined {
    return this.#silence.refusedPart(setup);
  }

  /** Begins the starts in which the client is not answered, because they take longest. */
  beginRefusals(): void {
    const [type = 'long'] = this.target.timestampTypes;
    for (const refusal of refusals) {
      // A scenario that needs this start asks for it again, and then gets the error.
      this.perform({ ...plainSetup(type), refusal }).catch(() => undefined);
    }
  }

  /** Whether there is, or will be, a start with this setup. */
  has(setup: ClientSetup): boolean {
    return this.#clientRuns.has(keyOf(setup));
  }

  /** Why no start can be judged: what the suite's own scripts threw, and faults of the environment. */
  get faults(): readonly unknown[] {
    const away = this.#address.fault();
    return [...this.#platform.faults, ...this.#faults, ...(away === undefined ? [] : [new EnvironmentError(away)])];
  }

  /** Starts the client with a setup, or gives the start that there is with it. */
  async perform(setup: ClientSetup): Promise<ClientRun> {
    const key = keyOf(setup);
    const known = this.#clientRuns.get(key);
    if (known !== undefined) return known;
    const performing = stopwatch.time('clients', () => this.#inTurn(setup));
    this.#clientRuns.set(key, performing);
    return performing;
  }

  /** Starts the client again with the same setup, unless that has been done already: the earlier start cannot be judged. */
  async performAgain(clientRun: ClientRun): Promise<ClientRun> {
    const { setup } = clientRun;
    const key = keyOf(setup);
    const known = this.#clientRuns.get(key);
    // Another scenario may have started it again meanwhile.
    if ((await known) === clientRun && this.#clientRuns.get(key) === known) this.#clientRuns.delete(key);
    return this.perform(setup);
  }

  /** Why the client does not read the controlled clock, in words; undefined when it does, or when nothing shows it. */
  async proveClock(): Promise<string | undefined> {
    return clockFault({ target: this.target, perform: (setup) => this.perform(setup) });
  }

  /** Ends every client that runs or is being started, and the platform. */
  async close(): Promise<void> {
    this.#giveUp.abort(new EnvironmentError('the run was ended before the client had started'));
    await Promise.all([...this.#running].map((client) => client.stop()));
    await Promise.allSettled(this.#clientRuns.values());
    await this.#platform[Symbol.asyncDispose]();
    await this.#address.leave();
  }

  async #inTurn(setup: ClientSetup): Promise<ClientRun> {
    if (!this.target.onlyThese) return this.#untilItRuns(setup);
    const mine = this.#turn.then(() => this.#untilItRuns(setup));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /**
   * Starts the client, and again where the suite stood still meanwhile: the client may have given it up.
   *
   * @throws EnvironmentError when that happened in each of three starts
   */
  async #untilItRuns(setup: ClientSetup): Promise<ClientRun> {
    const again: string[] = [];
    for (;;) {
      await standstills.settled();
      const begunUs = nowUs();
      const perform = (): Promise<ClientRun> => this.#perform(setup, this.#identityFor(setup));
      // A client that is refused mostly waits.
      const started = setup.refusal === undefined ? this.slots.use(perform) : perform();
      const attempt = await started.catch((error: unknown) => ({ error }));
      const stood = standstills.touched(begunUs);
      if (stood === undefined || this.#giveUp.signal.aborted) {
        if ('error' in attempt) throw attempt.error;
        attempt.startedAgain = again;
        this.#finished.push(attempt);
        return attempt;
      }
      again.push(stood);
      if (again.length > mostAgain) throw new EnvironmentError(untilItRuns(again));
    }
  }

  /** The device that the client is to be: another one in each start, so that nothing of one start is taken for the doing of another. */
  #identityFor({ identity }: ClientSetup): Identity {
    const [declared] = this.target.devices;
    if (this.target.onlyThese) return declared;
    const { productKey, deviceSecret = MADE_UP_SECRET } = declared;
    this.#count += 1;
    return { deviceSecret, ...(identity ?? { productKey, deviceName: `probe-c${this.#count}` }) };
  }

  async #perform(setup: ClientSetup, identity: Identity): Promise<ClientRun> {
    using clock = setup.clock === undefined ? undefined : await ControlledClock.create();
    if (setup.clock !== undefined) clock?.set(setup.clock.sends, beyondMillisecondNs);
    const clientRun = new ClientRun(setup, identity);
    clientRun.hurriedMs = this.#silence.afterMalformedMs(setup);
    clientRun.toldAtOnce = this.#silence.connectsWhenTold;
    const common = { target: this.target, clientRun, clock, reports: this.#reports };
    const unnamed = setup.slowConnectMs > 0 || refusedUnnamed.has(setup.refusal);
    if (unnamed || !this.#recognised) {
      // Before CONNECT no client can be recognised: this one has a platform of its own, as has each until the first one was recognised.
      await using platform = new Platform(platformOptions(this.target));
      using closed = new ClosedPort();
      const parts = { ...common, platform };
      const script = scriptOf(parts);
      const refuseTcp = (): 'refuse' => {
        setImmediate(() => clientRun.changed());
        return 'refuse';
      };
      platform.play(otherDevice, {});
      if (unnamed) platform.script = setup.refusal === 'resets every connection' ? { onAccept: refuseTcp } : script;
      const port =
        setup.refusal === 'does not listen' ? await this.#address.keepClosed(closed) : await this.#address.listen(platform);
      await this.#run(parts, script, port);
      const own = platform.connections(identity);
      this.#recognised ||= own.length > 0;
      clientRun.close(
        unnamed ? [...platform.connections(), ...own] : own,
        unnamed ? platform.accepted : own.length,
        platform.unnamed,
      );
      this.#faults.push(...platform.faults);
    } else {
      const parts = { ...common, platform: this.#platform };
      await this.#run(parts, scriptOf(parts), this.#port);
      const connections = this.#platform.connections(identity);
      clientRun.close(connections, connections.length);
      this.#platform.forget(identity);
    }
    // Kept until the end of the run.
    for (const { trace } of clientRun.connections) trace.condense(condensed);
    return clientRun;
  }

  async #run(parts: StartParts, script: Script, port: number): Promise<void> {
    const { clientRun, platform } = parts;
    platform.play(clientRun.identity, script);
    await runClient(parts, {
      host: this.#address.host,
      port,
      giveUp: this.#giveUp.signal,
      onStart: (client) => {
        this.#running.add(client);
        if (client.imageDigest !== undefined) this.#imageDigests.add(client.imageDigest);
      },
      onStop: (client) => this.#running.delete(client),
      onFault: (fault) => this.#faults.push(fault),
    });
  }
}

/** Why a start cannot be judged: the suite stood still in each attempt. */
function untilItRuns(again: readonly string[]): string {
  return `${again.at(-1) ?? ''}, as in each of ${again.length} starts of the client: run on a machine that is neither suspended nor overloaded`;
}

/** Equal setups have equal keys, regardless of the order in which a scenario describes them. */
const keyOf = (setup: ClientSetup): string => JSON.stringify(Object.entries(setup).toSorted(([a], [b]) => (a < b ? -1 : 1)));
