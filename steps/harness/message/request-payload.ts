import { type Timestamp, toJson } from './exchange.ts';
import { assertValid } from './schema.ts';

/** The payload of a valid request. @throws SuiteFault when it is not valid */
export function requestPayload(timestamp: Timestamp): string {
  const payload = `{"deviceSendTime":${toJson(timestamp)}}`;
  assertValid('request', payload);
  return payload;
}
