import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { payloadFaults } from './payload-faults.ts';

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
