import { Then } from '@cucumber/cucumber';
import { signatureFaults } from '../harness/implementation/hmac.ts';
import type { TimestampType } from '../harness/message/exchange.ts';
import { requestFaults } from '../harness/message/payload-schema.ts';
import { covers } from '../harness/mqtt/topic-filter.ts';
import { countsFromStart, stampUnit } from '../harness/platform/client-clock.ts';
import type { ClientWorld } from './client-scenario.ts';

Then('the request is published on its own request topic', function (this: ClientWorld) {
  const request = this.scenario.firstRequest();
  const { message } = request;
  const { requestTopic, identity } = this.scenario.clientRun;
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

Then('a filter that covers its response topic was subscribed before the request', function (this: ClientWorld) {
  const { responseTopic, connections } = this.scenario.clientRun;
  const request = this.scenario.firstRequest();
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

Then("no filter covers another device's response topic", function (this: ClientWorld) {
  this.scenario.firstRequest();
  const { productKey } = this.scenario.clientRun.identity;
  const other = `/ext/ntp/${productKey}/another-device/response`;
  const filters = this.scenario.clientRun.connections.flatMap(({ subscriptions }) => [...subscriptions.keys()]);
  const wide = filters.find((filter) => covers(filter, other));
  if (wide !== undefined) this.fail({ expected: `no filter that covers ${other}`, received: `SUBSCRIBE ${wide}` });
});

Then('the request is published at QoS 0', function (this: ClientWorld) {
  const request = this.scenario.firstRequest();
  const { message } = request;
  if (message.qos !== 0)
    this.fail({
      expected: 'PUBLISH at QoS 0',
      received: `PUBLISH at QoS ${message.qos}`,
      likely: `the request is published at QoS ${message.qos}`,
      at: [request, 'qos'],
    });
});

Then('its response topic was subscribed at QoS 0', function (this: ClientWorld) {
  this.scenario.firstRequest();
  const { responseTopic, connections } = this.scenario.clientRun;
  const own = connections.flatMap(({ subscriptions }) =>
    [...subscriptions.values()].filter(({ filter }) => covers(filter, responseTopic)),
  );
  const higher = own.find(({ requestedQos }) => requestedQos > 0);
  if (higher !== undefined)
    this.fail({ expected: 'SUBSCRIBE at QoS 0', received: `SUBSCRIBE ${higher.filter} at QoS ${higher.requestedQos}` });
});

Then('the request is published without the RETAIN flag', function (this: ClientWorld) {
  const request = this.scenario.firstRequest();
  if (request.message.retain)
    this.fail({ expected: 'PUBLISH without RETAIN', received: 'PUBLISH with RETAIN', at: [request, 'retain'] });
});

Then('the request is a JSON object with deviceSendTime, a Long or a String of decimal digits', function (this: ClientWorld) {
  const request = this.scenario.firstRequest();
  const { payload, deviceSendTime } = request;
  const [fault] = requestFaults(payload);
  if (fault === undefined) return;
  const expected = 'a JSON object with deviceSendTime, a Long or a String of decimal digits';
  const whole = [request, 'payload'] as const;
  if (fault.kind === 'format') this.fail({ expected, received: `${payload.fault}: ${payload.text}`, at: whole });
  if (deviceSendTime === undefined) return this.fail({ expected, received: `no deviceSendTime: ${payload.text}`, at: whole });
  this.fail({ expected, received: `deviceSendTime ${deviceSendTime.literal}`, at: [request, fault.at] });
});

Then('deviceSendTime is a {type}', function (this: ClientWorld, type: TimestampType) {
  const request = this.scenario.firstRequest();
  const { deviceSendTime, payload } = request;
  if (deviceSendTime === undefined)
    return this.fail({
      expected: `deviceSendTime, a ${type}`,
      received: payload.text,
      at: [request, 'payload'],
    });
  if (requestFaults(payload, type).every(({ kind }) => kind !== 'type')) return;
  this.fail({
    expected: `deviceSendTime, a ${type}`,
    received: `deviceSendTime ${deviceSendTime.literal}`,
    at: [request, '/deviceSendTime'],
  });
});

Then('deviceSendTime counts milliseconds', function (this: ClientWorld) {
  const stamps = this.scenario.clientRuns.map((clientRun) => this.scenario.sentBy(clientRun));
  const unit = stampUnit(stamps);
  this.inform(`deviceSendTime ${unit.follows}`);
  if (this.scenario.target.result?.unit === 's')
    this.inform('the calculated time is reported in seconds, as the target file says; it is judged to the second');
  if (unit.name === 'milliseconds') return;
  this.fail({
    expected: 'deviceSendTime in milliseconds',
    received: `deviceSendTime ${stamps.map(({ time }) => time).join(' and ')}`,
    likely: `deviceSendTime is in ${unit.name}`,
    at: [this.scenario.firstRequest(), '/deviceSendTime'],
  });
});

Then('deviceSendTime is not a constant', function (this: ClientWorld) {
  const stamps = this.scenario.clientRuns.map((clientRun) => this.scenario.sentBy(clientRun));
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
    at: [this.scenario.firstRequest(), '/deviceSendTime'],
  });
});

Then('its CONNECT is signed', function (this: ClientWorld) {
  const connect = this.scenario.clientRun.connections.map((session) => session.connect).find((packet) => packet !== undefined);
  if (connect === undefined) return this.fail({ expected: 'a CONNECT', received: this.scenario.silence(), cause: 'silence' });
  const faults = signatureFaults(
    connect,
    this.scenario.clientRun.identity,
    this.scenario.target.tls === undefined ? 'tcp' : 'tls',
  );
  if (faults.length > 0) this.fail({ expected: 'a CONNECT signed with the device secret', received: faults.join('; ') });
});
