import { ServerRun } from '../../harness/device/server-run.ts';
import { EnvironmentError } from '../../harness/implementation/errors.ts';
import { startTarget } from '../../harness/implementation/start-target.ts';
import type { StartedTarget, Target } from '../../harness/implementation/target.ts';
import { clientPreflight } from '../../harness/platform/client-preflight.ts';
import { ClientRunner } from '../../harness/platform/client-runner.ts';
import { nowUs } from '../../harness/time/now.ts';
import { preflight } from '../run/preflight.ts';
import { type CheckOutcome, notNeeded, ok, problem } from './check-result.ts';

/** Starts a server as a run does, and connects a device to it. */
export class StartCheck {
  readonly #target: Target;
  readonly #giveUp = new AbortController();
  readonly #sinceUs = nowUs();
  #starting: Promise<StartedTarget> | undefined;
  #started: StartedTarget | undefined;

  constructor(target: Target) {
    this.#target = target;
  }

  /** Whether the server is ready in time. @throws EnvironmentError when it is not */
  async start(): Promise<CheckOutcome> {
    this.#starting = startTarget(this.#target, { giveUp: this.#giveUp.signal });
    this.#started = await this.#starting;
    const { host, port, target } = this.#started;
    if (target.start.kind === 'address') return ok(`port ${port} of ${host} accepts a connection`);
    return ok(`it was ready after ${((nowUs() - this.#sinceUs) / 1e6).toFixed(1)} s`);
  }

  /** Whether the server accepts a device of the target file, and answers it. @throws EnvironmentError with what to change */
  async connect(): Promise<CheckOutcome> {
    if (this.#started === undefined) return notNeeded('not tried: the server did not start');
    const answered = await preflight(new ServerRun(this.#started), this.#sinceUs);
    const request = answered ? 'was answered' : 'was not answered, which a run judges';
    return ok(`a device connected and subscribed; its request ${request}`);
  }

  /** Ends the server, even if it is still starting. */
  async end(): Promise<void> {
    this.#giveUp.abort(new EnvironmentError('the server was ended before it had started'));
    await this.#starting?.then(
      (started) => started.stop(),
      // The check of the start has reported why it did not start.
      () => {},
    );
  }
}

/** Whether a client connects to the suite's platform, and sends a request. @throws EnvironmentError with what to change */
export async function checkClient(target: Target): Promise<CheckOutcome> {
  const runner = await ClientRunner.open(target);
  try {
    const run = await clientPreflight(runner);
    if (run.requests.length > 0)
      return ok(
        `the client connected and asked; ${run.reports.length > 0 ? 'it reported a time' : 'it reported no time, which a run judges'}`,
      );
    if (run.connections.length > 0) return ok('the client connected; it did not ask, which a run judges');
    return problem(
      `the client did not connect within ${target.withinMs} ms`,
      `Check where it connects: {host} and {port} in the target file. Its trace: ${run.lines(10).join(' | ') || 'nothing'}`,
    );
  } finally {
    await runner.close();
  }
}
