import { Given, Then, When } from '@cucumber/cucumber';
import { signatureFaults } from '../harness/implementation/hmac.ts';
import type { TimestampType } from '../harness/message/exchange.ts';
import { requestFaults } from '../harness/message/payload-schema.ts';
import { covers } from '../harness/mqtt/topic-filter.ts';
import { countsFromStart, stampUnit } from '../harness/platform/client-clock.ts';
import { type Refusal, type Sequel, trueAnswer } from '../harness/platform/client-setup.ts';
import { expectedTimes, isRight } from '../harness/platform/expected-time.ts';
import { halved } from '../harness/time/formula.ts';
import type { Blame, NtpWorld } from '../support/world.ts';
import { type ClientMistake, diagnoseClientTime } from './client-diagnosis.ts';

Given('the client is the device {string}', function (this: NtpWorld, name: string) {
  const [productKey = '', deviceName = ''] = name.split('/');
  if (this.runner.target.onlyThese)
    return this.inapplicable('the target file says that the client can be no other device (onlyThese)');
  this.setup = { ...this.setup, identity: { productKey, deviceName } };
  return undefined;
});

Given('the client sends a {type}', function (this: NtpWorld, type: TimestampType) {
  const wanted = type === 'Long' ? 'long' : 'string';
  if (!this.runner.target.timestampTypes.includes(wanted))
    return this.inapplicable(`the target file does not declare timestampType ${wanted}`);
  this.setup = { ...this.setup, type: wanted };
  return undefined;
});

Given('a client without automatic subscription', function (this: NtpWorld) {
  const declared = this.runner.target.capabilities.has('auto-subscription');
  return declared ? this.inapplicable('the target file declares auto-subscription') : undefined;
});

Given('a client that asks more than once', function (this: NtpWorld) {
  const once = this.runner.target.sync.kind === 'start';
  return once ? this.inapplicable('the target file says that the client asks once, when it starts (sync)') : undefined;
});

Given('a link of {duration} to the platform and {duration} back', function (this: NtpWorld, forthMs: number, backMs: number) {
  this.setup = { ...this.setup, forthMs, backMs };
});

Given('a platform that answers after {duration}', function (this: NtpWorld, processingMs: number) {
  this.setup = { ...this.setup, processingMs };
});

Given("the platform's time is {int} when the request comes", function (this: NtpWorld, serverRecvTime: number) {
  this.setup = { ...this.setup, serverRecvTime };
});

Given(
  "the client's clock stands at {int} when it asks and at {int} when the response comes",
  function (this: NtpWorld, sends: number, receives: number) {
    this.setup = { ...this.setup, clock: { sends, receives } };
  },
);

Given('the client runs in the time zone {string}', function (this: NtpWorld, timeZone: string) {
  this.setup = { ...this.setup, timeZone };
});

Given('the platform answers with:', function (this: NtpWorld, payload: string) {
  this.setup = { ...this.setup, answers: [trueAnswer(payload)] };
});

Given('the platform first answers with:', function (this: NtpWorld, payload: string) {
  this.setup = { ...this.setup, answers: [trueAnswer(payload), trueAnswer()] };
});

Given(
  "the platform first delivers another device's response, whose times are {duration} off",
  function (this: NtpWorld, offByMs: number) {
    this.setup = { ...this.setup, answers: [{ ...trueAnswer(), on: "another device's", offByMs }, trueAnswer()] };
  },
);

Given(
  'the platform first delivers a response whose deviceSendTime is {duration} off, and its times too',
  function (this: NtpWorld, offByMs: number) {
    this.setup = { ...this.setup, answers: [{ ...trueAnswer(), offByMs, echoOffByMs: offByMs }, trueAnswer()] };
  },
);

Given('the platform answers twice, {duration} apart', function (this: NtpWorld, afterMs: number) {
  this.setup = { ...this.setup, answers: [trueAnswer(), { ...trueAnswer(), afterMs }] };
});

Given(/^a platform that (refuses TCP|refuses CONNECT|never answers)$/, function (this: NtpWorld, refusal: Refusal) {
  this.setup = { ...this.setup, refusal };
});

