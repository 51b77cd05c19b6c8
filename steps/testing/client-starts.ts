import { readPayload } from '../harness/message/payload.ts';
import { type ClientRequest, ClientRun, type Delivered, type ReportedTime } from '../harness/platform/client-run.ts';
import { type ClientSetup, plainSetup } from '../harness/platform/client-setup.ts';

/** The suite's wall time when the client is started, in ms. */
export const origin = 1_800_000_000_000;

/** An exchange that did not take place. Times are in ms since the start, unless stated otherwise. */
export interface Played {
  readonly setup?: Partial<ClientSetup>;
  /** The time that the client sends; by default the wall time at which the request arrives. */
  readonly deviceSendTime?: number | bigint | string;
  /** When the packet before the request arrived, when the request arrived, and when the valid response was delivered. */
  readonly before?: number;
  readonly asked?: number;
  readonly answered?: number;
  readonly serverRecvTime?: number;
  readonly serverSendTime?: number;
  readonly heard?: boolean;
}

const moment = (ms: number): { atUs: number; wallMs: number } => ({ atUs: ms * 1000, wallMs: origin + ms });

/** The client run of one exchange. */
export function played(exchange: Played = {}): ClientRun {
  const setup = { ...plainSetup('long'), ...exchange.setup };
  const clientRun = new ClientRun(setup, { productKey: 'pk', deviceName: 'dn' });
  clientRun.requests.push(requestOf(clientRun, exchange));
  return clientRun;
}

/** The request of a further exchange in the same run. */
export function requestOf({ setup, requestTopic: topic }: ClientRun, exchange: Played): ClientRequest {
  const { asked = 100, answered = 110, before = asked - 1, deviceSendTime = origin + asked, heard = true } = exchange;
  const { serverRecvTime = 1_571_724_098_110, serverSendTime = serverRecvTime } = exchange;
  const payload = readPayload(Buffer.from(`{"deviceSendTime":${deviceSendTime}}`));
  const answer = setup.answers.at(-1);
  if (answer === undefined) throw new Error('the setup has no answer');
  const delivered: Delivered = {
    ...moment(answered),
    answer,
    payload: '',
    serverRecvTime: BigInt(serverRecvTime),
    serverSendTime: BigInt(serverSendTime),
    heard,
  };
  return {
    publish: {
      ...moment(asked),
      topic,
      payload: Buffer.alloc(0),
      qos: 0,
      retain: false,
      dup: false,
      firstByte: 0x30,
    },
    beforeUs: before * 1000,
    listened: true,
    payload,
    deviceSendTime: payload.members.get('deviceSendTime'),
    delivered: [delivered],
  };
}

/** A time that the client reports, `at` ms after its start. */
export function reported(time: number | bigint, at: number, own: Partial<ReportedTime> = {}): ReportedTime {
  const twice = typeof time === 'bigint' ? time * 2n : BigInt(Math.round(time * 2));
  return {
    ...moment(at),
    literal: String(time),
    twice,
    deviceSendTime: undefined,
    deviceRecvTime: undefined,
    line: `NTP local time: ${time}`,
    ...own,
  };
}
