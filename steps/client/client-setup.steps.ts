import { Before, Given, When } from '@cucumber/cucumber';
import { serverTimesOf, type TimestampType } from '../harness/message/exchange.ts';
import { type Refusal, refusals, type Sequel, trueAnswer } from '../harness/platform/client-setup.ts';
import { runner } from '../harness/platform/current-client-runner.ts';
import { counted } from '../harness/text/counted.ts';
import { ClientScenario, type ClientWorld } from './client-scenario.ts';

Before({ name: 'the client' }, function (this: ClientWorld) {
  const starter = runner();
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

Given('a client without automatic subscription', function (this: ClientWorld) {
  const declared = this.scenario.target.capabilities.has('auto-subscription');
  return declared ? this.inapplicable('the target file declares auto-subscription') : undefined;
});

Given('a client that asks more than once', function (this: ClientWorld) {
  const once = this.scenario.target.sync.kind === 'start';
  return once ? this.inapplicable('the target file says that the client asks once, when it starts (sync)') : undefined;
});

Given('a client that reports milliseconds', function (this: ClientWorld) {
  if (this.scenario.target.result?.unit !== 's') return undefined;
  return this.inapplicable(
    'the client reports whole seconds (result.unit in the target file), which are too coarse for this scenario',
  );
});

Given('a client that reports whole seconds, and may take {duration}', function (this: ClientWorld, patienceMs: number) {
  const { result, withinMs } = this.scenario.target;
  if (result?.unit !== 's') return this.inapplicable('the target file says that the client reports milliseconds (result.unit)');
  if (withinMs >= patienceMs) return undefined;
  return this.inapplicable(
    `whole seconds show only latencies of several seconds, and the target file gives the client ${withinMs} ms (within), which is less than ${patienceMs} ms`,
  );
});

Given('a link of {duration} to the platform and {duration} back', function (this: ClientWorld, forthMs: number, backMs: number) {
  this.scenario.setup = { ...this.scenario.setup, forthMs, backMs };
});

Given(
  'a link of {duration} to the platform and {duration} back after the first request',
  function (this: ClientWorld, forthMs: number, backMs: number) {
    this.scenario.setup = { ...this.scenario.setup, later: { forthMs, backMs } };
  },
);

Given('a platform that answers after {duration}', function (this: ClientWorld, processingMs: number) {
  this.scenario.setup = { ...this.scenario.setup, processingMs };
});

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

Given('the platform answers with:', function (this: ClientWorld, payload: string) {
  this.scenario.setup = { ...this.scenario.setup, answers: [trueAnswer(payload)] };
});

Given(
  "the platform first delivers another device's response, whose times are {duration} off",
  function (this: ClientWorld, offByMs: number) {
    this.scenario.setup = {
      ...this.scenario.setup,
      answers: [{ ...trueAnswer(), on: "another device's", offByMs }, trueAnswer()],
    };
  },
);

Given(
  'the platform first delivers the response of another product, its times {duration} off, its deviceSendTime {duration} off',
  function (this: ClientWorld, offByMs: number, echoOffByMs: number) {
    this.scenario.setup = {
      ...this.scenario.setup,
      answers: [{ ...trueAnswer(), on: "another product's", offByMs, echoOffByMs }, trueAnswer()],
    };
  },
);

Given(
  'the platform first delivers a response whose deviceSendTime is {duration} off, and its times too',
  function (this: ClientWorld, offByMs: number) {
    this.scenario.setup = { ...this.scenario.setup, answers: [{ ...trueAnswer(), offByMs, echoOffByMs: offByMs }, trueAnswer()] };
  },
);

Given(
  "the platform answers twice, {duration} apart, and listens for {duration} after the client's first time",
  function (this: ClientWorld, afterMs: number, listensMs: number) {
    this.scenario.setup = { ...this.scenario.setup, answers: [trueAnswer(), { ...trueAnswer(), afterMs }], listensMs };
  },
);

Given(new RegExp(`^a platform that (${refusals.join('|')})$`), function (this: ClientWorld, refusal: Refusal) {
  this.scenario.setup = { ...this.scenario.setup, refusal };
});

Given(
  /^a platform that (answers the first request late|loses the first answer|cuts the connection after the first request)$/,
  function (this: ClientWorld, sequel: Sequel) {
    this.scenario.setup = { ...this.scenario.setup, sequel };
  },
);

When('the client asks', async function (this: ClientWorld) {
  await this.scenario.perform();
});

When('the client asks and is answered', async function (this: ClientWorld) {
  await this.scenario.perform();
  const fault = await this.scenario.clockFault();
  return fault === undefined ? undefined : this.inapplicable(fault);
});

When('the client asks {int} times in {duration} or more', async function (this: ClientWorld, times: number, overMs: number) {
  this.scenario.setup = { ...this.scenario.setup, rounds: { times, overMs } };
  await this.scenario.perform();
  const { requests } = this.scenario.clientRun;
  if (requests.length < times) this.inform(`the client asked ${counted(requests.length, 'time')}`);
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

When(
  'the client asks on a platform that takes {duration} to accept the connection',
  async function (this: ClientWorld, slowConnectMs: number) {
    this.scenario.setup = { ...this.scenario.setup, slowConnectMs };
    await this.scenario.perform();
  },
);
