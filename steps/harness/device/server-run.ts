import { type Credentials, credentialsOf } from '../implementation/credentials.ts';
import type { Identity, StartedTarget } from '../implementation/target.ts';
import { lateEnd } from '../implementation/within-time.ts';
import { topicOf } from '../message/ntp-topics.ts';
import { Link } from '../mqtt/link.ts';
import { Trace } from '../mqtt/trace.ts';
import { learnSecret } from '../text/secrets.ts';
import { nowUs, wallMsAt } from '../time/now.ts';
import { Device, type DeviceConnection, type DeviceOptions, type Habits } from './device.ts';
import type { DeviceWishes, MovableClock } from './device-wishes.ts';
import { ForeignDevice } from './foreign-device.ts';
import { KnownDevices } from './known-devices.ts';
import { NtpDevice } from './ntp-device.ts';
import { Pacing } from './pacing.ts';
import { Patience } from './patience.ts';
import { RawDevice } from './raw-device.ts';
import { Refusals } from './refusal.ts';
import { RequestLedger } from './request-ledger.ts';
import { type Candidate, untilServes } from './server-readiness.ts';
import type { Address } from './socket.ts';
import { StayingDevices } from './staying-devices.ts';
import { addressOf, requireTls } from './tls.ts';
import { connectUnauthenticated, type Reception } from './unauthenticated-device.ts';

