import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SuiteFault } from '../text/suite-fault.ts';
import { now, nowUs } from '../time/now.ts';
import type { DeviceConnection } from './device.ts';
import { Inbox } from './inbox.ts';
import { NtpDevice } from './ntp-device.ts';
import { RequestLedger } from './request-ledger.ts';

const never = 600_000;
const responseTopic = '/ext/ntp/a1PkTest01/dev01/response';

/** A connection in memory, to a server that does with a payload what `answer` says. */
class Connection implements DeviceConnection {
  readonly inbox = new Inbox();
  readonly subscriptions: [string, number][] = [];
  readonly published: [string, string, number][] = [];
  readonly #answer: (payload: string, connection: Connection) => void;

  constructor(answer: (payload: string, connection: Connection) => void) {
    this.#answer = answer;
  }

  async subscribe(topic: string, qos: 0 | 1 | 2): Promise<number> {
    this.subscriptions.push([topic, qos]);
    return qos;
  }

  publish(topic: string, payload: string, qos: 0 | 1 | 2): number {
    const at = nowUs();
    this.published.push([topic, payload, qos]);
    this.#answer(payload, this);
    return at;
  }

  hear(payload: string, topic = responseTopic): void {
    this.inbox.put({ topic, payload: Buffer.from(payload), qos: 0, retain: false, dup: false, ...now() });
  }

  async close(): Promise<void> {
    this.inbox.close('closed by the device');
  }
}

/** Answers as a server does, after the request has left. */
const serve = (payload: string, connection: Connection): void =>
  queueMicrotask(() => connection.hear(payload.replace('}', ',"serverRecvTime":1,"serverSendTime":2}')));

/** A connected device, and the connections that it made. */
async function play(
  answer: (payload: string, connection: Connection) => void = serve,
  own: { deadline?: number; clock?: (at: number) => number } = {},
): Promise<{ device: NtpDevice; connections: Connection[] }> {
  const connections: Connection[] = [];
  const device = new NtpDevice({
    identity: { productKey: 'a1PkTest01', deviceName: 'dev01' },
    name: 'device',
    ledger: new RequestLedger(),
    deadline: never,
    connect: async () => {
      const connection = new Connection(answer);
      connections.push(connection);
      return connection;
    },
    ...own,
  });
  await device.connect();
  return { device, connections };
}