Given(
  /^a platform that (answers the first request late|loses the first answer|cuts the connection after the first request)$/,
  function (this: NtpWorld, sequel: Sequel) {
    this.setup = { ...this.setup, sequel };
  },
);

When('the client asks', async function (this: NtpWorld) {
  await this.perform();
});

When('the client asks and is answered', async function (this: NtpWorld) {
  await this.perform();
});

When(
  'the client asks on a platform that takes {duration} to accept the connection',
  async function (this: NtpWorld, slowConnectMs: number) {
    this.setup = { ...this.setup, slowConnectMs };
    await this.perform();
  },
);

Then('the request is published on its own request topic', function (this: NtpWorld) {
  const request = this.firstRequest();
  const { message } = request;
  const { requestTopic, identity } = this.clientRun;
  if (message.topic === requestTopic) return;
  const swapped = message.topic === `/ext/ntp/${identity.deviceName}/${identity.productKey}/request`;
  const slash = message.topic === requestTopic.slice(1);
  this.fail({
    expected: `PUBLISH on ${requestTopic}`,
    received: `PUBLISH on ${message.topic}`,
    likely: swapped ? 'product key and device name are swapped' : slash ? 'the leading slash is missing' : undefined,
    at: [request, 'topic'],
  });
});

Then('a filter that covers its response topic was subscribed before the request', function (this: NtpWorld) {
  const { responseTopic, connections } = this.clientRun;
  const request = this.firstRequest();
  const covering = connections.flatMap(({ subscriptions }) =>
    [...subscriptions.values()].filter(({ filter }) => covers(filter, responseTopic)),
  );
  if (request.subscribed === true) return;
  const filters = connections.flatMap(({ subscriptions }) => [...subscriptions.keys()]);
  this.fail({
    expected: `SUBSCRIBE with a filter that covers ${responseTopic}, before the request`,
    received:
      covering.length > 0
        ? 'that SUBSCRIBE after the request'
        : filters.length > 0
          ? `SUBSCRIBE ${filters.join(', ')}`
          : 'no SUBSCRIBE',
    likely:
      covering.length > 0
        ? 'the client subscribes after asking'
        : filters.length === 0
          ? 'the client relies on automatic subscription, and does not declare it'
          : undefined,
  });
});

Then("no filter covers another device's response topic", function (this: NtpWorld) {
  this.firstRequest();
  const { productKey } = this.clientRun.identity;
  const other = `/ext/ntp/${productKey}/another-device/response`;
  const filters = this.clientRun.connections.flatMap(({ subscriptions }) => [...subscriptions.keys()]);
  const wide = filters.find((filter) => covers(filter, other));
  if (wide !== undefined) this.fail({ expected: `no filter that covers ${other}`, received: `SUBSCRIBE ${wide}` });
});

Then('the request is published at QoS 0', function (this: NtpWorld) {
  const request = this.firstRequest();
  const { message } = request;
  if (message.qos !== 0)
    this.fail({
      expected: 'PUBLISH at QoS 0',
      received: `PUBLISH at QoS ${message.qos}`,
      likely: `the request is published at QoS ${message.qos}`,
      at: [request, 'qos'],
    });
});

Then('its response topic was subscribed at QoS 0', function (this: NtpWorld) {
  this.firstRequest();
  const { responseTopic, connections } = this.clientRun;
  const own = connections.flatMap(({ subscriptions }) =>
    [...subscriptions.values()].filter(({ filter }) => covers(filter, responseTopic)),
  );
  const higher = own.find(({ requestedQos }) => requestedQos > 0);
  if (higher !== undefined)
    this.fail({ expected: 'SUBSCRIBE at QoS 0', received: `SUBSCRIBE ${higher.filter} at QoS ${higher.requestedQos}` });
});

Then('the request is published without the RETAIN flag', function (this: NtpWorld) {
  const request = this.firstRequest();
  if (request.message.retain)
    this.fail({ expected: 'PUBLISH without RETAIN', received: 'PUBLISH with RETAIN', at: [request, 'retain'] });
});

