import type { Asked } from './fuzzed-texts.ts';
import { isExactly, type Member, type Reading } from './json-oracle.ts';
import type { Publish } from './mqtt-oracle.ts';

/** Whether each sentence holds, as the second reader has it. */
export type Truth = readonly (readonly [sentence: string, holds: boolean, rows?: readonly string[]])[];

const times = ['deviceSendTime', 'serverRecvTime', 'serverSendTime'];
const stamps = ['serverRecvTime', 'serverSendTime'];

/** What is true of an answer to a request. */
export function truthOfResponse({ type, digits }: Asked, { qos, retain }: Publish, { object, members }: Reading): Truth {
  const timeOf = (member: Member | undefined): boolean => member?.type === 'number' || member?.type === 'string';
  const present = times.flatMap((name) => members.get(name) ?? []);
  const wanted = type === 'Long' ? 'number' : 'string';
  const ofType = present.length > 0 && present.every((member) => member.type === wanted);
  const longs = present.filter((member) => member.type === 'number');
  const echo = members.get('deviceSendTime');
  const written: Truth[number] =
    type === 'Long'
      ? [
          'each Long in the response is written as an integer',
          longs.length > 0 && longs.every(({ text }) => /^-?(?:0|[1-9]\d*)$/.test(text)),
        ]
      : ['each time in the response is a String of decimal digits', ofType && present.every(({ text }) => /^[0-9]+$/.test(text))];
  return [
    ['the response comes at QoS 0', qos === 0],
    ['the response comes without the RETAIN flag', !retain],
    ['the response is a JSON object with the members:', object && stamps.every((name) => timeOf(members.get(name))), stamps],
    [
      `the response returns deviceSendTime ${type === 'Long' ? digits : `"${digits}"`}`,
      timeOf(echo) && isExactly(echo?.text.trim() ?? '', BigInt(digits)),
    ],
    [`each time in the response is a ${type}`, ofType],
    written,
  ];
}

/** What is true of a request. */
export function truthOfRequest(requestTopic: string, { topic, qos, retain }: Publish, { object, members }: Reading): Truth {
  const stamp = members.get('deviceSendTime');
  const long = stamp?.type === 'number' && /^-?(?:0|[1-9]\d*)$/.test(stamp.text);
  const string = stamp?.type === 'string' && /^[0-9]+$/.test(stamp.text);
  return [
    ['the request is published on its own request topic', topic === requestTopic],
    ['the request is published at QoS 0', qos === 0],
    ['the request is published without the RETAIN flag', !retain],
    ['the request is a JSON object with deviceSendTime, a Long or a String of decimal digits', object && (long || string)],
    ['deviceSendTime is a Long', stamp?.type === 'number'],
    ['deviceSendTime is a String', stamp?.type === 'string'],
  ];
}