/** One run in front of one started server: what its scenarios share. */
export class ServerRun {
  readonly trace = new Trace();
  readonly ledger = new RequestLedger();
  /** The devices that the server knows. */
  readonly devices: KnownDevices;
  /** Keeps it below the limits of the target file. */
  readonly pacing: Pacing;
  /** How long it waits for answers. */
  readonly patience = new Patience(() => this.ledger.slowest);
  readonly clock: MovableClock | undefined;
  /** How many devices ask at the same moment where many are to. */
  readonly deviceCount: number;
  /** True once the server did not serve after a malformed request: later scenarios of this kind wait less. */
  deaf = false;
  /** True once the server has failed for having ended; until it is started again. */
  deathBlamed = false;
  /** Whether the server answered before the first scenario; undefined until that was tried. */
  answers: boolean | undefined;
  readonly started: StartedTarget;
  #address: Address;
  #awaitsEnd = true;
  /** What the server refused its devices. */
  readonly refusals = new Refusals();
  readonly #habits: Habits = {
    acknowledges: true,
    refusals: this.refusals,
    exceeded: (what) => {
      this.exceeded ??= what;
      this.readsAll = false;
    },
  };
  /** False once the server exceeded a limit of the suite. */
  readsAll = true;
  /** The limit of the suite that the server exceeded in the present scenario, in words: what came after it was not read. */
  exceeded: string | undefined;
  readonly #staying = new StayingDevices();
  /** What the present scenario opened, to be closed in reverse order. */
  #open: (() => Promise<void>)[] = [];

  constructor(started: StartedTarget, clock?: MovableClock, { deviceCount = 200 }: { readonly deviceCount?: number } = {}) {
    this.started = started;
    this.devices = new KnownDevices(started.target);
    this.pacing = new Pacing(started.target.limits);
    this.#address = addressOf(started);
    this.clock = clock;
    this.deviceCount = deviceCount;
  }

  /** @throws EnvironmentError when the suite cannot come to trust the server's TLS */
  async requireTls(): Promise<void> {
    await requireTls(this.#address, this.started.target.responseDeadlineMs);
  }

  /** A start of the server, to be asked by a device whether it serves, outside of any scenario. */
  candidate(started: StartedTarget = this.started, identity: Identity = this.identity): Candidate {
    const address = started === this.started ? this.#address : addressOf(started);
    return {
      started,
      address,
      identity,
      refusals: this.refusals,
      acknowledges: () => this.#habits.acknowledges,
      connect: async (otherwise = {}) => {
        await this.pacing.connect(identity);
        // One that is not ready yet may leave out what it sends later.
        if (this.answers === undefined) this.#habits.acknowledges = true;
        return Device.connect({ ...this.#options(identity, 'preflight'), address, trace: new Trace(), ...otherwise });
      },
    };
  }

  /**
   * How the server ended, where it did. To be asked when a connection has closed: that is seen before the end of the process that
   * held it. When that wait was in vain once, the server just closes connections, and the suite does not wait again.
   */
  async fate(): Promise<string | undefined> {
    const { started } = this;
    if (started.ended() !== undefined || !this.#awaitsEnd) return started.ended()?.words;
    await lateEnd(started);
    this.#awaitsEnd = started.ended() !== undefined;
    return started.ended()?.words;
  }

  /** The device that the target file names first. */
  get identity(): Identity {
    return this.devices.first;
  }

  /** A new scenario begins. */
  begin(place: string): void {
    this.trace.clear();
    this.refusals.begin();
    this.exceeded = undefined;
    this.ledger.begin(place);
  }

  /** The scenario is over: closes what it opened, all of it even where one end fails. @throws the first failure */
  async end(): Promise<void> {
    const closing = this.#open.reverse();
    this.#open = [];
    const failures: unknown[] = [];
    for (const close of closing) await close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  /** A connected device, closed when the scenario ends. @throws ConnectError */
  async device(identity: Identity, wishes: DeviceWishes = {}): Promise<NtpDevice> {
    const { name = 'device', clock, link, started, keepsSession = false, acknowledges = true, staysMs } = wishes;
    const raw = wishes.raw ?? (keepsSession || !acknowledges);
    const { responseDeadlineMs: deadline } = this.started.target;
    const requests = this.pacing.requests(identity);
    const connect = async (): Promise<DeviceConnection> => {
      // What only stays gives way.
      if (this.pacing.free < 1) await this.#staying.end();
      await this.pacing.connect(identity);
      // Made anew each time: after a restart the server is somewhere else.
      const server = started === undefined ? this.#address : addressOf(started);
      const address = link === undefined ? server : { ...server, host: link.host, port: link.port };
      const { trace = this.trace } = wishes;
      const options = { ...this.#options(identity, name), address, trace, keepsSession, acknowledges };
      return raw ? RawDevice.connect(options) : Device.connect(options);
    };
    const device = new NtpDevice({
      identity,
      name,
      ledger: this.ledger,
      deadline,
      requests,
      connect,
      ...(clock ? { clock } : {}),
    });
    if (staysMs !== undefined) {
      // What stays already may be the same device, which a server may have connected once only.
      await this.#staying.end();
      this.#staying.add(device, staysMs);
    } else this.#open.push(() => device.disconnect());
    await device.connect();
    return device;
  }

  /**
   * A device that falls silent before its CONNECT is complete; cut when the scenario ends.
   *
   * @throws ConnectError
   */
  async silentDevice(identity: Identity, sent: 'nothing' | 'half of its CONNECT', link: Link): Promise<void> {
    await this.pacing.connect(identity);
    const address = { ...this.#address, host: link.host, port: link.port };
    const device = await RawDevice.silent({ ...this.#options(identity, 'lost device'), address }, sent);
    this.#open.push(async () => device.cut());
  }

  /**
   * Ends the server and starts it again.
   *
   * @param signal by which it is ended
   * @throws EnvironmentError when it does not become ready again
   */
  async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.started.restart === undefined) throw new Error('the suite did not start this server');
    await this.#staying.end();
    this.note('server', `ended by ${signal}, and started again`);
    const sinceUs = nowUs();
    await this.started.restart(signal);
    this.deathBlamed = false;
    this.#address = addressOf(this.started);
    await this.#waitFor(this.started, this.identity, sinceUs);
  }

  /**
   * Another start of the server beside the first one, with these environment variables; ended when the scenario ends.
   *
   * @returns undefined where the suite did not start the server
   * @throws EnvironmentError when it does not become ready
   */
  async another(env: Readonly<Record<string, string>>): Promise<StartedTarget | undefined> {
    const sinceUs = nowUs();
    const other = await this.started.another?.(env);
    if (other === undefined) return undefined;
    this.#open.push(() => other.stop());
    // Not the first device: both starts may stand in front of one broker, which takes a client id once.
    const { sibling } = this.devices;
    if (sibling !== undefined) await this.#waitFor(other, sibling, sinceUs);
    return other;
  }

  /** Waits until a start of the server serves, as the first one did. Where it does not in time, the scenario says so. */
  async #waitFor(started: StartedTarget, identity: Identity, sinceUs: number): Promise<void> {
    const untilUs = sinceUs + started.target.ready.withinMs * 1000;
    await untilServes(this.candidate(started, identity), { untilUs, unanswered: this.answers !== true });
    this.refusals.begin();
  }

  /** A connected device that will overstep its rights, closed when the scenario ends. @throws ConnectError */
  async foreignDevice(identity: Identity): Promise<ForeignDevice> {
    await this.pacing.connect(identity);
    // Habits of its own: a server may acknowledge nothing to this device, and everything to others.
    const options = { ...this.#options(identity, 'foreign device'), habits: { ...this.#habits, refusals: new Refusals() } };
    const connection = await RawDevice.connect(options);
    this.#open.push(() => connection.close());
    const requests = this.pacing.requests(identity);
    return new ForeignDevice({ identity, connection, ledger: this.ledger, requests, deadline: options.deadline });
  }

  /**
   * Connects with these credentials, in the name of this device.
   *
   * @param certified shows the certificate that the target file has for devices
   */
  async stranger(
    { productKey, deviceName }: Identity,
    credentials: Credentials,
    how: { readonly mqttVersion: '3.1.1' | '5'; readonly hasty?: boolean; readonly certified?: boolean },
  ): Promise<Reception> {
    await this.pacing.connect({ productKey, deviceName });
    const { mqttVersion, hasty = false, certified = true } = how;
    const { tls, ...address } = this.#address;
    const { certificate: _certificate, key: _key, ...uncertified } = tls ?? {};
    return connectUnauthenticated({
      ...this.#options({ productKey, deviceName }, 'stranger', credentials),
      address: tls === undefined || certified ? this.#address : { ...address, tls: uncertified as NonNullable<Address['tls']> },
      mqttVersion,
      habits: { ...this.#habits, refusals: new Refusals() },
      hasty,
      requestTopic: topicOf({ productKey, deviceName }, 'request'),
      responseTopic: topicOf({ productKey, deviceName }, 'response'),
      request: `{"deviceSendTime":${this.ledger.unused(Math.floor(wallMsAt(nowUs())))}}`,
    });
  }

  #options(identity: Identity, name: string, credentials?: Credentials): DeviceOptions {
    const { target } = this.started;
    const { mqttVersion, responseDeadlineMs: deadline } = target;
    const common = { address: this.#address, mqttVersion, name, trace: this.trace, deadline, habits: this.#habits };
    const requests = this.pacing.requests(identity);
    const paced = { open: this.pacing.open, ...(requests === undefined ? {} : { requests }) };
    const shown = credentials ?? credentialsOf(target, identity);
    if (shown.password !== undefined) learnSecret(target.secrets, shown.password);
    return { ...common, ...paced, ...shown };
  }

  /** A link to the server, closed when the scenario ends. */
  async link(latency: { readonly forth: number; readonly back: number }): Promise<Link> {
    const link = await Link.open({ host: this.#address.host, port: this.#address.port }, latency);
    this.#open.push(() => link[Symbol.asyncDispose]());
    return link;
  }

  /** Stops the server's clock at a moment, until the scenario ends. */
  setClock(ms: number): void {
    if (this.clock === undefined) throw new Error("the server's clock is not under control");
    // A program that multiplies a fraction of seconds by 1000 would read one millisecond less of a whole one.
    this.clock.set(ms, 300_000);
    this.ledger.clockStands = true;
    this.#open.push(async () => {
      this.clock?.follow();
      this.ledger.clockStands = false;
    });
  }

  /** The run is over: what devices heard that stayed is taken in with a last fence. */
  async close(): Promise<void> {
    this.begin('the end of the run');
    await this.#staying.end();
  }

  /** Records something that is no packet, among the packets. */
  note(connection: string, note: string): void {
    this.trace.record({ atUs: nowUs(), connection, note });
  }
}