Then('the request is a JSON object with deviceSendTime, a Long or a String of decimal digits', function (this: NtpWorld) {
  const request = this.firstRequest();
  const { payload, deviceSendTime } = request;
  const [fault] = requestFaults(payload);
  if (fault === undefined) return;
  const expected = 'a JSON object with deviceSendTime, a Long or a String of decimal digits';
  const whole = [request, 'payload'] as const;
  if (fault.kind === 'format') this.fail({ expected, received: `${payload.fault}: ${payload.text}`, at: whole });
  if (deviceSendTime === undefined) return this.fail({ expected, received: `no deviceSendTime: ${payload.text}`, at: whole });
  this.fail({ expected, received: `deviceSendTime ${deviceSendTime.literal}`, at: [request, fault.at] });
});

Then('deviceSendTime is a {type}', function (this: NtpWorld, type: TimestampType) {
  const request = this.firstRequest();
  const { deviceSendTime, payload } = request;
  if (deviceSendTime === undefined)
    return this.fail({
      expected: `deviceSendTime, a ${type}`,
      received: payload.text,
      needs: ['client-sends-time'],
      at: [request, 'payload'],
    });
  if (requestFaults(payload, type).every(({ kind }) => kind !== 'type')) return;
  this.fail({
    expected: `deviceSendTime, a ${type}`,
    received: `deviceSendTime ${deviceSendTime.literal}`,
    at: [request, '/deviceSendTime'],
  });
});

Then('deviceSendTime counts milliseconds', function (this: NtpWorld) {
  const stamps = this.clientRuns.map((clientRun) => this.sentBy(clientRun));
  const unit = stampUnit(stamps);
  this.inform(`deviceSendTime ${unit.follows}`);
  if (this.runner.target.result?.unit === 's')
    this.inform('the calculated time is reported in seconds, as the target file says; it is judged to the second');
  if (unit.name === 'milliseconds') return;
  this.fail({
    expected: 'deviceSendTime in milliseconds',
    received: `deviceSendTime ${stamps.map(({ time }) => time).join(' and ')}`,
    likely: `deviceSendTime is in ${unit.name}`,
    needs: ['client-sends-time', 'client-send-time-is-fresh'],
    at: [this.firstRequest(), '/deviceSendTime'],
  });
});

Then('deviceSendTime is not a constant', function (this: NtpWorld) {
  const stamps = this.clientRuns.map((clientRun) => this.sentBy(clientRun));
  const [first] = stamps;
  if (first === undefined || stamps.some(({ time }) => time !== first.time)) return;
  // A clock of seconds may show the same twice; that it counts seconds is another requirement's affair.
  if (stampUnit(stamps).clock !== 'none') return;
  if (countsFromStart(stamps)) {
    this.inform(`deviceSendTime was ${first.time} in every start, which a clock that counts from the program's start may show`);
    return;
  }
  const ages = stamps.map(({ ageMs }) => ageMs.toFixed(0));
  this.fail({
    expected: 'another deviceSendTime in another request',
    received: `deviceSendTime ${first.time} in ${stamps.length} starts, ${ages.join(' ms and ')} ms after the start`,
    likely: first.time === 1234n ? "a constant: the number of the documentation's example" : 'a constant',
    needs: ['client-sends-time'],
    at: [this.firstRequest(), '/deviceSendTime'],
  });
});

Then('the client reports a time', async function (this: NtpWorld) {
  await this.requireOtherOrder();
  this.firstReport();
});

Then('the client reports the time that the formula gives, as in any other order', async function (this: NtpWorld) {
  await this.requireOtherOrder();
  await requireRight(this);
});

Then('the client reports the time that the formula gives', async function (this: NtpWorld) {
  await requireRight(this);
});

/** The diagnosis of a wrong time: the requirement that is about the mistake explains the others that it breaks. */
function blameOf(world: NtpWorld, mistake: ClientMistake | undefined): Pick<Blame, 'likely' | 'needs'> {
  const stamps = ['client-unit-milliseconds', 'client-send-time-is-fresh'];
  if (mistake === undefined) return { needs: [...world.calculationNeeds(), ...stamps] };
  return { likely: mistake.text, needs: [mistake.requirement, ...stamps] };
}

