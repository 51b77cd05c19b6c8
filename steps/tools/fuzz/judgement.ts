import type { AskedTimestamp } from './fuzzed-texts.ts';
import { isExactly, type JsonMember, type JsonReading } from './json-oracle.ts';
import type { Publish } from './mqtt-oracle.ts';

/** Whether each sentence holds, by the second reader. */
export type Truth = readonly (readonly [sentence: string, holds: boolean, rows?: readonly string[]])[];

const times = ['deviceSendTime', 'serverRecvTime', 'serverSendTime'];
const stamps = ['serverRecvTime', 'serverSendTime'];

/** Whether a text is an integer of 64 bits in JSON. */
const isLong = (text: string): boolean => /^-?(?:0|[1-9]\d*)$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);

/** Whether a text is decimal digits, at most as many as a 64-bit integer has. */
const isDigits = (text: string): boolean => /^[0-9]{1,19}$/.test(text);

/** The sentences about an answer to a request, each with whether it holds. */
export function truthOfResponse(
  { type, digits }: AskedTimestamp,
  { qos, retain }: Publish,
  { object, members }: JsonReading,
): Truth {
  const timeOf = (member: JsonMember | undefined): boolean => member?.type === 'number' || member?.type === 'string';
  const present = times.flatMap((name) => members.get(name) ?? []);
  const wanted = type === 'Long' ? 'number' : 'string';
  const ofType = present.length > 0 && present.every((member) => member.type === wanted);
  const longs = present.filter((member) => member.type === 'number');
  const echo = members.get('deviceSendTime');
  const written: Truth[number] =
    type === 'Long'
      ? ['each Long in the response is written as an integer', longs.length > 0 && longs.every(({ text }) => isLong(text))]
      : ['each time in the response is a String of decimal digits', ofType && present.every(({ text }) => isDigits(text))];
  return [
    ['each response comes at QoS 0', qos === 0],
    ['the response comes without the RETAIN flag', !retain],
    ['the response is a JSON object with the members:', object && stamps.every((name) => timeOf(members.get(name))), stamps],
    [
      `the response returns deviceSendTime ${type === 'Long' ? digits : `"${digits}"`} in either type`,
      timeOf(echo) && isExactly(echo?.text.trim() ?? '', BigInt(digits)),
    ],
    ...(type === 'Long' ? [['each time in the response is a Long', ofType] as const] : []),
    written,
  ];
}

/** The sentences about a request, each with whether it holds. */
export function truthOfRequest(requestTopic: string, { topic, qos, retain }: Publish, { object, members }: JsonReading): Truth {
  const stamp = members.get('deviceSendTime');
  const long = stamp?.type === 'number' && isLong(stamp.text) && BigInt(stamp.text) >= 0n;
  const string = stamp?.type === 'string' && isDigits(stamp.text);
  return [
    ['the request is published on its own request topic', topic === requestTopic],
    ['the request is published at QoS 0', qos === 0],
    ['the request is published without the RETAIN flag', !retain],
    ['the request is a JSON object with deviceSendTime, a Long or a String of decimal digits', object && (long || string)],
    ['deviceSendTime is a Long', stamp?.type === 'number'],
    ['deviceSendTime is a String', stamp?.type === 'string'],
  ];
}
