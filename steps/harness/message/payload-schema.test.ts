import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TimestampType } from './exchange.ts';
import { readPayload } from './payload.ts';
import { payloadFaults, requestFaults, responseFaults } from './payload-schema.ts';

describe('the faults of a payload', () => {
  test('are none for what the specification shows, as text and as bytes', () => {
    const request = '{"deviceSendTime":1571724098000}';
    const response = '{"deviceSendTime":"1571724098000","serverRecvTime":"1571724098110","serverSendTime":"1571724098115"}';
    assert.deepEqual(payloadFaults('request', request), []);
    assert.deepEqual(payloadFaults('response', Buffer.from(response)), []);
  });

  test('name the member that is missing, and the number that is no Long', () => {
    assert.deepEqual(payloadFaults('request', '{}'), ['must have the member "deviceSendTime"']);
    assert.match(payloadFaults('request', '{"deviceSendTime":1571724098000.0}').join('\n'), /1571724098000\.0/);
  });

  test('say of what is no JSON in UTF-8 what it is', () => {
    assert.deepEqual(payloadFaults('response', ''), ['is an empty payload']);
    assert.deepEqual(payloadFaults('response', Uint8Array.of(0x7b, 0xff)), ['is bytes that are not UTF-8']);
    assert.match(payloadFaults('response', '[]').join('\n'), /^is JSON that is an array/);
  });
});

describe('what a message breaks in its schema', () => {
  const read = (text: string) => readPayload(Buffer.from(text));
  const request = (text: string, type?: TimestampType) => requestFaults(read(text), type).map(({ at, kind }) => `${at} ${kind}`);
  const response = (text: string, type?: TimestampType) =>
    responseFaults(read(text), type).map(({ at, kind }) => `${at} ${kind}`);

  test('is told by member and kind for a request', () => {
    for (const valid of ['{"deviceSendTime":0}', '{"deviceSendTime":"1571724098000","ext":1.0}'])
      assert.deepEqual(request(valid), []);
    assert.deepEqual(request('x'), ['payload format']);
    assert.deepEqual(request('{}'), ['/deviceSendTime missing']);
    assert.deepEqual(request('{"deviceSendTime":null}'), ['/deviceSendTime type']);
    assert.deepEqual(request('{"deviceSendTime":1.0}'), ['/deviceSendTime notation']);
    assert.deepEqual(request('{"deviceSendTime":"1.0"}'), ['/deviceSendTime notation']);
    assert.deepEqual(request('{"deviceSendTime":"1"}', 'Long'), ['/deviceSendTime type']);
    assert.deepEqual(request('{"deviceSendTime":1}', 'Long'), []);
  });

  test('is told for a response in the type of its request, or in either type', () => {
    const longs = '{"deviceSendTime":1,"serverRecvTime":2.0,"serverSendTime":3}';
    assert.deepEqual(response(longs, 'Long'), ['/serverRecvTime notation']);
    assert.deepEqual(response(longs, 'String'), ['/deviceSendTime type', '/serverRecvTime type', '/serverSendTime type']);
    assert.deepEqual(response(longs), []);
    const poor = '{"deviceSendTime":null,"serverRecvTime":"2x"}';
    assert.deepEqual(response(poor), ['/serverSendTime missing', '/deviceSendTime type']);
    assert.deepEqual(response(poor, 'String'), ['/serverSendTime missing', '/deviceSendTime type', '/serverRecvTime notation']);
    assert.deepEqual(response('[]'), ['payload format']);
  });
});