/** Blames the client where its first report is not the time that the formula gives for the true answer. */
async function requireRight(world: NtpWorld): Promise<void> {
  const times = await world.times();
  const report = world.firstReport();
  const [expected] = times;
  if (expected === undefined) throw new Error('the client reported a time, and no true answer was delivered');
  world.inform(`reported ${report.literal}; the formula gives ${expected.text}`);
  if (isRight(report, times)) return;
  world.fail({
    expected: `the time that the formula gives, ${expected.text}`,
    received: report.twice === undefined ? `"${report.literal}", which is no number` : halved(report.twice),
    ...blameOf(world, diagnoseClientTime(world.clientRun, report, expected)),
  });
}

Then('the client reports {int}', function (this: NtpWorld, time: number) {
  requireExactly(this, [time]);
});

Then('the client reports {int} or {int}', function (this: NtpWorld, low: number, high: number) {
  requireExactly(this, [low, high]);
});

/** Under the controlled clock every number is known, so nothing is uncertain; a half millisecond between the two is as good. */
function requireExactly(world: NtpWorld, times: readonly [number, number?]): void {
  const report = world.firstReport();
  const [low, high = low] = times;
  const twice = report.twice ?? -1n;
  const display = world.runner.target.result?.unit === 's' ? 2000n : 0n;
  world.inform(`reported ${report.literal}`);
  if (twice >= BigInt(low) * 2n - display && twice <= BigInt(high) * 2n + display) return;
  const [expected] = expectedTimes(world.clientRun, report, false);
  world.fail({
    expected: times.join(' or '),
    received: report.literal,
    ...blameOf(world, diagnoseClientTime(world.clientRun, report, expected)),
  });
}

Then('the client reports no time', function (this: NtpWorld) {
  const [report] = this.clientRun.reports;
  if (report === undefined) return this.requireRefused();
  this.fail({
    expected: 'no calculated time',
    received: report.line,
    likely: diagnoseClientTime(this.clientRun, report, undefined)?.text,
  });
});

Then('the client reports the right time or none', async function (this: NtpWorld) {
  this.requireOwnTopic();
  const times = await this.times();
  const [report] = this.clientRun.reports;
  const [first] = this.clientRun.request?.responses ?? [];
  if (first?.unsent === true) this.inform('the client had subscribed no filter that covers this message, so it was not sent');
  if (report === undefined) {
    this.requireHeard();
    this.inform(`no time was reported: the client ${this.clientRun.ended ?? 'was still waiting at its deadline'}`);
    return;
  }
  if (isRight(report, times)) return;
  const [expected] = times;
  this.fail({
    expected: `no time, or the right one${expected === undefined ? '' : `, ${expected.text}`}`,
    received: report.literal,
    ...blameOf(this, diagnoseClientTime(this.clientRun, report, expected)),
  });
});

Then('the client ends or reports a time', function (this: NtpWorld) {
  this.requireOwnTopic();
  const { reports, ended, overdue } = this.clientRun;
  if (reports.length === 0) this.requireHeard();
  if (reports.length > 0 || ended !== undefined || !overdue) return;
  this.fail({
    expected: 'an orderly end, or a time from the true answer that followed',
    received: `neither, within ${this.runner.target.withinMs} ms`,
    likely: 'the client hangs in the malformed response',
    needs: ['client-accepts-own-type', 'client-hears-response'],
  });
});

Then('the client does not report another time', function (this: NtpWorld) {
  const first = this.firstReport();
  const [, ...more] = this.clientRun.reports;
  const exchange = this.clientRun.requests.length > 1 ? this.clientRun.requests[1]?.message.atUs : undefined;
  const second = more.find((report) => report.twice !== first.twice && (exchange === undefined || report.atUs < exchange));
  if (second === undefined) return;
  this.fail({
    expected: `one time, ${first.literal}`,
    received: `${first.literal}, and then ${second.literal}`,
    likely: 'the second copy is calculated like a new response',
  });
});

Then('its CONNECT is signed', function (this: NtpWorld) {
  const connect = this.clientRun.connections.map((connection) => connection.connect).find((packet) => packet !== undefined);
  if (connect === undefined) return this.fail({ expected: 'a CONNECT', received: this.silence(), needs: [] });
  const faults = signatureFaults(connect, this.clientRun.identity, this.runner.target.tls === undefined ? 'tcp' : 'tls');
  if (faults.length > 0) this.fail({ expected: 'a CONNECT signed with the device secret', received: faults.join('; ') });
});
