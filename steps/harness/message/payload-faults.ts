import { readPayload } from './payload.ts';
import { schemaFaults } from './schema.ts';

/**
 * What is wrong with the payload of a request or a response, one line a fault; none when it is as its schema says. Nothing is lost on
 * the way: `1571724098000.0` is no Long.
 *
 * @param payload as it came; a text is taken as UTF-8
 */
export function payloadFaults(name: 'request' | 'response', payload: Uint8Array | string): readonly string[] {
  const { text, fault } = readPayload(typeof payload === 'string' ? Buffer.from(payload) : payload);
  return fault === undefined ? schemaFaults(name, text) : [`is ${fault}`];
}