describe('an NTP device', { timeout: 20_000 }, () => {
  test('asks on its own request topic and takes the response with its echo', async () => {
    const { device, connections } = await play();
    const exchange = await device.askAndWait({ type: 'String', digits: '1571724098000' });
    assert.deepEqual(connections[0]?.published, [['/ext/ntp/a1PkTest01/dev01/request', '{"deviceSendTime":"1571724098000"}', 0]]);
    assert.equal(exchange?.request, device.requests[0]);
    assert.equal(exchange?.response, device.responses[0]);
    assert.equal(exchange?.response.deviceSendTime?.literal, '"1571724098000"');
  });

  test('asks with a timestamp that no other request has, unless it has a clock of its own', async () => {
    const { device } = await play();
    const digits = Array.from({ length: 50 }, () => device.timestamp().digits);
    assert.equal(new Set(digits).size, 50);
    const { device: exact } = await play(serve, { clock: () => 4500.9 });
    assert.deepEqual(
      [exact.timestamp('String'), exact.timestamp()],
      [
        { type: 'String', digits: '4500' },
        { type: 'Long', digits: '4500' },
      ],
    );
  });

  test('asks again in another millisecond of its clock', async () => {
    const { device } = await play(serve, { clock: (atUs) => atUs / 1000 });
    await device.askUntil(({ length }) => length >= 9, never);
    assert.equal(new Set(device.requests.map(({ timestamp }) => timestamp?.digits)).size, 9);
  });

  test('takes a request that is not valid for a fault of the suite', async () => {
    const { device, connections } = await play();
    assert.throws(() => device.ask({ type: 'Long', digits: '1.5' }), SuiteFault);
    assert.deepEqual(connections[0]?.published, []);
  });

  test('has no exchange when the deadline passes', async () => {
    const { device } = await play(() => {}, { deadline: 5 });
    assert.equal(await device.askAndWait(), undefined);
  });

  test('has no exchange when the connection closes, and does not wait for the deadline', async () => {
    const { device } = await play((_, { inbox }) => inbox.close('connection closed'));
    assert.equal(await device.askAndWait(), undefined);
    assert.equal(device.closed, 'connection closed');
  });

  test('does not take its own message for an answer when a broker hands it back', async () => {
    const { device } = await play((payload, connection) => {
      connection.hear(payload);
      serve(payload, connection);
    });
    const exchange = await device.askAndWait();
    assert.equal(device.responses.length, 1);
    assert.equal(exchange?.response.serverSendTime?.literal, '2');
  });

  test('hears what nobody asked for', async () => {
    const { device, connections } = await play();
    connections[0]?.hear('{"deviceSendTime":1}', '/ext/ntp/a1PkTest01/dev02/response');
    assert.deepEqual(
      device.responses.map(({ request, message }) => [request, message.topic]),
      [[undefined, '/ext/ntp/a1PkTest01/dev02/response']],
    );
  });

  test('subscribes again when it connects again', async () => {
    const { device, connections } = await play();
    await device.subscribe(device.responseTopic, 1);
    await device.subscribe(device.topic('/{productKey}/{deviceName}/user'));
    await device.disconnect();
    await device.connect();
    assert.deepEqual(connections[1]?.subscriptions, [
      [responseTopic, 1],
      ['/a1PkTest01/dev01/user', 0],
    ]);
  });

  test('fences on a new connection where the server had closed the old one', async () => {
    const { device, connections } = await play();
    connections[0]?.inbox.close('connection closed');
    assert.notEqual(await device.fence(), undefined);
    assert.equal(connections.length, 2);
  });

  test('fences a second time where the server closes the connection on the first', async () => {
    let closed = false;
    const { device, connections } = await play((payload, connection) => {
      if (closed) serve(payload, connection);
      else connection.inbox.close('connection closed');
      closed = true;
    });
    assert.notEqual(await device.fence(), undefined);
    assert.equal(connections.length, 2);
  });

  test('fences a second time with a server whose echoes show nothing, and what it left unanswered is not in the way', async () => {
    const { device } = await play((payload, connection) => {
      if (device.requests.length === 0) serve(payload.replace(/\d+/, '7'), connection);
      else if (device.requests.length === 1) connection.inbox.close('connection closed');
      else serve(payload, connection);
    });
    await device.askAndWait();
    const fence = await device.fence(1000);
    assert.equal(fence?.request, device.requests[2]);
  });

  test('has no fence with a server that closes every connection', async () => {
    const { device, connections } = await play((_, { inbox }) => inbox.close('connection closed'));
    assert.equal(await device.fence(), undefined);
    assert.equal(connections.length, 2);
  });

  test('asks one request after the other until it is enough', async () => {
    const { device, connections } = await play();
    const exchanges = await device.askUntil(({ length }) => length >= 7, never);
    assert.equal(exchanges.length, 7);
    assert.equal(connections[0]?.published.length, 7);
  });

  test('asks no more when the server falls silent, or the time is over', async () => {
    const { device } = await play((payload, connection) => {
      if (connection.published.length <= 3) serve(payload, connection);
      else connection.inbox.close('connection closed');
    });
    assert.equal((await device.askUntil(() => false, never)).length, 3);
    const { device: patient } = await play();
    await patient.askUntil(() => false, 5);
  });

  test('is closed before it is connected, and cannot ask', () => {
    const parts = {
      identity: { productKey: 'p', deviceName: 'd' },
      name: 'other device',
      ledger: new RequestLedger(),
      deadline: never,
    };
    const device = new NtpDevice({ ...parts, connect: () => Promise.reject(new Error('never')) });
    assert.equal(device.closed, 'not connected');
    assert.throws(() => device.ask(), /the other device is not connected/);
  });
});
