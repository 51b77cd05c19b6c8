import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { agree, FakeServer, type Peer } from '../../testing/fake-server.ts';
import { Trace } from '../mqtt/trace.ts';
import { ConnectError, Device } from './device.ts';
import { answersTo, gather } from './many-devices.ts';
import { NtpDevice } from './ntp-device.ts';
import { RequestLedger } from './request-ledger.ts';

/** Devices in front of a server that answers when it is told to. */
class ClientSetup {
  readonly ledger = new RequestLedger();
  readonly asked: (readonly [Peer, string, string])[] = [];
  readonly server: FakeServer;

  private constructor(server: FakeServer) {
    this.server = server;
    this.ledger.begin('here');
  }

  static async open(onRequest: (setup: ClientSetup) => void): Promise<ClientSetup> {
    let setup: ClientSetup | undefined;
    const server = await FakeServer.open((packet, peer) => {
      agree(packet, peer);
      if (packet.cmd !== 'publish' || setup === undefined) return;
      setup.asked.push([peer, packet.topic, String(packet.payload)]);
      onRequest(setup);
    });
    setup = new ClientSetup(server);
    return setup;
  }

  /** Answers the request that has waited the longest, or the shortest. */
  answer(which: 'oldest' | 'newest' = 'oldest'): void {
    const request = which === 'oldest' ? this.asked.shift() : this.asked.pop();
    if (request === undefined) return;
    const [peer, topic, payload] = request;
    peer.publish(topic.replace(/request$/, 'response'), payload.replace('}', ',"serverRecvTime":1,"serverSendTime":1}'));
  }

  async join(index: number, deadline: number): Promise<NtpDevice> {
    const name = `device ${index}`;
    const parts = { address: this.server.address, mqttVersion: '3.1.1', clientId: name, name, trace: new Trace() } as const;
    const habits = { acknowledges: true };
    const connect = (): Promise<Device> => Device.connect({ ...parts, deadline: 600_000, habits });
    const device = new NtpDevice({
      identity: { productKey: 'pk', deviceName: `d${index}` },
      name,
      ledger: this.ledger,
      deadline,
      connect,
    });
    await device.connect();
    return device;
  }
}

describe('many devices', { timeout: 20_000 }, () => {
  test('are all answered where each answer comes in time after the one before, however long it takes together', async () => {
    const deadline = 250;
    const setup = await ClientSetup.open(({ asked }) => {
      // One after the other, the last one who asked first: the first one waits much longer than the deadline.
      if (asked.length === 6) for (let n = 1; n <= 6; n += 1) setTimeout(() => setup.answer('newest'), n * 80);
    });
    await using _ = setup.server;
    const { devices, refused } = await gather(6, (index) => setup.join(index, deadline));
    assert.equal(refused, undefined);
    const asked = devices.map((device) => ({ device, request: device.ask() }));
    assert.deepEqual(await answersTo(asked, setup.ledger), []);
    for (const device of devices) await device.disconnect();
  });

  test('of which some are not answered are named when nothing comes any more', async () => {
    const setup = await ClientSetup.open(({ asked }) => {
      if (asked.length === 3) setup.answer();
    });
    await using _ = setup.server;
    const { devices } = await gather(3, (index) => setup.join(index, 50));
    const asked = devices.map((device) => ({ device, request: device.ask() }));
    const silent = await answersTo(asked, setup.ledger);
    assert.equal(silent.length, 2);
    for (const device of devices) await device.disconnect();
  });

  test('stop at the first that is refused, and say why', async () => {
    const setup = await ClientSetup.open(() => {});
    await using _ = setup.server;
    const { devices, refused } = await gather(40, async (index) => {
      if (index >= 20) throw new ConnectError('connection refused, code 3');
      return setup.join(index, 50);
    });
    assert.deepEqual([devices.length, refused], [20, { index: 20, why: 'connection refused, code 3' }]);
    for (const device of devices) await device.disconnect();
  });

  test('are the fault of this machine where it has no more connections to give', async () => {
    const many = (code: string) =>
      gather(1, () => Promise.reject(new ConnectError(`connect ${code} 127.0.0.1:1883`, undefined, code)));
    await assert.rejects(many('EMFILE'), {
      name: 'EnvironmentError',
      message: /this machine has no more open files.*ulimit -n/,
    });
    await assert.rejects(many('EADDRNOTAVAIL'), /no more local ports/);
  });
});
