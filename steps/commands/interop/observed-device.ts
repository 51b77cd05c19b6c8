import { NtpDevice } from '../../harness/device/ntp-device.ts';
import type { ServerRun } from '../../harness/device/server-run.ts';
import type { Identity } from '../../harness/implementation/target.ts';
import type { Exchange, Request, Timestamp } from '../../harness/message/exchange.ts';
import { readPayload } from '../../harness/message/payload.ts';
import type { RelayedConnection } from '../../harness/platform/recorded-connection.ts';
import type { PairRun } from './pair-run.ts';

/** A request as it was handed to the server, and the connection on which it was asked. */
interface Overheard {
  readonly request: Request;
  readonly connection: RelayedConnection;
}

/**
 * A device in front of a server that somebody else plays: the client of an encounter, as the server saw it. All that it did and heard is
 * over; it asks nothing.
 */
export class ObservedDevice extends NtpDevice {
  readonly #overheard: Overheard[] = [];

  /** Takes an encounter into a session's wire and watch, as if the suite had played the device. */
  constructor(serverRun: ServerRun, { clientRun, connections }: PairRun, name: string) {
    const { identity } = clientRun;
    const { ledger, started } = serverRun;
    const connect = (): never => {
      throw new Error('an overheard device does nothing any more');
    };
    super({ identity, name, ledger, deadline: started.target.responseDeadlineMs, connect });
    for (const { at, happen } of this.#events(serverRun, connections, identity).toSorted((a, b) => a.at - b.at)) happen(at);
  }

  /** Why the server had closed the last connection, in words; undefined where it had not. */
  override get closed(): string | undefined {
    const ending = this.#overheard.at(-1)?.connection.ending;
    return ending?.by === 'server' ? ending.reason : undefined;
  }

  /** The connection on which something was asked. */
  connectionOf(request: Request): RelayedConnection | undefined {
    return this.#overheard.find((one) => one.request === request)?.connection;
  }

  override async exchange(request: Request, within: number = this.deadline): Promise<Exchange | undefined> {
    const [response] = request.responses;
    return response === undefined || response.message.at - request.at > within * 1000 ? undefined : { request, response };
  }

  /** The first exchange that there was: whoever needs a later one looks whether there is. */
  override async fence(): Promise<Exchange | undefined> {
    const [request] = this.requests.filter(({ responses }) => responses.length > 0);
    return request === undefined ? undefined : this.exchange(request);
  }

  #events({ trace, ledger }: ServerRun, connections: readonly RelayedConnection[], { productKey, deviceName }: Identity) {
    const responseTopic = `/ext/ntp/${productKey}/${deviceName}/response`;
    return connections.flatMap((connection, index) => {
      const name = connections.length > 1 ? `${this.name}, connection ${index + 1}` : this.name;
      const events = connection.passing.flatMap(({ direction, packet, came, passed }) => {
        const moment = direction === 'forth' ? passed : came;
        if (moment === undefined) return [];
        const happen = (at: number): void => {
          trace.record({ at, connection: name, direction: direction === 'forth' ? 'sent' : 'received', packet });
          if (packet.cmd !== 'publish') return;
          const payload = Buffer.from(packet.payload);
          const { topic, qos, retain, dup } = packet;
          if (direction === 'back') {
            // A filter that covers more brings more, which is nobody's answer.
            if (topic !== responseTopic) return;
            this.heard.push(ledger.heard({ topic, payload, qos, retain, dup, at }, responseTopic));
            return;
          }
          const timestamp = timestampIn(payload);
          if (topic !== this.requestTopic || timestamp === undefined) return;
          const request = ledger.asked({ responseTopic, timestamp, unique: false, qos, at });
          this.requests.push(request);
          this.#overheard.push({ request, connection });
        };
        return [{ at: moment.atUs, happen }];
      });
      const { ending } = connection;
      const note = (at: number): void => trace.record({ at, connection: name, note: ending?.reason ?? '' });
      return ending === undefined ? events : [...events, { at: ending.atUs, happen: note }];
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
