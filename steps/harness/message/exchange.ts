import type { Message } from '../device/inbox.ts';
import type { Payload, Value } from './payload.ts';

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

/** What the device published, and every response to it that came in the whole run. */
export interface Request {
  /** The scenario in which it was published. */
  readonly place: string;
  /** Where its response belongs. */
  readonly responseTopic: string;
  readonly timestamp: Timestamp | undefined;
  /** True when no other request of the run has the same timestamp. */
  readonly unique: boolean;
  readonly qos: 0 | 1 | 2;
  /** Monotonic time in µs. */
  readonly at: number;
  /** True for what is no request that a server must understand: whether and how it is answered is judged by nobody. */
  readonly malformed?: true;
  /** For a message that must not be answered: the requirement that an answer breaks, however late it comes. */
  forbiddenBy?: string;
  readonly responses: Response[];
}

/** A message that is an answer of the server, whether it was asked for or not. */
export interface Response {
  /** What it answers; undefined when nobody asked for it. */
  readonly request: Request | undefined;
  readonly message: Message;
  readonly payload: Payload;
  readonly deviceSendTime: Value | undefined;
  readonly serverRecvTime: Value | undefined;
  readonly serverSendTime: Value | undefined;
}

/** A request with its first response. */
export interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

/** How long an exchange took on the wire, in ms. */
export function roundTrip({ request, response }: Exchange): number {
  return (response.message.at - request.at) / 1000;
}
