import { Then } from '@cucumber/cucumber';
import { covers } from '../harness/mqtt/topic-filter.ts';
import type { ClientWorld } from './client-scenario.ts';

Then('a filter that covers its response topic was subscribed before the request', function (this: ClientWorld) {
  this.scenario.firstRequest();
  for (const { request, clientRun } of this.scenario.requests()) {
    if (request.subscribed === true) continue;
    const { responseTopic, requestTopic, connections } = clientRun;
    const filters = connections.flatMap(({ asked }) => asked.map(({ filter }) => filter));
    const late = filters.some((filter) => covers(filter, responseTopic));
    const [wrong] = filters;
    const { productKey, deviceName } = clientRun.identity;
    const swapped = filters.some((filter) => covers(filter, `/ext/ntp/${deviceName}/${productKey}/response`));
    const mistaken = filters.some((filter) => covers(filter, requestTopic))
      ? `the client subscribed ${requestTopic}, the topic of its request`
      : swapped
        ? 'product key and device name are swapped in the filter'
        : wrong === undefined
          ? 'the client relies on automatic subscription, and does not declare it'
          : `the client subscribed ${wrong}`;
    this.fail({
      expected: `SUBSCRIBE with a filter that covers ${responseTopic}, before the request`,
      received: late
        ? 'that SUBSCRIBE, but not before this request'
        : wrong === undefined
          ? 'no SUBSCRIBE'
          : `SUBSCRIBE ${filters.join(', ')}`,
      likely: late ? 'the client subscribes after asking' : mistaken,
    });
  }
});

Then("no filter covers another device's response topic", function (this: ClientWorld) {
  this.scenario.firstRequest();
  for (const { identity, connections } of this.scenario.clientRuns) {
    const others = [
      `/ext/ntp/${identity.productKey}/another-device/response`,
      `/ext/ntp/another-product/${identity.deviceName}/response`,
    ];
    for (const { filter } of connections.flatMap(({ asked }) => asked)) {
      const other = others.find((topic) => covers(filter, topic));
      if (other !== undefined) this.fail({ expected: `no filter that covers ${other}`, received: `SUBSCRIBE ${filter}` });
    }
  }
});

Then('its response topic was subscribed at QoS 0', function (this: ClientWorld) {
  this.scenario.firstRequest();
  for (const { responseTopic, connections } of this.scenario.clientRuns) {
    const own = connections.flatMap(({ asked }) => asked.filter(({ filter }) => covers(filter, responseTopic)));
    const expected = 'SUBSCRIBE at QoS 0';
    if (own.length === 0) this.fail({ expected, received: `no SUBSCRIBE that covers ${responseTopic}`, cause: 'silence' });
    const higher = own.find(({ requestedQos }) => requestedQos > 0);
    if (higher !== undefined) this.fail({ expected, received: `SUBSCRIBE ${higher.filter} at QoS ${higher.requestedQos}` });
  }
});
