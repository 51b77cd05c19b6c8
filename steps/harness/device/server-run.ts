import { type Credentials, credentialsOf } from '../implementation/credentials.ts';
import type { Identity, StartedTarget } from '../implementation/target.ts';
import { Link } from '../mqtt/link.ts';
import { Trace } from '../mqtt/trace.ts';
import { learnSecret } from '../text/secrets.ts';
import { nowUs, wallMsAt } from '../time/now.ts';
import { LastingConnection } from './connection-pool.ts';
import { Device, type DeviceConnection, type DeviceOptions } from './device.ts';
import type { DeviceWishes, MovableClock } from './device-wishes.ts';
import { ForeignDevice } from './foreign-device.ts';
import { KnownDevices } from './known-devices.ts';
import { NtpDevice } from './ntp-device.ts';
import type { Pacing } from './pacing.ts';
import type { Patience } from './patience.ts';
import { RawDevice } from './raw-device.ts';
import { Refusals } from './refusal.ts';
import { RequestLedger } from './request-ledger.ts';
import { type Candidate, untilServes } from './server-readiness.ts';
import { apart, type Learning, ServerState } from './server-state.ts';
import { addressOf, uncertified } from './tls.ts';
import { connectUnauthenticated, type Reception } from './unauthenticated-device.ts';

/** A run in front of a server, as its scenarios see it one after the other: where several run at once, each lane has one of its own. */
export class ServerRun {
  readonly trace = new Trace();
  readonly ledger: RequestLedger;
  /** The devices that the server knows. */
  readonly devices: KnownDevices;
  /** What all lanes know of the server. */
  readonly state: ServerState;
  readonly clock: MovableClock | undefined;
  /** How many devices ask at the same moment where many are to. */
  readonly deviceCount: number;
  /** What the server refused the devices of the present scenario. */
  readonly refusals = new Refusals();
  readonly #learning: Learning;
  /** The limit of the suite that the server exceeded in the present scenario, in words: what came after it was not read. */
  exceeded: string | undefined;
  /** The scenarios that ran beside the present one, by their places. */
  readonly beside = new Set<string>();
  /** True where a scenario must not use what an earlier one has left. */
  #distrusts = false;
  /** How the devices of the present scenario end. */
  readonly #leaving: (() => Promise<void>)[] = [];
  /** What else it opened, to be closed in reverse order. */
  readonly #open: (() => Promise<void>)[] = [];

  /** @param lane the state that it shares with other lanes, and its number among them */
  constructor(
    started: StartedTarget,
    clock?: MovableClock,
    { deviceCount = 200 }: { readonly deviceCount?: number } = {},
    { state = new ServerState(started), number = 0 }: { readonly state?: ServerState; readonly number?: number } = {},
  ) {
    this.state = state;
    this.ledger = new RequestLedger(state.requests);
    this.devices = new KnownDevices(started.target, number);
    this.clock = clock;
    this.deviceCount = deviceCount;
    const exceeded = (what: string): void => {
      this.exceeded ??= what;
      state.readsAll = false;
    };
    this.#learning = { habits: state, refusals: this.refusals, exceeded };
  }

  get started(): StartedTarget {
    return this.state.started;
  }

  get pacing(): Pacing {
    return this.state.pacing;
  }

  get patience(): Patience {
    return this.state.patience;
  }

