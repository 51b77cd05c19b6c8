import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Device } from './device.ts';
import { FakeServer } from './fake-server.ts';
import { Wire } from './wire.ts';

/** A deadline that only a broken device meets, in ms. */
const never = 60_000;

/** Packets of a server for which mqtt.js throws where nobody can catch it, or which it takes for others. */
const fatal: readonly (readonly [string, string, RegExp])[] = [
  ['a PUBREL without a packet id', '6200', /PUBREL without a packet id/],
  ['a PUBREL with the packet id 0', '62020000', /PUBREL without a packet id/],
  ['a PUBLISH at QoS 1 with the packet id 0', '32050001610000', /PUBLISH without a packet id/],
  ['a PUBREC of one byte', '500100', /PUBREC without a packet id/],
];

for (const [name, bytes, says] of fatal) {
  test(`a device outlives ${name}`, async () => {
    await using server = await FakeServer.open();
    const device = await Device.connect({
      address: server.address,
      mqttVersion: '3.1.1',
      clientId: 'probe',
      name: 'device',
      wire: new Wire(),
      deadline: never,
      habits: { acknowledges: true },
    });
    (await server.peer()).socket.write(Buffer.from(bytes, 'hex'));
    await device.inbox.until(() => undefined, never);
    assert.match(device.inbox.closed ?? '', /^the server sent malformed MQTT/);
    assert.match(device.inbox.closed ?? '', says);
    await device.close();
  });
}
