import { type Credentials, credentialsOf } from '../implementation/credentials.ts';
import type { Identity, StartedTarget } from '../implementation/target.ts';
import { speaksTls } from '../implementation/transport.ts';
import { lateEnd } from '../implementation/within-time.ts';
import { Link } from '../mqtt/link.ts';
import { Trace } from '../mqtt/trace.ts';
import { learnSecret } from '../text/secrets.ts';
import { nowUs, wallMsAt } from '../time/now.ts';
import { Device, type DeviceConnection, type DeviceOptions, type Habits } from './device.ts';
import type { DeviceWishes, MovableClock } from './device-wishes.ts';
import { ForeignDevice } from './foreign-device.ts';
import { NtpDevice } from './ntp-device.ts';
import { Patience } from './patience.ts';
import { RawDevice } from './raw-device.ts';
import { Refusals } from './refusal.ts';
import { RequestLedger } from './request-ledger.ts';
import type { Address } from './socket.ts';
import { loadTls, requireTls } from './tls.ts';
import { connectUnauthenticated, type Reception } from './unauthenticated-device.ts';

/** One run in front of one started server: what its scenarios share. */
export class ServerRun {
  readonly trace = new Trace();
  readonly ledger = new RequestLedger();
  /** How long it waits for answers. */
  readonly patience = new Patience(() => this.ledger.slowest);
  readonly clock: MovableClock | undefined;
  /** How many devices ask at the same moment where many are to. */
  readonly deviceCount: number;
  /** True once the server did not serve after a malformed request: later scenarios of this kind wait less. */
  deaf = false;
  /** True once the server has failed for having ended; until it is started again. */
  deathBlamed = false;
  readonly started: StartedTarget;
  #address: Address;
  #awaitsEnd = true;
  /** What the server refused its devices. */
  readonly refusals = new Refusals();
  readonly #habits: Habits = { acknowledges: true, refusals: this.refusals };
  readonly #staying: NtpDevice[] = [];
  /** What the present scenario opened, to be closed in reverse order. */
  #open: (() => Promise<void>)[] = [];

  constructor(started: StartedTarget, clock?: MovableClock, { deviceCount = 200 }: { readonly deviceCount?: number } = {}) {
    this.started = started;
    this.#address = addressOf(started);
    this.clock = clock;
    this.deviceCount = deviceCount;
  }

