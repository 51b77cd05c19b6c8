import { NtpDevice } from '../../harness/device/ntp-device.ts';
import type { ServerRun } from '../../harness/device/server-run.ts';
import type { Identity } from '../../harness/implementation/target.ts';
import type { Exchange, Request, Timestamp } from '../../harness/message/exchange.ts';
import { messageOf } from '../../harness/message/message.ts';
import { topicOf } from '../../harness/message/ntp-topics.ts';
import { readPayload } from '../../harness/message/payload.ts';
import type { RecordedConnection } from '../../harness/platform/recorded-connection.ts';
import type { PairRun } from './pair-run.ts';

/** A request as it reached the server, and the connection on which it was sent. */
interface ObservedRequest {
  readonly request: Request;
  readonly connection: RecordedConnection;
}

/** The client of a pair, as the server saw it: a device that the suite does not play. All that it did is over, and it asks nothing. */
export class ObservedDevice extends NtpDevice {
  readonly #observed: ObservedRequest[] = [];

  /** Takes a pair's packets into the trace and the request ledger of a run, as if the suite had played the device. */
  constructor(serverRun: ServerRun, { clientRun, connections }: PairRun, name: string) {
    const { identity } = clientRun;
    const { ledger, started } = serverRun;
    const connect = (): never => {
      throw new Error('an observed device does nothing any more');
    };
    super({ identity, name, ledger, deadline: started.target.responseDeadlineMs, connect });
    const events = this.#events(serverRun, connections, identity).toSorted((a, b) => a.atUs - b.atUs);
    for (const { happen } of events) happen();
  }

  /** Why the server had closed the last connection, in words; undefined where it had not. */
  override get closed(): string | undefined {
    const ending = this.#observed.at(-1)?.connection.ending;
    return ending?.by === 'server' ? ending.reason : undefined;
  }

  /** The connection on which something was asked. */
  connectionOf(request: Request): RecordedConnection | undefined {
    return this.#observed.find((one) => one.request === request)?.connection;
  }

  override async exchange(request: Request, within: number = this.deadline): Promise<Exchange | undefined> {
    const [response] = request.responses;
    return response === undefined || response.message.atUs - request.message.atUs > within * 1000
      ? undefined
      : { request, response };
  }

  /** The first exchange that there was. */
  override async fence(): Promise<Exchange | undefined> {
    const [request] = this.requests.filter(({ responses }) => responses.length > 0);
    return request === undefined ? undefined : this.exchange(request);
  }

  #events({ trace, ledger }: ServerRun, connections: readonly RecordedConnection[], identity: Identity) {
    const responseTopic = topicOf(identity, 'response');
    return connections.flatMap((connection, index) => {
      const name = connections.length > 1 ? `${this.name}, connection ${index + 1}` : this.name;
      const events = [...connection.serverTrace].map((frame) => ({
        atUs: frame.atUs,
        happen: (): void => {
          trace.record({ ...frame, connection: name });
          const message = messageOf(frame);
          if (message === undefined) return;
          if (frame.direction === 'received') {
            // A filter that covers more topics brings more messages, which are no answers.
            if (message.topic === responseTopic) this.responses.push(ledger.received(message, responseTopic));
            return;
          }
          const timestamp = timestampIn(message.payload);
          if (message.topic !== this.requestTopic || timestamp === undefined) return;
          const request = ledger.sent(message, { responseTopic, timestamp });
          this.requests.push(request);
          this.#observed.push({ request, connection });
        },
      }));
      const { ending } = connection;
      if (ending === undefined) return events;
      const { atUs, reason } = ending;
      return [...events, { atUs, happen: () => trace.record({ atUs, connection: name, note: reason }) }];
    });
  }
}

/** What a request says as deviceSendTime, where that is a Long or a String of digits. */
function timestampIn(payload: Buffer): Timestamp | undefined {
  const { members, fault } = readPayload(payload);
  const value = members.get('deviceSendTime');
  if (fault !== undefined || value === undefined || (value.type !== 'number' && value.type !== 'string')) return undefined;
  const digits = value.type === 'string' ? value.literal.slice(1, -1) : value.literal;
  return /^\d+$/.test(digits) ? { type: value.type === 'string' ? 'String' : 'Long', digits } : undefined;
}
