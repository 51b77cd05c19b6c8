import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Frame } from '../mqtt/frame.ts';
import { oneWayMs } from './one-way.ts';

/** A connection whose broker takes so long for its answers, in ms. */
function opening(connackMs: number, subackMs: number): Frame[] {
  const stream = {};
  const frame = { wallMs: 0, bytes: Buffer.alloc(0), stream };
  return [
    { ...frame, atUs: 0, direction: 'sent', packet: { cmd: 'connect', clientId: 'made-up' } },
    { ...frame, atUs: connackMs * 1000, direction: 'received', packet: { cmd: 'connack', returnCode: 0, sessionPresent: false } },
    {
      ...frame,
      atUs: 1e6,
      direction: 'sent',
      packet: { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 0 }] },
    },
    { ...frame, atUs: 1e6 + subackMs * 1000, direction: 'received', packet: { cmd: 'suback', messageId: 1, granted: [0] } },
  ];
}

for (const [what, onLink, connack, suback, expected] of [
  ['half, where nothing shows more', 90, undefined, undefined, 45],
  ['all of it, where the broker is as far away', 90, 95, 400, 90],
  ['no more than to the broker and back', 90, 400, 60, 60],
  ['half, where the broker is near and the service takes longer', 90, 2, 3, 45],
  ['half, where an exchange takes much less than to the broker and back', 46, 85, 85, 23],
] as const)
  test(`a message takes on the link one way at the most ${what}`, () => {
    assert.equal(oneWayMs(onLink, connack === undefined ? [] : opening(connack, suback)), expected);
  });
