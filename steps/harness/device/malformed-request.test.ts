import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, excessOf, readingTime } from './malformed-request.ts';

test('a payload of a feature is its text in UTF-8, and a byte where it says so', () => {
  assert.deepEqual(bytesOf('{"ü":1}'), Buffer.from('{"ü":1}'));
  assert.deepEqual(bytesOf('a\\x00b\\xFF'), Buffer.from([0x61, 0, 0x62, 0xff]));
  assert.equal(bytesOf('').length, 0);
  assert.deepEqual(bytesOf('\\u00fc'), Buffer.from('\\u00fc'), 'what JSON escapes is left to JSON');
});

test('a request has as much of something as the feature says', () => {
  assert.match(excessOf(400, 'digits in a String'), /:"\d{400}"}$/);
  assert.match(excessOf(400, 'digits in a Long'), /:\d{400}}$/);
  assert.equal(excessOf(3, 'levels of nested arrays'), '{"deviceSendTime":1571724098000,"ext":[[[]]]}');
  assert.deepEqual(JSON.parse(excessOf(2, 'levels of nested objects')), { deviceSendTime: { a: { a: 1 } } });
  assert.equal(excessOf(3, 'levels of arrays that are never closed'), '[[[');
  assert.deepEqual(JSON.parse(excessOf(256, 'KiB of white space')), { deviceSendTime: 1571724098000 });
  assert.ok(excessOf(1024, 'KiB of text in a further member').length > 1024 * 1024);
  assert.throws(() => excessOf(1, 'KiB of nothing'), /"KiB of nothing" is none of: /);
});

test('a long payload gives the server time to read it, and a short one none to speak of', () => {
  assert.equal(readingTime(40), 1);
  assert.equal(readingTime(1024 * 1024), 4096);
});
