import type { ErrorObject } from 'ajv/dist/2020.js';
import type { TimestampType } from './exchange.ts';
import { type Payload, readPayload } from './payload.ts';
import { inWords, schemaErrors } from './schema.ts';

/** One way in which a message breaks its schema. */
export interface PayloadFault {
  /** `payload` for the whole message, else the member as a JSON Pointer: `/serverRecvTime`. */
  readonly at: 'payload' | `/${string}`;
  /**
   * `format`: no JSON object in UTF-8; `missing`: a member is not there; `type`: a member is no Long, or no String, as it should be;
   * `notation`: a Long that is not written as a 64-bit integer, a String of other characters than decimal digits; `value`: a negative time.
   */
  readonly kind: 'format' | 'missing' | 'type' | 'notation' | 'value';
}

const types = ['Long', 'String'] as const;

const kinds: Readonly<Record<string, PayloadFault['kind']>> = { required: 'missing', type: 'type', minimum: 'value' };

/**
 * What is wrong with a request of a client under test, by `request.schema.json`.
 *
 * @param type the type that deviceSendTime must have; either one when absent
 */
export function requestFaults({ fault, members, json }: Payload, type?: TimestampType): readonly PayloadFault[] {
  if (fault !== undefined || json === undefined) return [{ at: 'payload', kind: 'format' }];
  const member = members.get('deviceSendTime');
  if (member === undefined) return toFaults(schemaErrors('request.schema.json', json.value, json.literals));
  const { deviceSendTime } = json.value as Readonly<Record<string, unknown>>;
  const each = (type === undefined ? types : [type]).map((one) =>
    toFaults(
      schemaErrors(
        `request.schema.json#/properties/deviceSendTime/oneOf/${types.indexOf(one)}`,
        deviceSendTime,
        new Map([['', member.literal]]),
      ),
      '/deviceSendTime',
    ),
  );
  if (each.some((faults) => faults.length === 0)) return [];
  return each.find((faults) => faults.every(({ kind }) => kind !== 'type')) ?? each[0] ?? [];
}

/**
 * What is wrong with a response of a server under test, by `response.schema.json`.
 *
 * @param type that of the request; when absent, only what would be wrong for either type
 */
export function responseFaults({ fault, json }: Payload, type?: TimestampType): readonly PayloadFault[] {
  if (fault !== undefined || json === undefined) return [{ at: 'payload', kind: 'format' }];
  const [first = [], ...others] = (type === undefined ? types : [type]).map((one) =>
    toFaults(schemaErrors(`response.schema.json#/oneOf/${types.indexOf(one)}`, json.value, json.literals)),
  );
  return first.filter(({ at, kind }) => others.every((faults) => faults.some((other) => other.at === at && other.kind === kind)));
}

function toFaults(errors: readonly ErrorObject[], base = ''): PayloadFault[] {
  return errors.map(({ keyword, instancePath, params }) => {
    const name = keyword === 'required' ? `/${String(params['missingProperty'])}` : '';
    return { at: `${base}${instancePath}${name}` as `/${string}`, kind: kinds[keyword] ?? 'notation' };
  });
}

/**
 * What is wrong with the payload of a request or a response, in words, one line a fault; none when it is as its schema says. Nothing is
 * lost in reading: `1571724098000.0` is no Long.
 *
 * @param payload as it came; a text is taken as UTF-8
 */
export function payloadFaults(name: 'request' | 'response', payload: Uint8Array | string): readonly string[] {
  const { json, fault } = readPayload(typeof payload === 'string' ? Buffer.from(payload) : payload);
  if (json === undefined) return [`is ${fault}`];
  return [...new Set(schemaErrors(`${name}.schema.json`, json.value, json.literals).map(inWords))];
}
