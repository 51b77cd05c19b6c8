import { inspect } from 'node:util';
import { EnvironmentError } from '../implementation/errors.ts';
import type { Target } from '../implementation/target.ts';
import { SuiteFault } from '../text/suite-fault.ts';
import { halved } from '../time/formula.ts';
import type { ClientRun } from './client-run.ts';
import { ClientRunner } from './client-runner.ts';
import { type ClientSetup, plainSetup } from './client-setup.ts';
import { expectedTimes, isRight } from './expected-time.ts';

/** A client under test in front of the platform that the suite plays, for tests of one's own. */
export class ClientUnderTest implements AsyncDisposable {
  readonly target: Target;
  readonly #runner: ClientRunner;
  #closed: Promise<void> | undefined;

  private constructor(runner: ClientRunner) {
    this.target = runner.target;
    this.#runner = runner;
  }

  /**
   * Opens the platform, and ends with {@link close}. The client itself is started by {@link perform}.
   *
   * @param target of `loadTarget`
   * @throws EnvironmentError when it cannot be opened, or the target declares a controlled clock that does not take hold;
   *   TypeError for the target of a server
   */
  static async open(target: Target): Promise<ClientUnderTest> {
    if (target.role !== 'client') throw new TypeError(`${target.name} is a server, by its target file; expected a client`);
    const client = new ClientUnderTest(await ClientRunner.open(target));
    try {
      const fault = target.capabilities.has('clock') ? await client.#runner.proveClock() : undefined;
      if (fault !== undefined) throw new EnvironmentError(fault);
      client.#requireSound();
      return client;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  /**
   * Starts the client, answers it as the setup says, and ends it when it has reported a time, or at the deadline of its target file.
   * Setups that are equal are one start, with one record.
   *
   * @param setup what is not usual: a platform that answers at once, truly, an hour ahead of the suite's clock
   * @throws EnvironmentError when the client cannot be started, or the suite lost sight of it; SuiteFault
   */
  async perform(setup: Partial<ClientSetup> = {}): Promise<ClientRun> {
    const clientRun = await this.#runner.perform({ ...plainSetup(this.#type), ...setup });
    this.#requireSound();
    return clientRun;
  }

  /** Starts the client once more in the setup of an earlier start. @throws as {@link perform} */
  async performAgain(earlier: ClientRun): Promise<ClientRun> {
    const clientRun = await this.#runner.performAgain(earlier);
    this.#requireSound();
    return clientRun;
  }

  /**
   * What is wrong with the time that the client reported first: not the one that the formula gives for the platform's answer, or
   * no time at all. Undefined when it is right.
   *
   * @throws TooUncertain when the machine is too busy to know what is right: start the client again then
   */
  timeFault(clientRun: ClientRun): string | undefined {
    const [report] = clientRun.reports;
    if (report === undefined)
      return `expected a calculated time within ${this.target.withinMs} ms, received none${fateOf(clientRun)}`;
    const times = expectedTimes(clientRun, report, this.target.result?.unit === 's');
    const [expected] = times;
    if (expected === undefined) return `expected a calculated time after the response, received ${report.line} before any`;
    if (isRight(report, times)) return undefined;
    const received = report.twice === undefined ? `"${report.literal}", which is no number` : halved(report.twice);
    return `expected the time that the formula gives, ${expected.text}, received ${received}`;
  }

  /** Ends what still runs, and the platform. Safe to call twice. */
  close(): Promise<void> {
    this.#closed ??= this.#runner.close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #type(): ClientSetup['type'] {
    return this.target.timestampTypes[0] ?? 'long';
  }

  /** What the suite itself broke says nothing about the client. */
  #requireSound(): void {
    const [fault] = this.#runner.faults;
    if (fault !== undefined) throw fault instanceof Error ? fault : new SuiteFault(inspect(fault));
    if (this.#runner.changed !== undefined) throw new EnvironmentError(this.#runner.changed);
  }
}

const fateOf = ({ fate }: ClientRun): string => (fate === undefined ? '' : `: ${fate}`);
