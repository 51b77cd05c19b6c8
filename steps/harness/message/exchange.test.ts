import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Exchange, type Request, roundTrip, toJson } from './exchange.ts';
import { readPayload } from './payload.ts';

test('a Long is written as digits, a String in quotes, and no digit is lost', () => {
  assert.equal(toJson({ type: 'Long', digits: '9223372036854775807' }), '9223372036854775807');
  assert.equal(toJson({ type: 'String', digits: '1571724098000' }), '"1571724098000"');
});

test('the round trip is in milliseconds, with their fractions', () => {
  const request: Request = {
    place: '',
    responseTopic: '',
    timestamp: undefined,
    unique: false,
    qos: 0,
    at: 1_000_000,
    responses: [],
  };
  const exchange: Exchange = {
    request,
    response: {
      request,
      message: { topic: '', payload: Buffer.alloc(0), qos: 0, retain: false, dup: false, at: 1_020_250 },
      payload: readPayload(Buffer.from('{}')),
      deviceSendTime: undefined,
      serverRecvTime: undefined,
      serverSendTime: undefined,
    },
  };
  assert.equal(roundTrip(exchange), 20.25);
});
