import { EnvironmentError } from '../harness/implementation/errors.ts';
import type { Target } from '../harness/implementation/target.ts';
import type { Request } from '../harness/message/exchange.ts';
import type { ClientRun } from '../harness/platform/client-run.ts';
import type { ClientRunner } from '../harness/platform/client-runner.ts';
import { type ClientSetup, plainSetup, refusedUnnamed } from '../harness/platform/client-setup.ts';
import { type ExpectedTime, expectedTimes, TooUncertain } from '../harness/platform/expected-time.ts';
import type { ReportedTime } from '../harness/platform/reported-time.ts';
import { mistakesOf } from '../requirements/requirement.ts';
import type { Judge, NtpWorld, ScenarioState, ScenarioTrace } from '../support/world.ts';
import { type Recorded, recordClientRuns } from '../verdict/exchange-record.ts';
import { noTime, notSubscribed, refusedKinds, unansweredTime } from './client-diagnosis.ts';
import { bufferingHint, silenceOf, traceOf } from './client-silence.ts';
import { type RequestStamp, type StartRequest, stampOf } from './observed-request.ts';
import { clockFaultOf, muteKind, refusedMoment, refusedOffset, refusedOrder, startInTurn } from './other-starts.ts';
import { untilCertain } from './until-certain.ts';

/** What starts the client under test. */
export type Starter = Pick<ClientRunner, 'target' | 'mute' | 'refusedPart' | 'has' | 'perform' | 'performAgain'>;

/** A World in which a client is judged. */
export type ClientWorld = NtpWorld<ClientScenario>;

/** The runs with at least one start whose time could be judged. */
const punctual = new WeakSet<Starter>();

/** The state of a scenario that judges a client. */
export class ClientScenario implements ScenarioState {
  /** The client under test. */
  readonly target: Target;
  /** The client's starts that the scenario is about, in order. */
  readonly clientRuns: ClientRun[] = [];
  readonly #judge: Judge;
  /** What starts the client; absent where nothing is started for the sake of a sentence, and what was observed is all that there is. */
  readonly starter: Starter | undefined;
  #setup: ClientSetup | undefined;

  constructor(judge: Judge, target: Target, starter?: Starter) {
    this.#judge = judge;
    this.target = target;
    this.starter = starter;
  }

  begin(): void {}

  async prepare(): Promise<void> {}

  async end(): Promise<void> {}

  /** What the platform and the client's surroundings are to be like. */
  get setup(): ClientSetup {
    this.#setup ??= plainSetup(this.target.timestampTypes[0] ?? 'long');
    return this.#setup;
  }

  set setup(setup: ClientSetup) {
    this.#setup = setup;
  }

  /** The last start of the client that the scenario is about. */
  get clientRun(): ClientRun {
    const clientRun = this.clientRuns.at(-1);
    if (clientRun === undefined) throw new Error('the client was not started in this scenario');
    return clientRun;
  }

  /** Starts the client in this setup, or takes the start that there was of it. */
  async perform(): Promise<void> {
    // What may be the reason why there is no time is looked at all the same.
    const reason = mistakesOf(this.#judge.requirement).includes(noTime);
    const starter = this.#required();
    const likely = starter.mute
      ? await muteKind(this.setup, starter)
      : refusedKinds[starter.refusedPart(this.setup) ?? 'nothing'];
    if (!reason && likely !== undefined && this.setup.refusal === undefined && !starter.has(this.setup)) {
      this.#judge.fail({
        expected: `a calculated time within ${this.target.withinMs} ms`,
        received: 'no time in any start before this one; the client was not started again',
        likely: { kind: likely },
        cause: 'silence',
      });
    }
    const clientRun = await startInTurn(this.setup, starter, (text) => this.#judge.inform(text));
    for (const why of clientRun.startedAgain) this.#judge.inform(`the client was started again: ${why}`);
    this.clientRuns.push(clientRun);
  }

  /**
   * Why a start shows nothing of a client under a controlled clock, in words; undefined where it shows something.
   *
   * @throws EnvironmentError where it waits by the clock that stands still
   */
  async clockFault(): Promise<string | undefined> {
    return this.starter === undefined ? undefined : clockFaultOf(this.clientRun, this.starter);
  }

