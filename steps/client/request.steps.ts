import { Then } from '@cucumber/cucumber';
import { signatureFaults } from '../harness/implementation/hmac.ts';
import type { TimestampType } from '../harness/message/exchange.ts';
import { requestFaults } from '../harness/message/payload-schema.ts';
import type { ClientWorld } from './client-scenario.ts';
import { diagnoseTopic } from './topic-diagnosis.ts';

Then('the request is published on its own request topic', function (this: ClientWorld) {
  this.scenario.firstRequest();
  for (const { request, clientRun, which } of this.scenario.requests()) {
    const { topic } = request.message;
    if (topic === clientRun.requestTopic) continue;
    this.fail({
      expected: `PUBLISH on ${clientRun.requestTopic}`,
      received: `PUBLISH on ${topic}${which}`,
      likely: diagnoseTopic(topic, clientRun.identity),
      at: [request, 'topic'],
    });
  }
});

Then('the request is published at QoS 0', function (this: ClientWorld) {
  this.scenario.firstRequest();
  for (const { request, which } of this.scenario.requests()) {
    const { qos } = request.message;
    if (qos === 0) continue;
    this.fail({
      expected: 'PUBLISH at QoS 0',
      received: `PUBLISH at QoS ${qos}${which}`,
      likely: `the request is published at QoS ${qos}`,
      at: [request, 'qos'],
    });
  }
});

Then('the request is published without the RETAIN flag', function (this: ClientWorld) {
  this.scenario.firstRequest();
  for (const { request, which } of this.scenario.requests()) {
    if (request.message.retain)
      this.fail({ expected: 'PUBLISH without RETAIN', received: `PUBLISH with RETAIN${which}`, at: [request, 'retain'] });
  }
});

Then('the request is a JSON object with deviceSendTime, a Long or a String of decimal digits', function (this: ClientWorld) {
  this.scenario.firstRequest();
  for (const { request, which } of this.scenario.requests()) {
    const { payload, deviceSendTime } = request;
    const [fault] = requestFaults(payload);
    if (fault === undefined) continue;
    const expected = 'a JSON object with deviceSendTime, a Long or a String of decimal digits';
    const whole = [request, 'payload'] as const;
    if (fault.kind === 'format') this.fail({ expected, received: `${payload.fault}: ${payload.text}${which}`, at: whole });
    if (deviceSendTime === undefined)
      return this.fail({ expected, received: `no deviceSendTime: ${payload.text}${which}`, at: whole });
    this.fail({ expected, received: `deviceSendTime ${deviceSendTime.literal}${which}`, at: [request, fault.at] });
  }
});

Then('deviceSendTime is a {type}', function (this: ClientWorld, type: TimestampType) {
  this.scenario.firstRequest();
  for (const { request, which } of this.scenario.requests()) {
    const { deviceSendTime, payload } = request;
    const expected = `deviceSendTime, a ${type}`;
    if (deviceSendTime === undefined)
      return this.fail({ expected, received: `${payload.text}${which}`, at: [request, 'payload'] });
    if (requestFaults(payload, type).every(({ kind }) => kind !== 'type')) continue;
    this.fail({ expected, received: `deviceSendTime ${deviceSendTime.literal}${which}`, at: [request, '/deviceSendTime'] });
  }
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
