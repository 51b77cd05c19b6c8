import { defineParameterType } from '@cucumber/cucumber';
import { bytesOf, excessOf } from '../harness/device/malformed-request.ts';
import type { Wrong } from '../harness/implementation/credentials.ts';
import type { Timestamp, TimestampType } from '../harness/message/exchange.ts';
import './client-parameter-types.ts';
import { definePhrases, inMs } from './phrases.ts';

/** A literal as it stands in a payload: `1571724098000` is a Long, `"1571724098000"` a String. */
export function toTimestamp(literal: string): Timestamp {
  return literal.startsWith('"') ? { type: 'String', digits: literal.slice(1, -1) } : { type: 'Long', digits: literal };
}

/** A device's clock: right, so many ms ahead of the server's, or at a time in ms since 1970 when the device starts. */
export type ClockState = 'right' | { readonly aheadMs: number } | { readonly startsAt: number };

defineParameterType({ name: 'timestamp', regexp: /"\d+"|\d+/, transformer: toTimestamp, useForSnippets: false });

defineParameterType({
  name: 'duration',
  regexp: /(\d+) (ms|s|min|h)/,
  transformer: inMs,
});

/** The QoS of a request or a subscription; undefined where the sentence does not say it. */
defineParameterType({
  name: 'atQos',
  regexp: /(?: at QoS ([012]))?/,
  transformer: (qos?: string): 0 | 1 | 2 | undefined => (qos === undefined ? undefined : (Number(qos) as 0 | 1 | 2)),
  useForSnippets: false,
});

/** How long the suite waits for what must not come, in ms; undefined where a later request shows that nothing comes. */
defineParameterType({
  name: 'within',
  regexp: /(?: within (\d+) ms)?/,
  transformer: (ms?: string): number | undefined => (ms === undefined ? undefined : Number(ms)),
  useForSnippets: false,
});

definePhrases('type', ['Long', 'String']);

/** A time of the server in ms since 1970; undefined for the current time. */
defineParameterType({
  name: 'serverTime',
  regexp: /the current time in milliseconds|(\d+)/,
  transformer: (time?: string): number | undefined => (time === undefined ? undefined : Number(time)),
  useForSnippets: false,
});

/** How far a time may be off in ms, or one step of the clock; undefined for what the target file says. */
defineParameterType({
  name: 'tolerance',
  regexp: /the "clockTolerance" of the target file|(\d+) ms or one step of the clock/,
  transformer: (ms?: string): number | undefined => (ms === undefined ? undefined : Number(ms)),
  useForSnippets: false,
});

/** Whether the type of an echo is judged as well. */
defineParameterType({
  name: 'echoType',
  regexp: /the same type|either type/,
  transformer: (words: string): boolean => words === 'the same type',
  useForSnippets: false,
});

/** The type of a response's times; how Strings are written is judged as well. */
defineParameterType({
  name: 'timeType',
  regexp: /(Long)|(String) of decimal digits/,
  transformer: (long?: string): TimestampType => (long === undefined ? 'String' : 'Long'),
  useForSnippets: false,
});

/** What a device asks with, one request after the other: so many types of its own time, or one literal. */
defineParameterType({
  name: 'stamps',
  regexp: /deviceSendTime ("\d+"|\d+)|(a (?:Long|String)(?:(?:, a (?:Long|String))* and a (?:Long|String) in turn)?)/,
  transformer: (literal: string | undefined, list = ''): readonly (Timestamp | TimestampType)[] =>
    literal === undefined ? (list.match(/Long|String/g) as TimestampType[]) : [toTimestamp(literal)],
  useForSnippets: false,
});

const pacePhrases = ['back to back', 'one after the other', 'one after the other, with the same deviceSendTime'] as const;

/** How a device asks several times. */
export type AskingPace = (typeof pacePhrases)[number];

definePhrases('pace', pacePhrases);

/** How many devices there are, and whether `--devices` may say more; or those that the target file names, so many at most. */
export type DeviceCount = { readonly least: number; readonly orMore: boolean } | { readonly ofTargetFile: number };

defineParameterType({
  name: 'deviceCount',
  regexp: /(\d+) devices(, or as many as "--devices" says,)?|the devices of the target file, at most (\d+),/,
  transformer: (least: string | undefined, more: string | undefined, most: string | undefined): DeviceCount =>
    most === undefined ? { least: Number(least), orMore: more !== undefined } : { ofTargetFile: Number(most) },
  useForSnippets: false,
});

/** What is special about the requests of devices that ask at the same moment. */
export interface Together {
  /** Every second one has a String. */
  readonly alternate: boolean;
  readonly sameDigits: boolean;
}

defineParameterType({
  name: 'together',
  regexp:
    /each with its own deviceSendTime|all with the same deviceSendTime|(?:one with a Long, one|every second one) with a String(?:, all with the same deviceSendTime)?/,
  transformer: (words: string): Together => ({ alternate: words.includes('String'), sameDigits: words.includes('the same') }),
  useForSnippets: false,
});

/** Until when a device asks again and again: so many times, or until the server's time shows something. */
export type Until = { readonly times: number } | { readonly movedByMs: number } | 'noWholeSecond';

