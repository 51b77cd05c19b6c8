import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fleet } from '../../harness/device/fleet.ts';
import { agree, FakeServer, type Peer } from '../../testing/fake-server.ts';
import { sendRequests } from './send-requests.ts';

const identities = Array.from({ length: 4 }, (_, index) => ({ productKey: 'a1b2c3d4e5f', deviceName: `load-${index}` }));

function gather({ address }: FakeServer): Promise<Fleet> {
  const credentials = ({ deviceName }: { deviceName: string }) => ({ clientId: deviceName });
  return Fleet.gather(identities, { address, mqttVersion: '3.1.1', credentials, deadline: 60_000 });
}

/** A server that holds its answers back until so many are due. */
async function holdingBack(count: number): Promise<FakeServer> {
  let held: (() => void)[] = [];
  return FakeServer.open((packet, peer: Peer) => {
    agree(packet, peer);
    if (packet.cmd !== 'publish') return;
    const payload = String(packet.payload).replace(/}$/, ',"serverRecvTime":1,"serverSendTime":2}');
    held.push(() => peer.publish(packet.topic.replace(/request$/, 'response'), payload));
    if (held.length < count) return;
    for (const answer of held) answer();
    held = [];
  });
}

test('requests are sent by the clock while the server stalls, and their latency counts from when they were due', async () => {
  // If the suite waited for answers, it would send four requests only.
  await using server = await holdingBack(20);
  await using fleet = await gather(server);
  const measurements = await sendRequests(fleet, { devices: 4, ratePerSecond: 200, forMs: 100 });
  assert.deepEqual([fleet.counts.asked, fleet.counts.answered, fleet.faultCount], [20, 20, 0]);
  assert.equal(measurements.latency.count, 20);
  assert.equal(measurements.lateness.count, 20);
  assert.equal(measurements.response.count, 20);
  // The first request was due 95 ms before the last, which released all answers.
  assert.ok(measurements.latency.atPercentile(100) >= 95);
  const { asked, answered } = measurements.course;
  for (const counts of [asked, answered])
    assert.equal(
      counts.reduce((a, b) => a + b, 0),
      20,
    );
});

test('without a rate, each device sends its next request after the answer, until the time is over', async () => {
  // Each device by itself: after its answer it sends again, and no device waits for another one.
  await using server = await holdingBack(1);
  await using fleet = await gather(server);
  const measurements = await sendRequests(fleet, { devices: 4, forMs: 500 });
  assert.ok(fleet.counts.asked >= 8);
  assert.equal(fleet.counts.answered, fleet.counts.asked);
  assert.equal(measurements.latency.count, fleet.counts.asked);
});

test('without rate and time each device asks once', async () => {
  await using server = await holdingBack(4);
  await using fleet = await gather(server);
  await sendRequests(fleet, { devices: 4 });
  assert.deepEqual([fleet.counts.asked, fleet.counts.answered], [4, 4]);
});

test('an interrupted load sends no more, and keeps its measurements', async () => {
  await using server = await holdingBack(3);
  await using fleet = await gather(server);
  const giveUp = new AbortController();
  const driven = sendRequests(fleet, { devices: 4, ratePerSecond: 1000, forMs: 3_600_000 }, giveUp.signal);
  const answered = fleet.onAnswer;
  fleet.onAnswer = (answer) => {
    answered(answer);
    if (fleet.counts.answered === 12) giveUp.abort();
  };
  const measurements = await driven;
  assert.ok(measurements.latency.count >= 12);
  assert.equal(fleet.counts.asked, fleet.counts.answered + fleet.open);
});

test('when all connections have ended, the rest of the requests is unsent', async () => {
  await using server = await FakeServer.open((packet, peer) => {
    agree(packet, peer);
    if (packet.cmd === 'publish') peer.socket.destroy();
  });
  await using fleet = await gather(server);
  await sendRequests(fleet, { devices: 4, ratePerSecond: 200, forMs: 3_600_000 });
  const { asked, unsent, lost, disconnected } = fleet.counts;
  assert.equal(disconnected, 4);
  assert.equal(lost, asked);
  assert.equal(asked + unsent, 200 * 3600);
});
