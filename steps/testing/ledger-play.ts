import { RequestLedger } from '../harness/device/request-ledger.ts';
import type { Request, Response } from '../harness/message/exchange.ts';
import type { Message } from '../harness/message/message.ts';

/** The response topic of the device. */
export const own = '/ext/ntp/pk/dev/response';
/** The response topic of another device. */
export const others = '/ext/ntp/pk/other/response';

/** A ledger, and a device that sends requests and receives responses. */
export class Play {
  readonly ledger = new RequestLedger();
  #atUs = 0;

  constructor(place: string) {
    this.ledger.begin(place);
  }

  ask(
    digits: string | undefined,
    { topic = own, unique = true, qos = 0, ...rest }: Partial<Request> & { topic?: string; unique?: boolean; qos?: 0 | 1 } = {},
  ): Request {
    const timestamp = { type: 'Long', digits: digits ?? '', ...(unique ? { unique } : {}) } as const;
    const message = this.#message('request', `{"deviceSendTime":${digits ?? 0}}`, qos);
    return this.ledger.sent(message, { responseTopic: topic, ...(digits === undefined ? {} : { timestamp }), ...rest });
  }

  #message(topic: string, payload: string, qos: 0 | 1, retain = false): Message {
    this.#atUs += 1000;
    return { topic, payload: Buffer.from(payload), qos, retain, dup: false, atUs: this.#atUs, wallMs: 0 };
  }

  /** A response with this echo, or with this whole payload. */
  hear(echo: number | string, { topic = own, retain = false, to = own } = {}): Response {
    const payload = typeof echo === 'number' ? `{"deviceSendTime":${echo},"serverRecvTime":10,"serverSendTime":11}` : echo;
    return this.ledger.received(this.#message(topic, payload, 0, retain), to);
  }

  /** The request to which a response belongs, after the device has stopped waiting for other responses to this request. */
  settled(response: Response, request: Request): Request | undefined {
    this.ledger.settle(request);
    return response.request;
  }

  /** The late mistakes that the ledger found, as `requirement at place`. */
  get seen(): string[] {
    return this.ledger.run.lateMistakes.map(({ requirement, mistake, place }) => `${requirement ?? mistake} at ${place}`);
  }
}

/** A response without an echo. */
export const noEcho = '{"serverRecvTime":10,"serverSendTime":11}';
