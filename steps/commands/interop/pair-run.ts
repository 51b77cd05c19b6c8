import { EnvironmentError } from '../../harness/implementation/errors.ts';
import type { ListenAddress } from '../../harness/implementation/listen-address.ts';
import type { Identity, StartedTarget, Target, TimestampType } from '../../harness/implementation/target.ts';
import { readPayload } from '../../harness/message/payload.ts';
import { type Latency, Link } from '../../harness/mqtt/link.ts';
import { type ClientRequest, ClientRun } from '../../harness/platform/client-run.ts';
import { plainSetup } from '../../harness/platform/client-setup.ts';
import { afterReportMs, startClient, tellToAsk } from '../../harness/platform/client-start.ts';
import { RelayedConnection, type RelayedFrame } from '../../harness/platform/recorded-connection.ts';
import { reportsOf } from '../../harness/platform/reported-time.ts';
import { learnSecret } from '../../harness/text/secrets.ts';

/** What makes an encounter. */
export interface PairSetup {
  readonly client: Target;
  /** Where the client can reach the suite. */
  readonly venue: ListenAddress;
  readonly server: StartedTarget;
  /** The device that the client is. */
  readonly identity: Identity;
  readonly type: TimestampType;
  /** Of the link between the two. */
  readonly latency: Latency;
  /** When it aborts, nobody wants to see the rest. */
  readonly giveUp: AbortSignal;
}

/** One start of a client in front of a server, and all that passed between them. */
export interface PairRun {
  /** As the platform in front of the client would have seen it. */
  readonly clientRun: ClientRun;
  readonly connections: readonly RelayedConnection[];
  readonly type: TimestampType;
  readonly latency: Latency;
  readonly imageDigest?: string;
}

/**
 * Starts a client in front of a server, with a link between them that records and changes nothing.
 *
 * @throws EnvironmentError when the client does not start, or is lost from sight
 */
export async function runPair({ client, venue, server, identity, type, latency, giveUp }: PairSetup): Promise<PairRun> {
  const clientRun = new ClientRun({ ...plainSetup(type), forthMs: latency.forth, backMs: latency.back }, identity);
  const reports = reportsOf(client);
  const connections: RelayedConnection[] = [];
  const hear = ({ packet, direction }: RelayedFrame): void => {
    if (packet.cmd === 'connect' && packet.password !== undefined) {
      for (const { secrets } of [client, server.target]) learnSecret(secrets, packet.password.toString('utf8'));
    }
    if (packet.cmd === 'publish' && direction === 'forth')
      clientRun.keep(reports.fromMessage?.(packet.topic, Buffer.from(packet.payload), identity));
    clientRun.changed();
  };
  const tap = (): RelayedConnection => {
    const connection = new RelayedConnection(hear);
    connections.push(connection);
    return connection;
  };
  const links: Link[] = [];
  const port = await venue.listen({
    listen: async (host) => {
      const link = await Link.open(server, latency, { host, tap });
      links.push(link);
      return link.port;
    },
  });
  let lost: string | undefined;
  let imageDigest: string | undefined;
  try {
    const started = await startClient(client, clientRun, { giveUp, host: venue.host, port, reports });
    ({ imageDigest } = started);
    void started.lost?.then((why) => {
      lost = why;
      clientRun.over = true;
      clientRun.changed();
    });
    try {
      await ledger(clientRun, connections, client, started, giveUp);
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

/** What passed, when all has passed. */
export function recorded(
  clientRun: ClientRun,
  connections: readonly RelayedConnection[],
  latency: Latency = { forth: 0, back: 0 },
): PairRun {
  clientRun.requests.push(...requestsOf(clientRun, connections));
  clientRun.close(connections, connections.length);
  return { clientRun, connections, type: clientRun.setup.type, latency };
}

/** Lets the client ask, and waits for its report, its end or its deadline. */
async function ledger(
  clientRun: ClientRun,
  connections: readonly RelayedConnection[],
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
      const listens = (connection: RelayedConnection): boolean =>
        capabilities.has('auto-subscription') ? connection.welcome === 0 : connection.subscriptions.size > 0;
      await clientRun.until(() => over() || connections.some(listens), withinMs);
      if (!over()) await tellToAsk(client, sync);
    }
    const interval = sync.kind === 'every' ? sync.intervalMs : 0;
    const flooded = (): boolean => connections.some(({ dropped }) => dropped > 0);
    const enough = (): boolean => over() || clientRun.reports.length > 0 || flooded();
    await clientRun.until(enough, withinMs + interval * 2);
    clientRun.overdue = !enough();
    // One that has reported may end, or ask and report again.
    if (clientRun.reports.length > 0) await clientRun.until(() => over() || clientRun.reportedTooOften, afterReportMs);
  } finally {
    giveUp.removeEventListener('abort', stop);
  }
}

/** What the client asked, with what was handed to it in return. */
function requestsOf(clientRun: ClientRun, connections: readonly RelayedConnection[]): ClientRequest[] {
  const { requestTopic, responseTopic, setup } = clientRun;
  const [answer] = setup.answers;
  if (answer === undefined) throw new Error('a plain setup has an answer');
  const asked = connections.flatMap((connection) =>
    connection.messages('forth').flatMap(({ packet, bytes, came }) => {
      const payload = readPayload(Buffer.from(packet.payload));
      if (!clientRun.isRequest(packet.topic, payload)) return [];
      const before = connection.passing.findLast(
        (frame) => (frame.direction === 'forth' ? frame.came : (frame.passed ?? frame.came)).atUs < came.atUs,
      );
      const request: ClientRequest = {
        publish: {
          ...came,
          topic: packet.topic,
          payload: Buffer.from(packet.payload),
          qos: packet.qos,
          retain: packet.retain,
          dup: packet.dup,
          firstByte: bytes[0] ?? 0,
        },
        beforeUs: (before?.passed ?? before?.came ?? connection.accepted).atUs,
        listened: connections.some((other) => other.listenedTo(responseTopic, came.atUs)),
        payload,
        deviceSendTime: payload.members.get('deviceSendTime'),
        delivered: [],
      };
      return [request];
    }),
  );
  asked.sort((a, b) => a.publish.atUs - b.publish.atUs);
  const own = asked.filter(({ publish }) => publish.topic === requestTopic);
  for (const connection of connections) {
    for (const { packet, passed } of connection.messages('back')) {
      if (passed === undefined || packet.topic !== responseTopic) continue;
      const text = Buffer.from(packet.payload);
      const { members } = readPayload(text);
      const [serverRecvTime, serverSendTime] = [members.get('serverRecvTime')?.number, members.get('serverSendTime')?.number];
      const earlier = own.filter(({ publish }) => publish.atUs < passed.atUs);
      const echo = members.get('deviceSendTime')?.number;
      const request = earlier.find((one) => one.delivered.length === 0 && one.deviceSendTime?.number === echo) ?? earlier.at(-1);
      // What cannot be calculated with is the server's affair: no time can be expected to come of it.
      if (request === undefined || serverRecvTime === undefined || serverSendTime === undefined) continue;
      request.delivered.push({ ...passed, answer, payload: text.toString('utf8'), serverRecvTime, serverSendTime, heard: true });
    }
  }
  return asked;
}
