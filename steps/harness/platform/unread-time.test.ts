import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { played, reported } from '../../testing/client-starts.ts';
import type { ReportedTime } from './reported-time.ts';
import { mayHoldTime, unreadTime } from './unread-time.ts';

const server = { serverRecvTime: 1_795_953_280_410, serverSendTime: 1_795_953_280_415 };

function found(lines: readonly string[], reports: readonly ReportedTime[] = [], sent = true) {
  const clientRun = played({ ...server, sent });
  clientRun.unread.push(...lines);
  clientRun.reports.push(...reports);
  return unreadTime(clientRun);
}

describe('a time that nothing read', () => {
  test('is found with a pattern that would read it', () => {
    const line = '[3] time now (ms): 1795953280416 ok';
    const unread = found(['starting', line]);
    assert.deepEqual(unread, {
      line,
      printed: '1795953280416',
      unit: 'ms',
      pattern: String.raw`\[\d+\] time now \(ms\): (?<time>\d+)`,
    });
    assert.equal(new RegExp(unread?.pattern ?? '').exec(line)?.groups?.['time'], '1795953280416');
  });

  test('is found in seconds', () => {
    assert.deepEqual(found(['t=1795953280 s']), {
      line: 't=1795953280 s',
      printed: '1795953280',
      unit: 's',
      pattern: 't=(?<time>\\d+)',
    });
  });

  test('is found in a form that no pattern reads', () => {
    for (const printed of ['1,795,953,280,416', '1 795 953 280 416', "1'795'953'280'416", '1.795953280416e12', '1.795953e+12'])
      assert.deepEqual(found([`t=${printed}`]), { line: `t=${printed}`, printed, unit: 'ms', pattern: undefined });
    const iso = new Date(1_795_953_280_416).toISOString();
    assert.equal(found([`now ${iso}`])?.printed, iso);
    for (const printed of [
      '0x1a2272845a0',
      '2026-11-29 11:54:40.416',
      '2026/11/29 11:54:40',
      'Sun Nov 29 11:54:40 2026',
      'Sun, 29 Nov 2026 11:54:40 GMT',
    ])
      assert.equal(found([`now ${printed}`])?.printed, printed);
  });

  test('is found in a report that is no number, or a part of one', () => {
    const line = 'time: 1,795,953,280,416';
    const part = reported(1, 200, { line, literal: '1' });
    assert.equal(found([], [part])?.printed, '1,795,953,280,416');
    assert.equal(found([], [{ ...part, twice: undefined, literal: '1,795,953,280,416' }])?.line, line);
  });

  test('is none where a report is right, or wrong in digits', () => {
    const right = reported(1_795_953_280_416, 200);
    assert.equal(found(['t=1,795,953,280,416'], [right]), undefined);
    assert.equal(found(['t=1795953280416'], [reported(1_795_953_280, 200)]), undefined);
    assert.equal(found([], [reported(4711, 200, { line: 'calculated 1795953280416, reported 4711' })]), undefined);
  });

  test('is none in what the client received, in its own clock, or without an answer', () => {
    assert.equal(found(['{"serverSendTime":1795953280415,"serverRecvTime":1795953280410}']), undefined);
    assert.equal(found(['own clock 1795949680416', '2026-11-29 10:54:40']), undefined);
    assert.equal(found(['t=1795953280416'], [], false), undefined);
  });
});

test('lines without a time are not kept', () => {
  assert.deepEqual(['connected', 'took 25 ms', 't=1795953280416', '1.795953e12'].map(mayHoldTime), [false, false, true, true]);
});
