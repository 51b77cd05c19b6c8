import { EnvironmentError } from '../../harness/implementation/errors.ts';
import type { ListenAddress } from '../../harness/implementation/listen-address.ts';
import type { DeclaredTimestampType, Identity, StartedTarget, Target } from '../../harness/implementation/target.ts';
import { type Request, requestOf, responseOf, serverTimesOf } from '../../harness/message/exchange.ts';
import { readPayload } from '../../harness/message/payload.ts';
import type { Frame } from '../../harness/mqtt/frame.ts';
import { type Latency, Link } from '../../harness/mqtt/link.ts';
import { ClientRun } from '../../harness/platform/client-run.ts';
import { plainSetup } from '../../harness/platform/client-setup.ts';
import { awaitEndAfterReport, startClient, tellToAsk } from '../../harness/platform/client-start.ts';
import { learnConnect } from '../../harness/platform/connect-secrets.ts';
import { RecordedConnection } from '../../harness/platform/recorded-connection.ts';
import { reportsOf } from '../../harness/platform/reported-time.ts';

/** What a start of a client against a server needs. */
export interface PairSetup {
  readonly client: Target;
  /** Where the client can reach the suite. */
  readonly listenAddress: ListenAddress;
  readonly server: StartedTarget;
  /** The device as which the client connects. */
  readonly identity: Identity;
  readonly type: DeclaredTimestampType;
  /** The latency of the link between client and server. */
  readonly latency: Latency;
  /** When it aborts, the start ends early. */
  readonly giveUp: AbortSignal;
}

/** One start of a client against a server, with all messages between them. */
export interface PairRun {
  /** The client's behaviour, as the suite's platform would have recorded it. */
  readonly clientRun: ClientRun;
  readonly connections: readonly RecordedConnection[];
  readonly type: DeclaredTimestampType;
  readonly latency: Latency;
  readonly imageDigest?: string;
}

/**
 * Starts a client against a server, with a link between them that records and changes nothing.
 *
 * @throws EnvironmentError when the client does not start, or the suite can no longer observe it
 */
export async function runPair({ client, listenAddress, server, identity, type, latency, giveUp }: PairSetup): Promise<PairRun> {
  const clientRun = new ClientRun({ ...plainSetup(type), forthMs: latency.forth, backMs: latency.back }, identity);
  const reports = reportsOf(client);
  const connections: RecordedConnection[] = [];
  const take = ({ packet }: Frame, direction: keyof Latency): void => {
    if (packet.cmd === 'connect') learnConnect(packet, identity, client, server.target);
    if (packet.cmd === 'publish' && direction === 'forth')
      clientRun.keep(reports.fromMessage?.(packet.topic, Buffer.from(packet.payload), identity));
    clientRun.changed();
  };
  const tap = (): RecordedConnection => {
    const connection = new RecordedConnection(take);
    connections.push(connection);
    return connection;
  };
  const links: Link[] = [];
  const port = await listenAddress.listen({
    listen: async (host) => {
      const link = await Link.open(server, latency, { host, tap });
      links.push(link);
      return link.port;
    },
  });
  let lost: string | undefined;
  let imageDigest: string | undefined;
  try {
    const started = await startClient(client, clientRun, { giveUp, host: listenAddress.host, port, reports });
    ({ imageDigest } = started);
    void started.lost?.then((why) => {
      lost = why;
      clientRun.over = true;
      clientRun.changed();
    });
    try {
      await awaitReport(clientRun, connections, client, started, giveUp);
    } finally {
      clientRun.over = true;
      lost ??= await started.doubt?.();
      await started.stop();
      clientRun.output = started.output();
    }
  } finally {
    for (const link of links) await link[Symbol.asyncDispose]();
  }
  if (lost !== undefined) throw new EnvironmentError(lost);
  const pairRun = recorded(clientRun, connections, latency);
  return imageDigest === undefined ? pairRun : { ...pairRun, imageDigest };
}

/** The whole start, after the last packet. */
export function recorded(
  clientRun: ClientRun,
  connections: readonly RecordedConnection[],
  latency: Latency = { forth: 0, back: 0 },
): PairRun {
  clientRun.requests.push(...requestsOf(clientRun, connections));
  clientRun.close(connections, connections.length);
  return { clientRun, connections, type: clientRun.setup.type, latency };
}

/** Tells the client to send a request if it does not by itself, and waits for its report, its end or its deadline. */
async function awaitReport(
  clientRun: ClientRun,
  connections: readonly RecordedConnection[],
  { sync, withinMs, capabilities }: Target,
  client: StartedTarget,
  giveUp: AbortSignal,
): Promise<void> {
  const stop = (): void => {
    clientRun.over = true;
    clientRun.changed();
  };
  giveUp.addEventListener('abort', stop);
  const over = (): boolean => clientRun.over;
  try {
    if (sync.kind !== 'start' && sync.kind !== 'every' && sync.kind !== 'publish') {
      const listens = (connection: RecordedConnection): boolean =>
        capabilities.has('auto-subscription') ? connection.connackCode === 0 : connection.subscriptions.size > 0;
      await clientRun.until(() => over() || connections.some(listens), withinMs);
      if (!over()) await tellToAsk(client, sync, clientRun);
    }
    const interval = sync.kind === 'every' ? sync.intervalMs : 0;
    const flooded = (): boolean => connections.some(({ dropped }) => dropped > 0);
    const enough = (): boolean => over() || clientRun.reports.length > 0 || flooded();
    await clientRun.until(enough, withinMs + interval * 2);
    clientRun.overdue = !enough();
    // After its report, the client may end, or send another request and report again.
    await awaitEndAfterReport(clientRun);
  } finally {
    giveUp.removeEventListener('abort', stop);
  }
}

/** The requests of the client, with the responses that reached it. */
function requestsOf(clientRun: ClientRun, connections: readonly RecordedConnection[]): Request[] {
  const { requestTopic, responseTopic } = clientRun;
  const asked = connections.flatMap((connection) =>
    connection.messages('forth').flatMap((message) => {
      if (!clientRun.isRequest(message.topic, readPayload(message.payload))) return [];
      const beforeUs = (connection.trace.before(message.atUs) ?? connection.accepted).atUs;
      const subscribed = connections.some((other) => other.subscribedBefore(responseTopic, message.atUs));
      return [requestOf(message, { place: '', responseTopic, beforeUs, subscribed })];
    }),
  );
  asked.sort((a, b) => a.message.atUs - b.message.atUs);
  const own = asked.filter(({ message }) => message.topic === requestTopic);
  for (const message of connections.flatMap((connection) => connection.messages('back'))) {
    if (message.topic !== responseTopic) continue;
    const response = responseOf(message, undefined);
    const echo = response.deviceSendTime?.number;
    const earlier = own.filter((request) => request.message.atUs < message.atUs);
    const request = earlier.find((one) => one.responses.length === 0 && one.deviceSendTime?.number === echo) ?? earlier.at(-1);
    // A response without both times is a mistake of the server, and the formula gives no time for it.
    if (request !== undefined && serverTimesOf(response) !== undefined) request.responses.push({ ...response, request });
  }
  return asked;
}
