import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestOf, responseOf, roundTrip, serverTimesOf, toJson } from './exchange.ts';

const message = { wallMs: 0, topic: '', qos: 0, retain: false, dup: false } as const;

test('a Long is written as digits, a String in quotes, and no digit is lost', () => {
  assert.equal(toJson({ type: 'Long', digits: '9223372036854775807' }), '9223372036854775807');
  assert.equal(toJson({ type: 'String', digits: '1571724098000' }), '"1571724098000"');
});

test('the round trip is in milliseconds, with their fractions', () => {
  const asked = { ...message, payload: Buffer.from('{"deviceSendTime":7}'), atUs: 1_000_000 };
  const request = requestOf(asked, { place: '', responseTopic: '' });
  const response = responseOf({ ...message, payload: Buffer.from('{}'), atUs: 1_020_250 }, request);
  assert.equal(request.deviceSendTime?.literal, '7');
  assert.equal(roundTrip({ request, response }), 20.25);
});

test('the times of a server are two numbers, in either type', () => {
  const timesOf = (payload: string) =>
    serverTimesOf(responseOf({ ...message, payload: Buffer.from(payload), atUs: 0 }, undefined));
  assert.deepEqual(timesOf('{"serverRecvTime":1,"serverSendTime":"2"}'), [1n, 2n]);
  for (const payload of ['{"serverRecvTime":1}', '{"serverRecvTime":1,"serverSendTime":"x"}', '[]'])
    assert.equal(timesOf(payload), undefined, payload);
});
