import type { Message } from './message.ts';
import { type Payload, readPayload, type Value } from './payload.ts';

/** The two types that a timestamp may have. */
export type TimestampType = 'Long' | 'String';

/** A deviceSendTime as the suite sends it. */
export interface Timestamp {
  readonly type: TimestampType;
  readonly digits: string;
  /** True when no other request of the run has these digits. */
  readonly unique?: true;
}

/** The timestamp as JSON. */
export function toJson({ type, digits }: Timestamp): string {
  return type === 'String' ? `"${digits}"` : digits;
}

/** True for digits that are a whole number, which a scenario's timestamp need not be. */
export function isWhole(digits: string): boolean {
  return /^-?\d{1,40}$/.test(digits);
}

/** A message that asks for the time, of a device that the suite plays or of the client under test, and every response to it. */
export interface Request {
  readonly message: Message;
  readonly payload: Payload;
  readonly deviceSendTime: Value | undefined;
  readonly responses: Response[];
  /** Of a played device: where its response belongs. */
  readonly responseTopic: string;
  /** Of a played device: the scenario in which it was published, as `uri:line`. */
  readonly place: string;
  /** Of a played device: the timestamp that a response to it echoes. */
  readonly timestamp?: Timestamp;
  /** Of a played device: true for a message that a server need not understand. No response to it is judged. */
  readonly malformed?: true;
  /** Of a played device, for a message that must not be answered: the requirement that a response breaks, however late it comes. */
  forbiddenBy?: string;
  /** Of a client: when the packet before it crossed the same connection, or the connection began; monotonic, in µs. */
  readonly beforeUs?: number;
  /**
   * Of a client: the part of the processors' time of this machine in which they were busy since it last heard from the platform, from 0 to
   * 1.
   */
  readonly busy?: number;
  /** Of a client: when the connection that it came on began; monotonic, in µs. */
  readonly connectedUs?: number;
  /** Of a client: whether one of its connections had subscribed its response topic by then. */
  readonly subscribed?: boolean;
}

/** What a caller says of a request that it records. */
export type RequestDetails = Omit<Request, 'message' | 'payload' | 'deviceSendTime' | 'responses'>;

/** A message that answers a request: from the server under test, or from the platform that the suite plays. */
export interface Response {
  /** Undefined for a response that belongs to no request, and while it is not clear to which. */
  request: Request | undefined;
  readonly message: Message;
  readonly payload: Payload;
  readonly deviceSendTime: Value | undefined;
  readonly serverRecvTime: Value | undefined;
  readonly serverSendTime: Value | undefined;
  /** Of the platform: true for a message that it did not send, because the client had not subscribed its topic. */
  readonly unsent?: true;
  /** Of the platform: true for the messages before the last one, which alone is certain to be a valid answer. */
  readonly preliminary?: true;
}

/** A request with its first response. */
export interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

/** The request that a message is. */
export function requestOf(message: Message, details: RequestDetails): Request {
  const payload = readPayload(message.payload);
  return { ...details, message, payload, deviceSendTime: payload.members.get('deviceSendTime'), responses: [] };
}

/** The response that a message is. */
export function responseOf(
  message: Message,
  request: Request | undefined,
  payload: Payload = readPayload(message.payload),
): Response {
  const time = (name: string): Value | undefined => payload.members.get(name);
  return {
    request,
    message,
    payload,
    deviceSendTime: time('deviceSendTime'),
    serverRecvTime: time('serverRecvTime'),
    serverSendTime: time('serverSendTime'),
  };
}

/** Both times of the server, in ms; undefined where one of them is missing or no number. */
export function serverTimesOf({
  serverRecvTime,
  serverSendTime,
}: Response): readonly [received: bigint, sent: bigint] | undefined {
  if (serverRecvTime?.number === undefined || serverSendTime?.number === undefined) return undefined;
  return [serverRecvTime.number, serverSendTime.number];
}

/** How long an exchange took on the wire, in ms. */
export function roundTrip({ request, response }: Exchange): number {
  return (response.message.atUs - request.message.atUs) / 1000;
}