defineParameterType({
  name: 'until',
  regexp: /it has asked (\d+) times|the server's time has moved on by (\d+) ms|the server's time is no whole second or moves on/,
  transformer: (times?: string, ms?: string): Until => {
    if (times !== undefined) return { times: Number(times) };
    return ms === undefined ? 'noWholeSecond' : { movedByMs: Number(ms) };
  },
  useForSnippets: false,
});

defineParameterType({
  name: 'clockState',
  regexp: /is (right)|is (\d+) (ms|s|min|h) (behind|ahead)|is at 1970|stands at (\d+)/,
  transformer: (right?: string, amount?: string, unit = '', side?: string, time = '0'): ClockState => {
    if (right !== undefined) return 'right';
    if (amount === undefined) return { startsAt: Number(time) };
    return { aheadMs: inMs(amount, unit) * (side === 'ahead' ? 1 : -1) };
  },
  useForSnippets: false,
});

/** A device that the suite plays: one with a name, "productKey/deviceName", or the one that the run is about. */
export interface Played {
  readonly name?: string;
  /** On a connection of its own, not on one that an earlier scenario has left. */
  readonly isNew: boolean;
}

defineParameterType({
  name: 'device',
  regexp: /a (newly connected )?device|the device "([^"]+)"/,
  transformer: (newly: string | undefined, name: string | undefined): Played => ({
    isNew: newly !== undefined,
    ...(name === undefined ? {} : { name }),
  }),
  useForSnippets: false,
});

/** Gives the name of the device, "productKey/deviceName"; undefined for any other one of the same product. */
defineParameterType({
  name: 'otherDevice',
  regexp: /another device of the same product|the device "([^"]+)"/,
  transformer: (name: string | undefined): string | undefined => name,
  useForSnippets: false,
});

defineParameterType({
  name: 'player',
  regexp: /the (?:other )?device/,
  transformer: (words: string): 'device' | 'other' => (words === 'the device' ? 'device' : 'other'),
  useForSnippets: false,
});

const wrongs: readonly Wrong[] = [
  'a wrong password',
  'the right password and one more character',
  'the right password without its last character',
  'no password',
  'no user name and no password',
  'an unknown user name',
  "another device's password",
  'no certificate',
];

definePhrases('wrong', wrongs);

/** A version of MQTT; undefined for that of the device. */
defineParameterType({
  name: 'mqttVersion',
  regexp: /MQTT (3\.1\.1|5)|its MQTT version/,
  transformer: (version?: string): '3.1.1' | '5' | undefined => version as '3.1.1' | '5' | undefined,
  useForSnippets: false,
});

/** Whether a stranger asks before it is accepted. */
defineParameterType({
  name: 'haste',
  regexp: /at once|when it is accepted/,
  transformer: (words: string): boolean => words === 'at once',
  useForSnippets: false,
});

/** What a malformed request holds: the payload itself, or what it has too much of. */
defineParameterType({
  name: 'content',
  regexp: /the payload `([^`]*)`|(\d+) ((?:levels of|digits|KiB) [a-zA-Z ]+)/,
  transformer: (payload: string | undefined, amount: string, words: string): string | Buffer =>
    payload === undefined ? excessOf(Number(amount), words) : bytesOf(payload),
  useForSnippets: false,
});

const lostAfterPhrases = ['nothing', 'half of its CONNECT', 'half of a request', 'a request'] as const;

/** What a device has sent when it is lost. */
export type LostAfter = (typeof lostAfterPhrases)[number];

definePhrases('lostAfter', lostAfterPhrases);

const lossPhrases = ['is reset', 'goes dead'] as const;

/** How a lost device loses its connection. */
export type Loss = (typeof lossPhrases)[number];

definePhrases('loss', lossPhrases);

const mannerPhrases = ['acknowledges nothing', 'keeps no session', 'has the server keep its session'] as const;

/** How a device uses its connection. */
export type Manner = (typeof mannerPhrases)[number];

definePhrases('manner', mannerPhrases);

const servedPhrases = ['the device', 'the lost device', 'a device'] as const;

/** A device that a server is to serve. */
export type Served = (typeof servedPhrases)[number];

definePhrases('served', servedPhrases);

/** How often a device asks before the server is failed. */
defineParameterType({
  name: 'attempts',
  regexp: /(?:, at its second request at the latest)?/,
  transformer: (words: string): number => (words === '' ? 1 : 2),
  useForSnippets: false,
});

definePhrases('signal', ['SIGTERM', 'SIGKILL']);

/** Whether a device stays away until its answer must have been given. */
defineParameterType({
  name: 'after',
  regexp: /(?:, after the answer must have been given)?/,
  transformer: (words: string): boolean => words !== '',
  useForSnippets: false,
});

const referencePhrases = ['a device whose clock is right', 'its other start'] as const;

/** Whose time the server's is to be. */
export type TimeReference = (typeof referencePhrases)[number];

definePhrases('timeReference', referencePhrases);

const serverPremisePhrases = ['the suite has started', "shares the suite's clock"] as const;

/** For which servers alone a scenario is. */
export type ServerPremise = (typeof serverPremisePhrases)[number];

definePhrases('serverPremise', serverPremisePhrases);
