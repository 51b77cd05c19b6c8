import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { client, type Deeds, formula, report, server } from '../../testing/made-up-clients.ts';
import { exitedWith } from '../implementation/end.ts';
import type { Target } from '../implementation/target.ts';
import type { ClientRun } from './client-run.ts';
import { plainSetup, trueAnswer } from './client-setup.ts';
import { RepeatedSilence } from './repeated-silence.ts';

const malformed = { ...plainSetup('long'), answers: [{ ...trueAnswer('{}'), request: 1 }, trueAnswer()] };
const target = (own: Partial<Target> = {}): Target =>
  ({ sync: { kind: 'start' }, timestampTypes: ['long'], ...own }) as unknown as Target;

describe('after a malformed response', () => {
  const hangs = (rest: Deeds['rest'] = {}): ClientRun =>
    client({ ...server, setup: malformed, rest: { overdue: true, ...rest } });
  /** A start with a valid response, 10 ms after which the client reported its time. */
  const reports = (rest: Deeds['rest'] = { ended: exitedWith(0) }): ClientRun =>
    client({ ...server, reports: [report(formula)], rest });
  const waitsMs = (finished: readonly ClientRun[], own: Partial<Target> = {}): number | undefined =>
    new RepeatedSilence(target(own), finished).afterMalformedMs(malformed);

  test('a client that hung in three starts is waited for twice as long as it takes to report, and 300 ms', () => {
    assert.equal(waitsMs([reports(), hangs(), hangs()]), undefined);
    assert.equal(waitsMs([reports(), hangs(), hangs(), hangs()]), 320);
  });

  test('one that stays after a valid response as well is waited for the whole time, unless it asks again', () => {
    const starts = [reports({}), hangs(), hangs(), hangs()];
    assert.equal(waitsMs(starts), undefined);
    assert.equal(waitsMs(starts, { sync: { kind: 'every', intervalMs: 500 } }), 320);
  });

  test('a start that was short itself, or in which the client ended or reported, does not count', () => {
    const short = Object.assign(hangs(), { hurriedMs: 320 });
    for (const other of [short, hangs({ overdue: false }), client({ ...server, setup: malformed, reports: [report(formula)] })])
      assert.equal(waitsMs([reports(), hangs(), hangs(), other]), undefined);
  });

  test('other starts, and those that are to be whole, are', () => {
    const silence = new RepeatedSilence(target(), [reports(), hangs(), hangs(), hangs()]);
    assert.equal(silence.afterMalformedMs(plainSetup('long')), undefined);
    assert.equal(silence.afterMalformedMs({ ...malformed, unhurried: true }), undefined);
  });
});

describe('a client that makes nothing of a response', () => {
  const starts = (payload: string, count: number, time?: number): ClientRun[] =>
    Array.from({ length: count }, () =>
      client({
        ...server,
        setup: { answers: [trueAnswer(payload)] },
        ...(time === undefined ? {} : { reports: [report(time)] }),
      }),
    );
  const deaf = (...finished: readonly ClientRun[]): string | undefined =>
    new RepeatedSilence(target(), finished).refusedPart({ ...plainSetup('long'), answers: [trueAnswer('one')] });

  test('is known by four starts, where another response brings a time', () => {
    assert.equal(deaf(...starts('one', 4), ...starts('other', 1, formula)), 'order');
    assert.equal(deaf(...starts('one', 3), ...starts('other', 1, formula)), undefined);
    assert.equal(deaf(...starts('one', 4), ...starts('other', 4)), undefined);
    assert.equal(deaf(...starts('one', 4), ...starts('one', 1, formula), ...starts('other', 1, formula)), undefined);
  });

  test('is known by four starts, where a platform with the time of its machine brings one', () => {
    const near = client({ ...server, setup: { answers: [trueAnswer('one')], leadMs: 0 }, reports: [report(formula)] });
    assert.equal(deaf(...starts('one', 4), near), 'offset');
    assert.equal(deaf(...starts('one', 3), near), undefined);
  });
});

test('a client that connects only when it is told is told at once in later starts, where what it is told waits for it', () => {
  const told = Object.assign(client({ ...server, reports: [report(formula)] }), { toldUnconnected: true });
  const connectsWhenTold = (start: ClientRun, sync: Target['sync']): boolean =>
    new RepeatedSilence(target({ sync }), [start]).connectsWhenTold;
  const stdin = { kind: 'stdin', text: 'sync\n' } as const;
  assert.ok(connectsWhenTold(told, stdin));
  assert.ok(!connectsWhenTold(client({ ...server, reports: [report(formula)] }), stdin));
  assert.ok(!connectsWhenTold(told, { kind: 'signal', signal: 'SIGUSR1' }));
});
