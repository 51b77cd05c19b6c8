import assert from 'node:assert/strict';
import type { Target } from '../harness/implementation/target.ts';
import { readPayload } from '../harness/message/payload.ts';
import type { ClientConnection } from '../harness/platform/client-connection.ts';
import type { ClientRun } from '../harness/platform/client-run.ts';
import type { ReportedTime } from '../harness/platform/reported-time.ts';
import { origin, type PlayedExchange, played, reported } from './client-starts.ts';
import { FakeWorld } from './fake-world.ts';

/** What a fake client did besides its exchange. */
export interface Deeds extends PlayedExchange {
  readonly reports?: readonly ReportedTime[];
  /** Filters with the requested QoS. */
  readonly filters?: Readonly<Record<string, 0 | 1 | 2>>;
  readonly publish?: Partial<{ topic: string; qos: 0 | 1 | 2; retain: boolean }>;
  readonly payload?: string;
  readonly subscribed?: boolean;
  readonly rest?: Partial<Pick<ClientRun, 'ended' | 'overdue' | 'attempts'>>;
}

/** The run of a client that did this. */
export function client({
  reports = [],
  filters = {},
  publish = {},
  payload,
  subscribed = true,
  rest = {},
  ...exchange
}: Deeds = {}): ClientRun {
  const clientRun = played(exchange);
  const [request] = clientRun.requests;
  assert.ok(request);
  Object.assign(request.message, publish);
  const read = payload === undefined ? undefined : readPayload(Buffer.from(payload));
  const said = read === undefined ? {} : { payload: read, deviceSendTime: read.members.get('deviceSendTime') };
  Object.assign(request, { subscribed, ...said });
  clientRun.reports.push(...reports);
  clientRun.connections = [connectionOf(filters)];
  return Object.assign(clientRun, { started: { atUs: 0, wallMs: origin } }, rest);
}

/** A connection on which these filters were subscribed, after this CONNECT. */
export function connectionOf(filters: Readonly<Record<string, 0 | 1 | 2>>, connect?: object): ClientConnection {
  const subscriptions = new Map(Object.entries(filters).map(([filter, requestedQos]) => [filter, { filter, requestedQos }]));
  const asked = [...subscriptions.values()];
  const accepted = { atUs: 0, wallMs: origin };
  return {
    subscriptions,
    asked,
    accepted,
    connect,
    trace: Object.assign([], { dropped: 0 }),
    ending: undefined,
  } as unknown as ClientConnection;
}

/** A client that never sent a request. */
export function silent(rest: Partial<Pick<ClientRun, 'ended' | 'overdue' | 'attempts'>> = {}): ClientRun {
  const clientRun = client({ rest });
  clientRun.requests.length = 0;
  clientRun.connections = [];
  return clientRun;
}

/** A World in which these runs are judged. */
export function world(
  id: string,
  clientRuns: readonly ClientRun[],
  own: Partial<Target> = {},
  perform = () => client(),
): FakeWorld {
  const made = new FakeWorld(id, { target: own, perform });
  made.client.clientRuns.push(...clientRuns);
  return made;
}

/** The response topic of the fake client. */
export const own = '/ext/ntp/pk/dn/response';
/** The server's times in the page's example. */
export const server = { serverRecvTime: 1_571_724_098_040, serverSendTime: 1_571_724_098_200 };
/** The time that the formula gives for a client that reports its own timestamps, 10 ms apart. */
export const formula = 1_571_724_098_125;
/** A report with the client's own timestamps, 10 ms apart. */
export const report = (time: number, at = 120, more: Partial<ReportedTime> = {}): ReportedTime =>
  reported(time, at, { deviceSendTime: BigInt(origin + 100), deviceRecvTime: BigInt(origin + 110), ...more });
