import { mock } from 'node:test';
import { generate, type Packet } from 'mqtt-packet';
import { type PairRun, recorded } from '../commands/interop/pair-run.ts';
import type { DeclaredTimestampType } from '../harness/implementation/target.ts';
import { ClientRun } from '../harness/platform/client-run.ts';
import { plainSetup } from '../harness/platform/client-setup.ts';
import { RecordedConnection } from '../harness/platform/recorded-connection.ts';

/** Invented recordings of the traffic between a server and a client. */

/** The device of these recordings. */
const relayedIdentity = { productKey: 'a1NtpSuite1', deviceName: 'probe' };
export const requestTopic = '/ext/ntp/a1NtpSuite1/probe/request';
export const responseTopic = '/ext/ntp/a1NtpSuite1/probe/response';

/** An event on a link: a packet of either side, an end, or a time that the client reports. */
export type Passing =
  | { readonly client: Packet | Buffer }
  | { readonly server: Packet | Buffer }
  | { readonly ends: 'near' | 'far' }
  | { readonly reports: number };

/** A PUBLISH at QoS 0. */
export const publish = (topic: string, payload: string, how: object = {}): Packet =>
  ({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false, ...how }) as Packet;

/** The server accepts a client, which subscribes to a filter; with an empty filter, it subscribes to nothing. */
export function welcomed(filter: string = responseTopic, code = 0): Passing[] {
  const connect = {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId: 'probe',
    clean: true,
    keepalive: 0,
  } as Packet;
  const subscribe = { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: filter, qos: 0 }] } as Packet;
  return [
    { client: connect },
    { server: { cmd: 'connack', returnCode: code, sessionPresent: false } as Packet },
    ...(filter === '' || code !== 0
      ? []
      : [{ client: subscribe }, { server: { cmd: 'suback', messageId: 1, granted: [0] } as Packet }]),
  ];
}

const bytesOf = (packet: Packet | Buffer): Buffer => (Buffer.isBuffer(packet) ? packet : generate(packet));

/** A recorded start with one connection and these events, always one microsecond apart. */
export function relayed(passing: readonly Passing[], type: DeclaredTimestampType = 'long'): PairRun {
  let ms = performance.now();
  const clock = mock.method(performance, 'now', () => {
    ms += 0.001;
    return ms;
  });
  try {
    return relayedNow(passing, type);
  } finally {
    clock.mock.restore();
  }
}

function relayedNow(passing: readonly Passing[], type: DeclaredTimestampType): PairRun {
  const clientRun = new ClientRun(plainSetup(type), relayedIdentity);
  const connection = new RecordedConnection();
  for (const one of passing) {
    if ('client' in one) connection.came('forth', bytesOf(one.client))();
    else if ('server' in one) connection.came('back', bytesOf(one.server))();
    else if ('ends' in one) connection.ended(one.ends);
    else {
      const { accepted } = new RecordedConnection();
      const said = { literal: String(one.reports), twice: BigInt(one.reports) * 2n, line: `time: ${one.reports}` };
      clientRun.keep({ ...accepted, ...said, deviceSendTime: undefined, deviceRecvTime: undefined });
    }
  }
  return recorded(clientRun, [connection]);
}
