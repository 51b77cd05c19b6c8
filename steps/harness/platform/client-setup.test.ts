import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertValid, schemaFaults } from '../message/schema.ts';
import { pagePayload, plainPayload, plainSetup, trueAnswer, writeAnswer } from './client-setup.ts';

const times = { deviceSendTime: 1_571_724_098_000n, serverRecvTime: 1_571_724_098_110n, serverSendTime: 1_571_724_098_115n };

describe('an answer', () => {
  test('is written in the type of the request, compact, in the order of the real platform', () => {
    assert.equal(
      writeAnswer(trueAnswer(), 'long', times),
      '{"deviceSendTime":1571724098000,"serverSendTime":1571724098115,"serverRecvTime":1571724098110}',
    );
    assert.equal(
      writeAnswer(trueAnswer(), 'string', times),
      '{"deviceSendTime":"1571724098000","serverSendTime":"1571724098115","serverRecvTime":"1571724098110"}',
    );
  });

  for (const type of ['long', 'string'] as const) {
    for (const payload of [plainPayload, pagePayload]) {
      test(`is a valid response: ${payload}, as a ${type}`, () =>
        assertValid('response', writeAnswer(trueAnswer(payload), type, times)));
    }
  }

  test('that is false is off by what its setup says, and its echo by what that says', () => {
    assert.equal(
      writeAnswer({ ...trueAnswer(), offByMs: 1000, echoOffByMs: -500 }, 'long', times),
      '{"deviceSendTime":1571724097500,"serverSendTime":1571724099115,"serverRecvTime":1571724099110}',
    );
  });

  test('that is malformed stays as it is written, with each placeholder as often as it stands there', () => {
    assert.equal(
      writeAnswer(trueAnswer('{serverRecvTime},{serverRecvTime}'), 'string', times),
      '"1571724098110","1571724098110"',
    );
    assert.equal(writeAnswer(trueAnswer('hello'), 'long', times), 'hello');
    assert.notEqual(schemaFaults('response', writeAnswer(trueAnswer('{}'), 'long', times)).length, 0);
  });
});

test('a plain setup has one true answer, and a link on which no response comes in the moment of its request', () => {
  assert.deepEqual(plainSetup('long'), {
    type: 'long',
    forthMs: 2,
    backMs: 2,
    processingMs: 5,
    answers: [trueAnswer()],
    slowConnectMs: 0,
  });
});