  /** @throws EnvironmentError when the suite cannot come to trust the server's TLS */
  async requireTls(): Promise<void> {
    await requireTls(this.#address, this.started.target.responseDeadlineMs);
  }

  /** Whether the server acknowledges subscriptions, as far as the run has seen. */
  get acknowledges(): boolean {
    return this.#habits.acknowledges;
  }

  /** A connection of the first device that is no part of any scenario; to be closed by the caller. @throws ConnectError */
  async probe(): Promise<DeviceConnection> {
    return Device.connect({ ...this.#options(this.identity, 'preflight'), trace: new Trace() });
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
    const [first] = this.started.target.devices;
    if (first === undefined) throw new Error('a target has at least one device');
    return first;
  }

  /** A second device of the first one's product; undefined when the server knows none. */
  get sibling(): Identity | undefined {
    const { productKey } = this.identity;
    const declared = this.started.target.devices.find((other) => other !== this.identity && other.productKey === productKey);
    return declared ?? this.known({ productKey, deviceName: 'probe-2' });
  }

  /** The identity as the target file declares it, or as it is when the server knows other devices too; undefined when it does not. */
  known({ productKey, deviceName }: Identity): Identity | undefined {
    const { devices, onlyThese } = this.started.target;
    const declared = devices.find((device) => device.productKey === productKey && device.deviceName === deviceName);
    return declared ?? (onlyThese ? undefined : { productKey, deviceName });
  }

  /** A new scenario begins. */
  begin(place: string): void {
    this.trace.clear();
    this.refusals.begin();
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
    const {
      name = 'device',
      clock,
      link,
      started,
      keepsSession = false,
      acknowledges = true,
      stays = false,
      trace = this.trace,
    } = wishes;
    const raw = wishes.raw ?? (keepsSession || !acknowledges);
    const { responseDeadlineMs: deadline } = this.started.target;
    const connect = (): Promise<DeviceConnection> => {
      // Made anew each time: after a restart the server is somewhere else.
      const server = started === undefined ? this.#address : addressOf(started);
      const address = link === undefined ? server : { ...server, host: link.host, port: link.port };
      const options = { ...this.#options(identity, name), address, trace, keepsSession, acknowledges };
      return raw ? RawDevice.connect(options) : Device.connect(options);
    };
    const device = new NtpDevice({ identity, name, ledger: this.ledger, deadline, connect, ...(clock ? { clock } : {}) });
    if (stays) {
      // What stays already may be the same device, which a server may have connected once only.
      await this.#hearStaying();
      this.#staying.push(device);
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
    const address = { ...this.#address, host: link.host, port: link.port };
    const device = await RawDevice.silent({ ...this.#options(identity, 'lost device'), address }, sent);
    this.#open.push(async () => device.cut());
  }

  /** The identities of so many devices; fewer where the server knows no more. */
  identities(count: number): Identity[] {
    const { devices, onlyThese } = this.started.target;
    if (onlyThese) return devices.slice(0, count);
    const { productKey } = this.identity;
    // All of one length: none is the beginning of another.
    return Array.from({ length: count }, (_, index) => ({ productKey, deviceName: `probe-${10_000_000 + index}` }));
  }

  /**
   * Ends the server and starts it again.
   *
   * @param signal by which it is ended
   * @throws EnvironmentError when it does not become ready again
   */
  async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.started.restart === undefined) throw new Error('the suite did not start this server');
    await this.#hearStaying();
    this.note('server', `ended by ${signal}, and started again`);
    await this.started.restart(signal);
    this.deathBlamed = false;
    this.#address = addressOf(this.started);
  }

  /**
   * Another start of the server beside the first one, with these environment variables; ended when the scenario ends.
   *
   * @returns undefined where the suite did not start the server
   * @throws EnvironmentError when it does not become ready
   */
  async another(env: Readonly<Record<string, string>>): Promise<StartedTarget | undefined> {
    const other = await this.started.another?.(env);
    if (other !== undefined) this.#open.push(() => other.stop());
    return other;
  }

  /** A connected device that will overstep its rights, closed when the scenario ends. @throws ConnectError */
  async foreignDevice(identity: Identity): Promise<ForeignDevice> {
    // Habits of its own: a server may acknowledge nothing to this device, and everything to others.
    const options = { ...this.#options(identity, 'foreign device'), habits: { ...this.#habits, refusals: new Refusals() } };
    const connection = await RawDevice.connect(options);
    this.#open.push(() => connection.close());
    return new ForeignDevice({ identity, connection, ledger: this.ledger, deadline: options.deadline });
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
    const { mqttVersion, hasty = false, certified = true } = how;
    const { tls, ...address } = this.#address;
    const { certificate: _certificate, key: _key, ...uncertified } = tls ?? {};
    return connectUnauthenticated({
      ...this.#options({ productKey, deviceName }, 'stranger', credentials),
      address: tls === undefined || certified ? this.#address : { ...address, tls: uncertified as NonNullable<Address['tls']> },
      mqttVersion,
      habits: { ...this.#habits, refusals: new Refusals() },
      hasty,
      requestTopic: `/ext/ntp/${productKey}/${deviceName}/request`,
      responseTopic: `/ext/ntp/${productKey}/${deviceName}/response`,
      request: `{"deviceSendTime":${this.ledger.unused(Math.floor(wallMsAt(nowUs())))}}`,
    });
  }

  #options(identity: Identity, name: string, credentials?: Credentials): DeviceOptions {
    const { target } = this.started;
    const { mqttVersion, responseDeadlineMs: deadline } = target;
    const common = { address: this.#address, mqttVersion, name, trace: this.trace, deadline, habits: this.#habits };
    const shown = credentials ?? credentialsOf(target, identity);
    if (shown.password !== undefined) learnSecret(target.secrets, shown.password);
    return { ...common, ...shown };
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
    await this.#hearStaying();
  }

  async #hearStaying(): Promise<void> {
    for (const device of this.#staying.splice(0)) {
      if (device.closed === undefined) await device.askAndWait();
      await device.disconnect();
    }
  }

  /** Records something that is no packet, among the packets. */
  note(connection: string, note: string): void {
    this.trace.record({ atUs: nowUs(), connection, note });
  }
}

function addressOf({ host, port, target }: StartedTarget): Address {
  return { host, port, ...(speaksTls(target) ? { tls: loadTls(target.tls, host) } : {}) };
}

let current: ServerRun | undefined;

/** Sets the run that the steps work in; undefined when it is over. */
export function setServerRun(serverRun: ServerRun | undefined): void {
  current = serverRun;
}

/** The run that the steps work in. @throws Error when nothing was started */
export function serverRun(): ServerRun {
  if (current === undefined)
    throw new Error(
      'no implementation under test was started: run "npm run conformance -- run TARGET", or "npx cucumber-js" in a checkout',
    );
  return current;
}
