import { type Request, requestOf, responseOf } from '../harness/message/exchange.ts';
import type { Message } from '../harness/message/message.ts';
import { ClientRun } from '../harness/platform/client-run.ts';
import { type ClientSetup, plainSetup } from '../harness/platform/client-setup.ts';
import type { ReportedTime } from '../harness/platform/reported-time.ts';

/** The suite's wall time when the client is started, in ms. Not a multiple of 10, which would look like a clock with steps. */
export const origin = 1_800_000_000_003;

/** An invented exchange. Times are in ms since the start, unless stated otherwise. */
export interface PlayedExchange {
  readonly setup?: Partial<ClientSetup>;
  /** The time that the client sends; by default the wall time at which the request arrives. */
  readonly deviceSendTime?: number | bigint | string;
  /** When the packet before the request arrived, when the request arrived, and when the valid response was delivered. */
  readonly before?: number;
  readonly asked?: number;
  readonly answered?: number;
  readonly serverRecvTime?: number;
  readonly serverSendTime?: number;
  /** False for a response that the platform did not send, because the client had not subscribed. */
  readonly sent?: boolean;
}

const timeAt = (ms: number): { atUs: number; wallMs: number } => ({ atUs: ms * 1000, wallMs: origin + ms });

/** The client run of one exchange. */
export function played(exchange: PlayedExchange = {}): ClientRun {
  const setup = { ...plainSetup('long'), ...exchange.setup };
  const clientRun = new ClientRun(setup, { productKey: 'pk', deviceName: 'dn' });
  clientRun.requests.push(playedRequest(clientRun, exchange));
  return clientRun;
}

/** The request of a further exchange in the same run. */
export function playedRequest({ setup, requestTopic, responseTopic }: ClientRun, exchange: PlayedExchange): Request {
  const { asked = 100, answered = 110, before = asked - 1, deviceSendTime = origin + asked, sent = true } = exchange;
  const { serverRecvTime = 1_571_724_098_110, serverSendTime = serverRecvTime } = exchange;
  if (setup.answers.length === 0) throw new Error('the setup has no answer');
  const message = (topic: string, ms: number, payload: string): Message => ({
    ...timeAt(ms),
    topic,
    payload: Buffer.from(payload),
    qos: 0,
    retain: false,
    dup: false,
  });
  const details = { place: '', responseTopic, beforeUs: before * 1000, subscribed: true };
  const request = requestOf(message(requestTopic, asked, `{"deviceSendTime":${deviceSendTime}}`), details);
  const payload = `{"serverRecvTime":${BigInt(serverRecvTime)},"serverSendTime":${BigInt(serverSendTime)}}`;
  const response = responseOf(message(responseTopic, answered, payload), request);
  request.responses.push(sent ? response : { ...response, unsent: true });
  return request;
}

/** A time that the client reports, `at` ms after its start. */
export function reported(time: number | bigint, at: number, own: Partial<ReportedTime> = {}): ReportedTime {
  const twice = typeof time === 'bigint' ? time * 2n : BigInt(Math.round(time * 2));
  return {
    ...timeAt(at),
    literal: String(time),
    twice,
    deviceSendTime: undefined,
    deviceRecvTime: undefined,
    line: `NTP local time: ${time}`,
    ...own,
  };
}
