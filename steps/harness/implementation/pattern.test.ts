import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readPattern } from './pattern.ts';

describe('a pattern of a target file', () => {
  test('finds what vendors write, with named groups', () => {
    for (const [source, line, time] of [
      ['NTP local time: (?<time>\\d+)', 'x NTP local time: 1571724098125 ms', '1571724098125'],
      ['^\\[\\w+\\]\\s+t=(?<time>-?\\d+(?:\\.\\d+)?)$', '[INFO]  t=-12.5', '-12.5'],
      ['time/(?<time>[^,;\\]]+?)[,;]', 'time/17,18;', '17'],
      ['\\{"time":\\s*(?<time>\\d{1,19})\\}', '{"time": 17}', '17'],
      ['(?:утро|heure)\\u00a0?: (?<time>\\d+)', 'утро: 17', '17'],
    ] as const) {
      assert.deepEqual(readPattern(source).groups(line), { time }, source);
      assert.ok(readPattern(source).matches(line));
      assert.equal(readPattern(source).groups('another line'), undefined);
    }
  });

  test('reads a line without its colours, and with them where it names them', () => {
    const green = '\u001b[32mtime: 17\u001b[0m';
    assert.deepEqual(readPattern(String.raw`^time: (?<time>\d+)$`).groups(green), { time: '17' });
    assert.ok(readPattern(String.raw`\x1b\[32mtime`).matches(green));
  });

  test('leaves out a group that took no part', () => {
    const pattern = readPattern('(?<time>\\d+)( sent (?<deviceSendTime>\\d+))?');
    assert.deepEqual(pattern.names, ['time', 'deviceSendTime']);
    assert.deepEqual(pattern.groups('17'), { time: '17' });
    assert.deepEqual(pattern.groups('17 sent 16'), { time: '17', deviceSendTime: '16' });
  });

  test('ends on every line, also where a backtracking engine would not', () => {
    for (const source of ['^(a+)+$', '^(a|a)*$', '^(?:a?){900}a{90}$', '(?<time>(a*)*)b', '^(\\w+\\s?)*$'])
      assert.equal(readPattern(source).matches(`${'a'.repeat(1_999)}!`), false, source);
  });

  test('is refused when no engine could promise that, and when it is none', () => {
    for (const source of ['(?<=time )\\d+', '(?<!x)y', 'a(?=b)', 'a(?!b)', '(a)\\1', '(?<x>a)\\k<x>'])
      assert.throws(() => readPattern(source), /^SyntaxError: a regular expression with look-ahead, look-behind/, source);
    assert.throws(
      () => readPattern('listening on ['),
      /^SyntaxError: not a regular expression: missing closing \]: `\[`; expected/,
    );
    assert.throws(() => readPattern('time: (?<time>a'), /missing closing \): `time: \(\?<time>a`; expected/);
    assert.throws(() => readPattern('a{1,99999}'), /^SyntaxError: not a regular expression: invalid repeat count/);
  });
});
