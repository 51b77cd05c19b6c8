import { startTarget } from '../implementation/start-target.ts';
import type { Identity, StartedTarget, Target } from '../implementation/target.ts';
import type { NtpDevice } from './ntp-device.ts';
import { ServerRun } from './server-run.ts';
import { requireTls } from './tls.ts';

/**
 * A device that is played in front of a server: it asks, and receives what comes. It never judges: a response is given to its request
 * by its echo, and where the echo is wrong by the order of the requests.
 */
export type PlayedDevice = Pick<
  NtpDevice,
  | 'identity'
  | 'requestTopic'
  | 'responseTopic'
  | 'requests'
  | 'responses'
  | 'closed'
  | 'connect'
  | 'subscribe'
  | 'disconnect'
  | 'timestamp'
  | 'ask'
  | 'publish'
  | 'exchange'
  | 'askAndWait'
  | 'fence'
>;

/** How a played device differs from the usual. */
export interface PlayedDeviceOptions {
  /** The device that the target file names first, when absent. */
  readonly identity?: Identity;
  /** Its name in the trace; "device" when absent. */
  readonly name?: string;
  /** At which QoS it subscribes its response topic, 0 when absent; false for a device that does not subscribe it. */
  readonly subscribes?: 0 | 1 | 2 | false;
}

/** A server under test that the suite has started, for tests of one's own: devices in front of it, and their trace. */
export class ServerUnderTest implements AsyncDisposable {
  /** The implementation itself: its output, its end, and `restart` where the suite can start it again. */
  readonly started: StartedTarget;
  readonly #serverRun: ServerRun;
  #scenarios = 0;
  #closed: Promise<void> | undefined;

  private constructor(started: StartedTarget) {
    this.started = started;
    this.#serverRun = new ServerRun(started);
    this.#begin();
  }

  /**
   * Starts a server, or waits for the address that it is at, and ends with {@link close}.
   *
   * @param target of `loadTarget`
   * @throws EnvironmentError when it does not become ready; TypeError for the target of a client
   */
  static async start(target: Target): Promise<ServerUnderTest> {
    if (target.role !== 'server') throw new TypeError(`${target.name} is a client, by its target file; expected a server`);
    const started = await startTarget(target);
    const server = new ServerUnderTest(started);
    try {
      await requireTls(server.#serverRun.state.address, target.responseDeadlineMs);
      return server;
    } catch (error) {
      await started.stop();
      throw error;
    }
  }

  /** Every packet of all devices since the start, or since {@link next}: one line each, as a failure shows them. */
  get trace(): readonly string[] {
    return this.#serverRun.trace.lines();
  }

  /**
   * Connects a device that subscribes its response topic; it is disconnected by {@link next} and {@link close}.
   *
   * @throws ConnectError when the server does not let it in
   */
  async device({ identity = this.#serverRun.identity, name, subscribes = 0 }: PlayedDeviceOptions = {}): Promise<PlayedDevice> {
    const device = await this.#serverRun.device(identity, name === undefined ? {} : { name });
    if (subscribes !== false) await device.subscribe(device.responseTopic, subscribes);
    return device;
  }

  /** Ends every device, and begins the trace anew: to be called between two tests. */
  async next(): Promise<void> {
    await this.#serverRun.end();
    this.#begin();
  }

  /** Ends every device and the server itself. Safe to call twice. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #begin(): void {
    this.#scenarios += 1;
    this.#serverRun.begin(`test ${this.#scenarios}`);
  }

  async #end(): Promise<void> {
    try {
      await this.#serverRun.end();
    } finally {
      await this.started.stop();
    }
  }
}
