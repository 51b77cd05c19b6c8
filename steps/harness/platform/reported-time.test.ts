import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Result, Target } from '../implementation/target.ts';
import { readReport, reportsOf } from './reported-time.ts';

const reports = (result: Result) => reportsOf({ result } as Target);
const log = (pattern: string, unit: 'ms' | 's' = 'ms') => reports({ kind: 'log', log: pattern, unit });
const usual = log(String.raw`local time: (?<time>\S+)`);

describe('a line of output', () => {
  for (const [literal, twice] of [
    ['1571724098125', 3_143_448_196_250n],
    ['1571724098125.5', 3_143_448_196_251n],
    ['1571724098125.75', 3_143_448_196_251n],
    ['9223372036854775807', 18_446_744_073_709_551_614n],
    ['-7', -14n],
    ['0', 0n],
    ['2019-10-22T06:01:38Z', undefined],
    ['1.57e12', undefined],
  ] as const) {
    test(`says ${literal}`, () => {
      const report = readReport(`[info] NTP local time: ${literal}`, usual);
      assert.deepEqual([report?.literal, report?.twice], [literal, twice]);
    });
  }

  test('says nothing in words', () => {
    for (const said of ["{t}')", 'unknown', 'pending', 'nothing', 'null', 'NaN', '-inf'])
      assert.equal(readReport(`[info] NTP local time: ${said}`, usual), undefined);
  });

  test('in seconds, with or without a fraction', () => {
    const seconds = log(String.raw`(?<time>[\d.]+)`, 's');
    assert.equal(readReport('1571724098', seconds)?.twice, 3_143_448_196_000n);
    assert.equal(readReport('1571724098.125', seconds)?.twice, 3_143_448_196_250n);
  });

  test("may hold the client's own stamps", () => {
    const pattern = log(String.raw`(?<deviceSendTime>\S+) (?<deviceRecvTime>\S+) (?<time>\d+)`);
    const report = readReport('1571724098000 1571724098025 1571724098125', pattern);
    assert.deepEqual([report?.deviceSendTime, report?.deviceRecvTime], [1_571_724_098_000n, 1_571_724_098_025n]);
    assert.equal(readReport('soon 1.5 1571724098125', pattern)?.deviceSendTime, undefined);
  });

  test('that does not match is no report', () => {
    assert.equal(readReport('connected', usual), undefined);
    assert.equal(readReport('local time: 1', reportsOf({} as Target)), undefined);
  });
});

describe('a message', () => {
  const device = { productKey: 'pk', deviceName: 'dn' };
  const topic = '/sys/{productKey}/{deviceName}/{{time}}';
  const read = (pointer: string, payload: string, on = '/sys/pk/dn/{time}') =>
    reports({ kind: 'topic', topic, pointer, unit: 'ms' }).fromMessage?.(on, Buffer.from(payload), device);

  for (const [pointer, payload, twice] of [
    ['/time', '{"time":1571724098125}', 3_143_448_196_250n],
    ['/time', '{"time":"1571724098125"}', 3_143_448_196_250n],
    ['/time', '{"time":9007199254740993}', 18_014_398_509_481_986n],
    ['/params/time/value', '{"params":{"time":{"value":5}}}', 10n],
    ['/1', '[4,5]', 10n],
    ['/a~1b/~0c', '{"a/b":{"~c":5}}', 10n],
    ['', '5', 10n],
  ] as const) {
    test(`${payload} has its time at "${pointer}"`, () => assert.equal(read(pointer, payload)?.twice, twice));
  }

  for (const payload of ['{}', 'not JSON', '', 'null', '{"time":true}', '{"time":{"value":5}}']) {
    test(`"${payload}" claims no time`, () => assert.equal(read('/time', payload), undefined));
  }

  test('with a time that is no number is a report without one', () => {
    const report = read('/time', '{"time":"12:00"}');
    assert.deepEqual([report?.twice, report?.literal], [undefined, '12:00']);
  });

  test('on another topic is none', () => {
    assert.equal(read('/time', '{"time":5}', '/sys/pk/other/{time}'), undefined);
    assert.equal(usual.fromMessage, undefined);
  });
});
