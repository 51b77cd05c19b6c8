import { Before, Given, When } from '@cucumber/cucumber';
import { serverTimesOf, type TimestampType } from '../harness/message/exchange.ts';
import { type Answer, type ClientSetup, plainSetup, trueAnswer } from '../harness/platform/client-setup.ts';
import { counted } from '../harness/text/counted.ts';
import type { Asks, ClientPremise } from '../support/client-parameter-types.ts';
import { currentRun } from '../support/current-run.ts';
import { ClientScenario, type ClientWorld } from './client-scenario.ts';

Before({ name: 'the client' }, function (this: ClientWorld) {
  const starter = currentRun.clientRunner;
  if (starter !== undefined) this.scenario = new ClientScenario(this, starter.target, starter);
});

Given('the client is the device {string}', function (this: ClientWorld, name: string) {
  const [productKey = '', deviceName = ''] = name.split('/');
  if (this.scenario.target.onlyThese)
    return this.inapplicable('the target file says that the client cannot be another device (onlyThese)');
  this.scenario.setup = { ...this.scenario.setup, identity: { productKey, deviceName } };
  return undefined;
});

Given('the client sends a {type}', function (this: ClientWorld, type: TimestampType) {
  const wanted = type === 'Long' ? 'long' : 'string';
  if (!this.scenario.target.timestampTypes.includes(wanted))
    return this.inapplicable(`the target file does not declare timestampType ${wanted}`);
  this.scenario.setup = { ...this.scenario.setup, type: wanted };
  return undefined;
});

/** Why a scenario that is only for such clients does not apply, in words. */
const premises: Readonly<
  Record<
    ClientPremise['phrase'],
    (scenario: ClientScenario, mayTakeMs: number) => string | undefined | Promise<string | undefined>
  >
> = {
  'asks more than once': ({ target }) =>
    target.sync.kind === 'start' ? 'the target file says that the client asks once, when it starts (sync)' : undefined,
  'asks more than once, or again where it is not answered': async ({ target, setup, starter }) => {
    if (target.sync.kind !== 'start') return undefined;
    const unanswered = await starter?.perform({ ...plainSetup(setup.type), refusal: 'never answers' });
    const again = unanswered !== undefined && unanswered.requests.length > 1;
    return again ? undefined : 'the client asks once, also where it is not answered';
  },
  'does not rely on automatic subscription': ({ target }) =>
    target.capabilities.has('auto-subscription') ? 'the target file declares auto-subscription' : undefined,
  'reports milliseconds': ({ target }) =>
    target.result?.unit === 's'
      ? 'the client reports whole seconds (result.unit in the target file), which are too coarse for this scenario'
      : undefined,
  'reports whole seconds': ({ target: { result, withinMs } }, mayTakeMs) => {
    if (result?.unit !== 's') return 'the target file says that the client reports milliseconds (result.unit)';
    if (withinMs >= mayTakeMs) return undefined;
    return `whole seconds show only latencies of several seconds, and the target file gives the client ${withinMs} ms (within), which is less than ${mayTakeMs} ms`;
  },
};

Given('a client that {clientPremise}', async function (this: ClientWorld, { phrase, mayTakeMs }: ClientPremise) {
  const why = await premises[phrase](this.scenario, mayTakeMs);
  return why === undefined ? undefined : this.inapplicable(why);
});

Given(
  'a link of {duration} to the platform and {duration} back{later}',
  function (this: ClientWorld, forthMs: number, backMs: number, later: boolean) {
    const link = { forthMs, backMs };
    this.scenario.setup = { ...this.scenario.setup, ...(later ? { later: link } : link) };
  },
);

Given("the platform's time is {int} when the request comes", function (this: ClientWorld, serverRecvTime: number) {
  this.scenario.setup = { ...this.scenario.setup, serverRecvTime };
});

Given(
  "the client's clock stands at {int} when it asks and at {int} when the response comes",
  function (this: ClientWorld, sends: number, receives: number) {
    this.scenario.setup = { ...this.scenario.setup, clock: { sends, receives } };
  },
);

Given('the client runs in the time zone {string}', function (this: ClientWorld, timeZone: string) {
  this.scenario.setup = { ...this.scenario.setup, timeZone };
});

Given('the platform {answers} with:', function (this: ClientWorld, request: number | undefined, payload: string) {
  const answer = trueAnswer(payload);
  this.scenario.setup = {
    ...this.scenario.setup,
    answers: request === undefined ? [answer] : [{ ...answer, request }, trueAnswer()],
  };
});

Given(
  'the platform first sends a response for {recipient}, times {duration} off, deviceSendTime {duration} off',
  function (this: ClientWorld, on: Answer['on'], offByMs: number, echoOffByMs: number) {
    this.scenario.setup = { ...this.scenario.setup, answers: [{ ...trueAnswer(), on, offByMs, echoOffByMs }, trueAnswer()] };
  },
);

Given(
  "the platform answers twice, {duration} apart, and listens for {duration} after the client's first time",
  function (this: ClientWorld, afterMs: number, listensMs: number) {
    this.scenario.setup = { ...this.scenario.setup, answers: [trueAnswer(), { ...trueAnswer(), afterMs }], listensMs };
  },
);

Given('a platform that {conduct}', function (this: ClientWorld, conduct: Partial<ClientSetup>) {
  this.scenario.setup = { ...this.scenario.setup, ...conduct };
});

When('the client {asks}', async function (this: ClientWorld, { again, rounds }: Asks) {
  const { scenario } = this;
  if (rounds !== undefined) scenario.setup = { ...scenario.setup, rounds };
  if (again && scenario.target.sync.kind !== 'start') scenario.setup = { ...scenario.setup, untilNextTime: true };
  await scenario.perform();
  const { requests } = scenario.clientRun;
  if (rounds !== undefined && requests.length < rounds.times) this.inform(`the client asked ${counted(requests.length, 'time')}`);
  const fault = await scenario.clockFault();
  return fault === undefined ? undefined : this.inapplicable(fault);
});

When(
  'the client asks and is answered until its time shows a round trip of 0 ms, in at most {int} starts',
  async function (this: ClientWorld, most: number) {
    for (let start = 1; start <= most; start += 1) {
      this.scenario.setup = { ...this.scenario.setup, start };
      await this.scenario.perform();
      const { request, reports } = this.scenario.clientRun;
      const [response] = request?.responses ?? [];
      const [received, sent] = (response && serverTimesOf(response)) ?? [];
      const [report] = reports;
      // Silence is what the scenario looks for.
      if (report?.twice === undefined || received === undefined || sent === undefined) return undefined;
      if (report.twice <= received + sent) return undefined;
    }
    return this.inapplicable(`the response never came in the millisecond of its request, in ${most} starts`);
  },
);
