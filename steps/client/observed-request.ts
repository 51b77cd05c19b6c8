import type { Target } from '../harness/implementation/target.ts';
import type { Request } from '../harness/message/exchange.ts';
import type { SeenStamp } from '../harness/platform/client-clock.ts';
import type { ClientRun } from '../harness/platform/client-run.ts';
import { countedAge } from '../harness/platform/expected-time.ts';
import { full } from '../harness/time/processors.ts';

/** A request of a client, and where it belongs. */
export interface StartRequest {
  readonly request: Request;
  readonly clientRun: ClientRun;
  /** The number of the start, from 0. */
  readonly start: number;
  /** Which request of its start it is, in words that may follow others; empty where it is the only one. */
  readonly which: string;
}

/** A stamp with the request that holds it. */
export interface RequestStamp extends SeenStamp {
  readonly request: Request;
  /** How old it was when the request came, in ms, where the reported time shows it. */
  readonly countedMs: number | undefined;
  /** Whether this machine was so busy that the request may have waited for a processor. */
  readonly crowded: boolean;
  /** How long ago the platform had taken the connection that it came on, in ms: not the first one where a client opens another to ask. */
  readonly ownConnectedMs: number;
}

/** The stamp of a request; undefined where it holds no number. */
export function stampOf(request: Request, clientRun: ClientRun, start: number, { result }: Target): RequestStamp | undefined {
  const { message, deviceSendTime } = request;
  if (deviceSendTime?.number === undefined) return undefined;
  const { started, connections, reports } = clientRun;
  const connected = Math.min(...connections.map(({ accepted }) => accepted.atUs), message.atUs);
  const { connectedUs = connected } = request;
  const report = reports.findLast(({ atUs }) => atUs < message.atUs);
  const calculated =
    report?.twice === undefined
      ? {}
      : { calculated: { timeMs: report.twice / 2n, atUs: report.atUs, coarse: result?.unit === 's' } };
  const own = reports.find(({ atUs }) => request.responses.some((response) => response.message.atUs <= atUs));
  return {
    request,
    crowded: (request.busy ?? 0) >= full,
    countedMs: own === undefined ? undefined : countedAge(clientRun, request, own, result?.unit === 's'),
    time: deviceSendTime.number,
    wallMs: message.wallMs,
    atUs: message.atUs,
    start,
    ageMs: (message.atUs - started.atUs) / 1000,
    connectedMs: (message.atUs - connected) / 1000,
    ownConnectedMs: (message.atUs - connectedUs) / 1000,
    withheldMs: clientRun.setup.slowConnectMs,
    ...calculated,
  };
}
