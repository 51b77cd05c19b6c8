import type { StartedTarget, Target } from '../../harness/implementation/target.ts';
import { covers } from '../../harness/mqtt/topic-filter.ts';
import { expectedTimes, isRight, TooUncertain } from '../../harness/platform/expected-time.ts';
import type { PairRun } from './pair-run.ts';

/** The side of a pair that is at fault; `both` if neither is at fault alone. */
export type FaultySide = 'server' | 'client' | 'both';

/** Why a start gave no time, or a wrong time. */
export interface StartTrouble {
  readonly side: FaultySide;
  readonly text: string;
}

/** Whether the calculated time of a start is right. */
export interface TimeOutcome {
  /** Whether the client reported the time that the formula gives; undefined if that cannot be known. */
  readonly right: boolean | undefined;
  /** What the formula gives, in words. */
  readonly expected?: string;
  /** Why it cannot be known. */
  readonly uncertain?: string;
}

/** A start in words: "start 2: a Long, a link of 120 ms to the server and 30 ms back". */
export function titleOf({ type, latency: { forth, back } }: PairRun, number: number): string {
  const link = forth + back === 0 ? '' : `, a link of ${forth} ms to the server and ${back} ms back`;
  return `start ${number}: a ${type === 'long' ? 'Long' : 'String'}${link}`;
}

/** Whether the calculated time of a start is right, judged by the times of the recorded messages. */
export function outcomeOf({ clientRun }: PairRun, { result }: Target): TimeOutcome {
  const [report] = clientRun.reports;
  if (report === undefined) return { right: false };
  try {
    const times = expectedTimes(clientRun, report, result?.unit === 's');
    const [first] = times;
    return { right: isRight(report, times), ...(first === undefined ? {} : { expected: first.text }) };
  } catch (error) {
    if (!(error instanceof TooUncertain)) throw error;
    return { right: undefined, uncertain: error.message };
  }
}

/** What kept the client from sending a request, if it is not the client's fault; undefined if it is, or if the client sent one. */
export function preventedBy({ clientRun, connections }: PairRun): string | undefined {
  if (clientRun.requests.length > 0 || connections.length === 0) return undefined;
  const asked = connections.filter(({ connect, ending }) => connect !== undefined || ending?.by === 'server');
  if (asked.length === 0) return undefined;
  const accepted = asked.filter(({ connackCode }) => connackCode === 0);
  if (accepted.length === 0) {
    const [first] = asked;
    if (first?.connackCode !== undefined)
      return `the server refused the CONNECT with code ${first.connackCode}; the client's credentials have to be those that the server knows`;
    return first?.ending?.by === 'server' ? first.ending.reason : 'the server did not answer the CONNECT';
  }
  const ungranted = accepted.flatMap((connection) => connection.ungranted);
  if (ungranted.length > 0) return `the server did not grant ${ungranted.join(', ')}, and the client did not ask`;
  const ending = accepted.map((connection) => connection.ending).find((one) => one?.by === 'server');
  return ending === undefined ? undefined : `${ending.reason} before the client asked`;
}

/**
 * Why no answer of a correct server could reach the client; undefined if one could. A server has to understand filters without
 * wildcards only.
 */
export function unheardBy({ clientRun, connections }: PairRun): string | undefined {
  const { responseTopic } = clientRun;
  if (connections.some(({ subscriptions }) => subscriptions.has(responseTopic))) return undefined;
  const filters = connections.flatMap(({ subscriptions }) => [...subscriptions.keys()]);
  const wide = filters.filter((filter) => covers(filter, responseTopic));
  if (wide.length > 0) return `the client subscribed ${wide.join(', ')}, and a server need not understand wildcards`;
  return filters.length > 0
    ? `the client subscribed ${filters.join(', ')}, and not its response topic`
    : 'the client relies on automatic subscription, which a server need not have';
}

/** Why a start did not give the right time, judged by the recorded messages; undefined if it did, or if that is unknown. */
export function troubleOf(pairRun: PairRun, client: Target, server: StartedTarget): StartTrouble | undefined {
  const { clientRun, connections } = pairRun;
  if (outcomeOf(pairRun, client).right !== false) return undefined;
  const ended = server.ended();
  if (ended !== undefined) return { side: 'server', text: `the server ${ended.words}` };
  const fault = connections.flatMap(({ faults }) => faults)[0];
  if (fault !== undefined) return { side: fault.by, text: fault.reason };
  if (connections.some(({ dropped }) => dropped > 0))
    return { side: 'both', text: 'one start had more packets than the suite keeps' };
  const prevented = preventedBy(pairRun);
  if (prevented !== undefined) return { side: 'both', text: prevented };
  const { request, reports, fate = 'the client sent nothing more' } = clientRun;
  if (connections.length === 0) return { side: 'client', text: `no connection: ${fate}` };
  if (request === undefined) return { side: 'client', text: `a connection and no request: ${fate}` };
  const [report] = reports;
  const answered = clientRun.requests.some(({ responses }) => responses.length > 0);
  if (report !== undefined)
    return { side: 'client', text: `the client reported ${report.literal}${answered ? '' : ', and was not answered'}` };
  if (answered) return { side: 'client', text: `the client was answered, and reported no time: ${fate}` };
  const early = connections.map(({ ending }) => ending).find((one) => one?.by === 'server');
  return { side: 'both', text: `the request was not answered: ${unheardBy(pairRun) ?? early?.reason ?? fate}` };
}