  /** Whether the client still runs when its `within` has passed since it reported a time from a valid response. */
  async staysAfterAnswer(): Promise<boolean> {
    const { type } = this.setup;
    const { ended, reports } = await this.#required().perform({ ...plainSetup(type), untilItEnds: true });
    return reports.length > 0 && ended === undefined;
  }

  /** Starts the client anew in the setup of its last start, which could not be judged. */
  async performAgain(): Promise<void> {
    this.clientRuns.splice(-1, 1, await this.#required().performAgain(this.clientRun));
  }

  /** The client's first request, or a failure for a client that never asked. */
  firstRequest(clientRun: ClientRun = this.clientRun): Request {
    const { request } = clientRun;
    if (request !== undefined) return request;
    return this.#judge.fail({
      expected: `a request on ${clientRun.requestTopic}`,
      received: this.silence(),
      // One that has reported is not waited for any longer.
      likely: clientRun.reports.length > 0 ? { kind: unansweredTime } : undefined,
      cause: 'silence',
    });
  }

  /** Fails a client that asks on another topic, where it cannot be answered; nothing else can be judged then. */
  requireOwnTopic(clientRun: ClientRun = this.clientRun): Request {
    const request = this.firstRequest(clientRun);
    const { requestTopic } = clientRun;
    if (request.message.topic === requestTopic) return request;
    return this.#judge.fail({
      expected: `a request on ${requestTopic}`,
      received: `PUBLISH on ${request.message.topic}`,
      at: [request, 'topic'],
    });
  }

  /** Fails a client that was not seen to do what the platform refuses: that it reports no time then shows nothing. */
  requireRefused(): void {
    const { setup, attempts } = this.clientRun;
    // The operating system refuses in the platform's place: the suite sees no attempt.
    if (setup.refusal === 'does not listen') return;
    if (setup.refusal !== undefined && !refusedUnnamed.has(setup.refusal)) this.requireOwnTopic();
    else if (attempts === 0) this.#judge.fail({ expected: 'an attempt to connect', received: this.silence(), cause: 'silence' });
  }

  /** Fails a client that the platform's message did not reach: that nothing came of it shows nothing. */
  requireHeard(): void {
    const { requests, responseTopic, setup } = this.clientRun;
    this.requireOwnTopic();
    const [answer] = setup.answers;
    if (answer?.on !== 'its own' || requests.some(({ responses }) => responses.some(({ unsent }) => !unsent))) return;
    this.requireStamp();
    this.#judge.fail({
      expected: `a client that hears a message on ${responseTopic}`,
      received: this.silence(),
      likely: notSubscribed,
      cause: 'silence',
    });
  }

  /** The first time that the client reported, or a failure for one that reported none, or none that came of an answer. */
  firstReport(clientRun: ClientRun = this.clientRun): ReportedTime {
    const { requests, reports } = clientRun;
    const [report] = reports;
    const answered = ({ atUs }: ReportedTime): boolean =>
      requests.some(({ responses }) => responses.some(({ unsent, message }) => !unsent && message.atUs <= atUs));
    if (report !== undefined && answered(report)) return report;
    const request = this.requireOwnTopic(clientRun);
    if (report !== undefined) {
      return this.#judge.fail({
        expected: 'a calculated time after the response',
        received: `${report.line}, before any response`,
        likely: { kind: unansweredTime, text: 'the time was not calculated from a response' },
        cause: 'silence',
      });
    }
    const unsent = request.responses.length > 0 && request.responses.every((response) => response.unsent === true);
    return this.#judge.fail({
      expected: `a calculated time within ${this.target.withinMs} ms`,
      received: silenceOf(clientRun),
      likely: { kind: noTime, text: unsent ? notSubscribed : bufferingHint(clientRun, this.target) },
      cause: 'silence',
    });
  }

  /** Every request of every start, with words that say which one it is where there are several. */
  requests(): StartRequest[] {
    return this.clientRuns.flatMap((clientRun, start) =>
      clientRun.requests.map((request, index) => {
        const which = clientRun.requests.length > 1 ? `, in request ${index + 1} of ${clientRun.requests.length}` : '';
        return { request, clientRun, start, which };
      }),
    );
  }

  /** The stamps of every request, and what they can be compared with; fails a client whose first request has none. */
  stamps(): RequestStamp[] {
    for (const clientRun of this.clientRuns) this.requireStamp(clientRun);
    return this.requests().flatMap(({ request, clientRun, start }) => stampOf(request, clientRun, start, this.target) ?? []);
  }

  /** Fails a client whose first request has no time that could be answered. */
  requireStamp(clientRun: ClientRun = this.clientRun): void {
    const request = this.firstRequest(clientRun);
    const { deviceSendTime, payload } = request;
    if (deviceSendTime?.number !== undefined) return;
    this.#judge.fail({
      expected: 'deviceSendTime in decimal digits',
      received: payload.text,
      at: [request, deviceSendTime === undefined ? 'payload' : '/deviceSendTime'],
    });
  }

  /**
   * What a judgement of the stamps finds: twice, since a busy machine may have caused it. What is too uncertain is measured up to five times.
   *
   * @throws TooUncertain where it stays so
   */
  async measured<Fault>(
    judge: (stamps: readonly RequestStamp[]) => Fault | TooUncertain | undefined,
  ): Promise<Fault | undefined> {
    const starter = this.starter;
    let found = false;
    for (let again = 0; ; again += 1) {
      const fault = judge(this.stamps());
      if (fault === undefined) return undefined;
      const uncertain = fault instanceof TooUncertain;
      if (starter === undefined || (uncertain ? again >= 4 : found)) return uncertain ? Promise.reject(fault) : fault;
      found ||= !uncertain;
      const runs = await Promise.all(this.clientRuns.map((clientRun) => starter.performAgain(clientRun)));
      this.clientRuns.splice(0, this.clientRuns.length, ...runs);
    }
  }

  /**
   * The times that the client's first report may be. Where the machine was too busy to know them, nothing was judged yet, and the
   * client is started anew: twice at the most, and five times where an earlier start was known well enough, so that it is not the client
   * that takes so long.
   *
   * @throws TooUncertain
   */
  async times(): Promise<ExpectedTime[]> {
    const { starter } = this;
    const judge = (): ExpectedTime[] => {
      const [report] = this.clientRun.reports;
      if (report === undefined) return [];
      const times = expectedTimes(this.clientRun, report, this.target.result?.unit === 's');
      if (starter !== undefined) punctual.add(starter);
      return times;
    };
    if (starter === undefined) return judge();
    const again = async ({ message }: TooUncertain): Promise<void> => {
      this.#judge.inform(`the client was started again: ${message}`);
      await this.performAgain();
    };
    return untilCertain(judge, again, () => (punctual.has(starter) ? 5 : 2));
  }

  /**
   * Fails a client that reports no time here, and does so from a response at another moment, or from another offset.
   *
   * @param order or with another order of the members
   */
  async requireUnderstood({ order }: { readonly order: boolean }): Promise<void> {
    const { clientRun, setup, starter } = this;
    if (starter === undefined) return;
    const moment = await refusedMoment(clientRun, starter);
    const unread = moment ?? (order ? await refusedOrder(clientRun, setup, starter) : undefined);
    const likely = unread ?? (await refusedOffset(clientRun, starter));
    const expected = `a calculated time ${order ? `from ${clientRun.setup.answers[0]?.payload ?? ''}` : `within ${this.target.withinMs} ms`}`;
    if (likely !== undefined) this.#judge.fail({ expected, received: this.silence(), likely });
  }

  /** What was seen of a client instead of what was waited for. */
  silence(): string {
    return silenceOf(this.clientRun);
  }

  #required(): Starter {
    if (this.starter === undefined) throw new Error('nothing is started for the sake of a sentence');
    return this.starter;
  }

  trace(): ScenarioTrace {
    return traceOf(this.clientRuns);
  }

  records(): Recorded[] {
    return recordClientRuns(this.clientRuns);
  }

  beforeFailure(): void {
    const doubt = this.clientRuns.find((clientRun) => clientRun.doubt !== undefined)?.doubt;
    if (doubt !== undefined) throw new EnvironmentError(doubt);
  }
}