  /** A start of the server, to be asked by a device whether it serves, outside of any scenario. */
  candidate(started: StartedTarget = this.started, identity: Identity = this.identity): Candidate {
    const address = started === this.started ? this.state.address : addressOf(started);
    return {
      started,
      address,
      identity,
      refusals: this.refusals,
      acknowledges: () => this.state.acknowledges,
      connect: async (otherwise = {}) => {
        await this.pacing.connect(identity);
        // One that is not ready yet may leave out what it sends later.
        if (this.state.answers === undefined) this.state.acknowledges = true;
        return Device.connect({ ...this.#options(identity, 'preflight'), address, trace: new Trace(), ...otherwise });
      },
    };
  }

  /** The device that the target file names first. */
  get identity(): Identity {
    return this.devices.first;
  }

  /** A new scenario begins. */
  begin(place: string): void {
    this.trace.clear(nowUs());
    this.refusals.begin();
    this.exceeded = undefined;
    this.#distrusts = false;
    if (this.pacing.limits.connectsPerMinute !== undefined) this.devices.prefer((identity) => this.pacing.connectsLeft(identity));
    this.ledger.begin(place);
  }

  /** The scenario is over: closes what it opened, all of it even where one end fails. @throws the first failure */
  async end(): Promise<void> {
    this.ledger.crowded = this.beside.size > 0;
    const [leaving, closing] = [this.#leaving.splice(0).reverse(), this.#open.splice(0).reverse()];
    const failures: unknown[] = [];
    // Devices first, since they may need the rest, and all at once: each takes a round trip.
    await Promise.all(leaving.map((leave) => leave().catch((error: unknown) => failures.push(error))));
    for (const close of closing) await close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  /** The present scenario leaves nothing that the next one uses. */
  distrust(): void {
    this.#distrusts = true;
  }

  /** A connected device, closed when the scenario ends. @throws ConnectError */
  async device(identity: Identity, wishes: DeviceWishes = {}): Promise<NtpDevice> {
    const { name = 'device', clock, staysMs, lasting = false } = wishes;
    const device = new NtpDevice({
      identity,
      name,
      ledger: this.ledger,
      deadline: this.started.target.responseDeadlineMs,
      requests: this.pacing.requests(identity),
      connect: () => this.#connect(identity, name, wishes),
      ...(clock ? { clock } : {}),
    });
    if (staysMs !== undefined) {
      // What stays already may be the same device, which a server may have connected once only.
      await this.state.staying.end();
      this.state.staying.add(device, staysMs);
    } else {
      this.#leaving.push(() => this.#leave(device, lasting));
    }
    await device.connect();
    return device;
  }

  /** The scenario is over: the next one goes on with a device's connection where it may, or it is closed. */
  async #leave(device: NtpDevice | ForeignDevice, lasting = true): Promise<void> {
    const kept = lasting && !this.#distrusts && this.state.pool.keep(device.identity, await device.leave());
    if (!kept) await device.disconnect();
  }

  async #connect(identity: Identity, name: string, wishes: DeviceWishes): Promise<DeviceConnection> {
    const { link, started, keepsSession = false, acknowledges = true, lasting = false, trace = this.trace } = wishes;
    const { pool, address: own } = this.state;
    const place = { name, trace, ...(wishes.learning ?? this.#learning) };
    const left = lasting ? pool.take(identity) : undefined;
    if (left !== undefined) {
      left.move(place);
      return left;
    }
    await this.#before(identity);
    // Made anew each time: after a restart the server is somewhere else.
    const server = started === undefined ? own : addressOf(started);
    const address = link === undefined ? server : { ...server, host: link.host, port: link.port };
    const options = { ...this.#options(identity, name), ...place, address, keepsSession, acknowledges };
    if (wishes.raw ?? (keepsSession || !acknowledges)) return RawDevice.connect(options);
    const device = await Device.connect(options);
    return lasting ? new LastingConnection(device) : device;
  }

  /** A device that falls silent before its CONNECT is complete; cut when the scenario ends. @throws ConnectError */
  async silentDevice(identity: Identity, sent: 'nothing' | 'half of its CONNECT', link: Link): Promise<void> {
    await this.#before(identity);
    const address = { ...this.state.address, host: link.host, port: link.port };
    const device = await RawDevice.silent({ ...this.#options(identity, 'lost device'), address }, sent);
    this.#open.push(async () => device.cut());
  }

  /**
   * Ends the server and starts it again.
   *
   * @param signal that ends it
   * @throws EnvironmentError when it does not become ready again
   */
  async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.started.restart === undefined) throw new Error('the suite did not start this server');
    await this.state.staying.end();
    await this.state.pool.clear();
    this.note('server', `ended by ${signal}, and started again`);
    const sinceUs = nowUs();
    await this.started.restart(signal);
    this.state.endReported = false;
    this.state.address = addressOf(this.started);
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
    await this.state.pool.release(identity);
    const untilUs = sinceUs + started.target.ready.withinMs * 1000;
    await untilServes(this.candidate(started, identity), { untilUs, unanswered: this.state.answers !== true });
    this.refusals.begin();
  }

  /** A connected device that will overstep its rights, closed when the scenario ends. @throws ConnectError */
  async foreignDevice(identity: Identity): Promise<ForeignDevice> {
    const learning = apart(this.#learning);
    const connection = await this.#connect(identity, 'foreign device', { lasting: true, learning });
    const { ledger, started } = this;
    const [requests, deadline] = [this.pacing.requests(identity), started.target.responseDeadlineMs];
    const device = new ForeignDevice({ identity, connection, ledger, requests, deadline, habits: learning.habits });
    this.#leaving.push(() => this.#leave(device));
    return device;
  }

  /**
   * Connects with these credentials, in the name of this device.
   *
   * @param certified shows the certificate that the target file has for devices
   */
  async stranger(
    identity: Identity,
    credentials: Credentials,
    how: { readonly mqttVersion: '3.1.1' | '5'; readonly hasty: boolean; readonly certified: boolean },
  ): Promise<Reception> {
    await this.#before(identity);
    const { certified, ...rest } = how;
    return connectUnauthenticated({
      ...this.#options(identity, 'stranger', credentials),
      address: certified ? this.state.address : uncertified(this.state.address),
      ...rest,
      ...apart(this.#learning),
      identity,
      digits: String(this.ledger.run.unused(Math.floor(wallMsAt(nowUs())))),
    });
  }

  /** A device is about to connect that uses no connection of an earlier scenario. */
  async #before(identity: Identity): Promise<void> {
    const { pool, staying } = this.state;
    await pool.release(identity);
    // Idle connections are closed where the server allows no more.
    if (this.pacing.free < 1) await pool.clear();
    if (this.pacing.free < 1) await staying.end();
    await this.pacing.connect(identity);
  }

  #options(identity: Identity, name: string, credentials?: Credentials): DeviceOptions {
    const { target } = this.started;
    const { mqttVersion, responseDeadlineMs: deadline } = target;
    const common = { address: this.state.address, mqttVersion, name, trace: this.trace, deadline, ...this.#learning };
    const requests = this.pacing.requests(identity);
    const paced = { open: this.pacing.open, ...(requests === undefined ? {} : { requests }) };
    const shown = credentials ?? credentialsOf(target, identity);
    if (shown.password !== undefined) learnSecret(target.secrets, shown.password);
    return { ...common, ...paced, ...shown };
  }

  /** A link to the server, closed when the scenario ends. */
  async link(latency: { readonly forth: number; readonly back: number }): Promise<Link> {
    const link = await Link.open({ host: this.state.address.host, port: this.state.address.port }, latency);
    this.#open.push(() => link[Symbol.asyncDispose]());
    return link;
  }

  /** Has something undone when the scenario ends. */
  atEnd = (undo: () => void): unknown => this.#open.push(async () => undo());

  /** The run is over: what devices heard that stayed is taken in with a last fence. */
  async close(): Promise<void> {
    this.begin('the end of the run');
    await this.state.staying.end();
    await this.state.pool.clear();
  }

  /** Records something that is no packet, among the packets. */
  note = (connection: string, note: string): void => this.trace.record({ atUs: nowUs(), connection, note });
}
