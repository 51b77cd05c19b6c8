import { defineParameterType } from '@cucumber/cucumber';
import {
  type Answer,
  type ClientSetup,
  namesAlike,
  type PlatformRefusal,
  type Rounds,
  refusals,
  type Sequel,
  sequels,
} from '../harness/platform/client-setup.ts';
import { definePhrases, inMs } from './phrases.ts';

const premisePhrases = [
  'asks more than once',
  'asks more than once, or again where it is not answered',
  'does not rely on automatic subscription',
  'reports milliseconds',
  'reports whole seconds',
] as const;

/** For which clients alone a scenario is; for those that report whole seconds, with the time that one may take, in ms. */
export interface ClientPremise {
  readonly phrase: (typeof premisePhrases)[number];
  readonly mayTakeMs: number;
}

defineParameterType({
  name: 'clientPremise',
  regexp: new RegExp(`(${premisePhrases.join('|')})(?:, and may take (\\d+) (ms|s))?`),
  transformer: (phrase: string, amount = '0', unit = 'ms'): ClientPremise => ({
    phrase: phrase as ClientPremise['phrase'],
    mayTakeMs: inMs(amount, unit),
  }),
  useForSnippets: false,
});

/** What a platform does otherwise than usual. */
defineParameterType({
  name: 'conduct',
  regexp: new RegExp(
    `(${refusals.join('|')})|(${sequels.join('|')})|answers after (\\d+) (ms|s)|takes (\\d+) (ms|s) to accept the connection`,
  ),
  transformer: (refusal?: string, sequel?: string, after?: string, unit = '', slow = '', slowUnit = ''): Partial<ClientSetup> => {
    if (refusal !== undefined) return { refusal: refusal as PlatformRefusal };
    if (sequel !== undefined) return { sequel: sequel as Sequel };
    return after === undefined ? { slowConnectMs: inMs(slow, slowUnit) } : { processingMs: inMs(after, unit) };
  },
  useForSnippets: false,
});

/** The number of the request that gets a payload before its valid response; undefined where it is the response to each. */
defineParameterType({
  name: 'answers',
  regexp: /answers|(first answers)( the second request)?/,
  transformer: (first?: string, second?: string): number | undefined =>
    second !== undefined ? 2 : first === undefined ? undefined : 1,
  useForSnippets: false,
});

const recipients: Readonly<Record<string, Answer['on']>> = {
  'the client itself': 'its own',
  'another device': "another device's",
  'another product': "another product's",
  ...Object.fromEntries(namesAlike.map((alike) => [`a device whose name ${alike}`, alike])),
};

/** On whose response topic a response is delivered. */
defineParameterType({
  name: 'recipient',
  regexp: new RegExp(Object.keys(recipients).join('|')),
  transformer: (words: string): Answer['on'] | undefined => recipients[words],
  useForSnippets: false,
});

/** Whether a link changes after the first request. */
defineParameterType({
  name: 'later',
  regexp: /(?: after the first request)?/,
  transformer: (words: string): boolean => words !== '',
  useForSnippets: false,
});

/** How often a client asks in one start, where it is not once. */
export interface Asks {
  readonly rounds?: Rounds;
  /** Until it has a time from a later request, if it asks again. */
  readonly again: boolean;
}

defineParameterType({
  name: 'asks',
  regexp: /(?:has asked|asks(?: and is answered)?)(?:(, and asks again if it does)| (\d+) times in (\d+) (ms|s) or more)?/,
  transformer: (again?: string, times?: string, amount = '', unit = ''): Asks => ({
    again: again !== undefined,
    ...(times === undefined ? {} : { rounds: { times: Number(times), overMs: inMs(amount, unit) } }),
  }),
  useForSnippets: false,
});

/** The times that a client may report. */
defineParameterType({
  name: 'times',
  regexp: /(\d+)(?: or (\d+))?/,
  transformer: (low: string, high?: string): readonly [number, number?] =>
    high === undefined ? [Number(low)] : [Number(low), Number(high)],
  useForSnippets: false,
});

const silencePhrases = ['', ', as in any other order', ', where it waits so long'] as const;

/** What is concluded where a client reports no time: its own fault, that of the order of the members, or none. */
export type SilencePhrase = (typeof silencePhrases)[number];

definePhrases('silence', silencePhrases);
