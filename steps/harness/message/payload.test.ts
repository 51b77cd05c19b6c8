import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isExactly, readPayload } from './payload.ts';

const read = (text: string | Buffer) => readPayload(Buffer.from(text));
const member = (text: string, name = 'a') => read(text).members.get(name);

for (const [text, literal, number] of [
  ['{"a":1571724098000}', '1571724098000', 1571724098000n],
  ['{"a":1571724098000.0}', '1571724098000.0', 1571724098000n],
  ['{"a":1.571724098e12}', '1.571724098e12', 1571724098000n],
  ['{"a":9007199254740993}', '9007199254740993', 9007199254740993n],
  ['{"a":9223372036854775807}', '9223372036854775807', 9223372036854775807n],
  ['{"a":"1571724098000"}', '"1571724098000"', 1571724098000n],
  ['{"a":" 12 "}', '" 12 "', 12n],
  ['{"a":"12x"}', '"12x"', undefined],
  ['{"a":-0.5}', '-0.5', 0n],
  ['{"a":1e400}', '1e400', undefined],
  [`{"a":${'9'.repeat(400)}}`, '9'.repeat(400), undefined],
] as const) {
  test(`a member written ${literal.slice(0, 30)} keeps its digits`, () => {
    assert.equal(member(text)?.literal, literal);
    assert.equal(member(text)?.number, number);
  });
}

test('a member of a nested object does not lend its literal to one of the same name', () => {
  assert.equal(member('{"a":7.0,"b":{"a":8.00}}')?.literal, '7.0');
  assert.equal(member('{"b":{"a":8.00},"a":7.0}')?.literal, '7.0');
  assert.equal(member('{"a":{"a":1.0}}')?.type, 'object');
});

test('a name that stands twice counts once, with the last value', () => {
  assert.equal(member('{"a":1.0,"a":2.0}')?.literal, '2.0');
});

for (const [name, bytes, fault] of [
  ['empty', '', /empty/],
  ['truncated', '{"a":1', /not JSON/],
  ['null', 'null', /JSON that is null/],
  ['an array', '[1]', /an array/],
  ['a string', '"x"', /a string/],
  ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), /not UTF-8/],
  ['a byte order mark', '\uFEFF{}', /not JSON/],
] as const) {
  test(`a payload that is ${name} has a fault in words`, () => {
    assert.match(read(bytes as string).fault ?? '', fault);
  });
}

test('a payload nested as deep as is read neither throws nor hangs', () => {
  assert.doesNotThrow(() => read(`${'['.repeat(60_000)}`));
  assert.equal(read(`{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`).fault, 'JSON that is nested too deeply to be read');
});

test('a payload that is far too long is not read, and shows its beginning only', () => {
  const { fault, text, members } = read(`{"deviceSendTime":${'1'.repeat(600_000)}}`);
  assert.equal(fault, '600019 bytes, where at most 524288 are read');
  assert.deepEqual([text.length, members.size], [2001, 0]);
});

test('a number is exactly another one when nothing has to be rounded, however it is written', () => {
  const is = (text: string, number: bigint): boolean => {
    const value = member(`{"a":${text}}`);
    return value !== undefined && isExactly(value, number);
  };
  for (const text of [
    '1571724098000',
    '1571724098000.0',
    '1.571724098e12',
    '15717240980000E-1',
    '"1571724098000"',
    '" 1571724098000 "',
  ])
    assert.ok(is(text, 1571724098000n), text);
  for (const text of ['1571724098000.5', '1571724098000.0000001', '15717240980001e-1', '"1571724098000.5"', 'null', '{}', '"x"'])
    assert.ok(!is(text, 1571724098000n), text);
  assert.ok(is('-0.0', 0n) && !is('0.4', 0n) && !is('4e-1', 0n) && is('9223372036854775807', 9223372036854775807n));
});

test('a long payload says the same whenever it is asked, and has no fault', () => {
  const long = read(`{"deviceSendTime":1571724098000,"told":"${'x'.repeat(200_000)}"}`);
  assert.equal(long.fault, undefined);
  for (const _ of ['once', 'again']) {
    assert.equal(long.members.get('deviceSendTime')?.number, 1571724098000n);
    assert.equal(long.json?.literalOf('deviceSendTime'), '1571724098000');
  }
});
