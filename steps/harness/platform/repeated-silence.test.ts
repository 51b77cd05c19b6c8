import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { client, type Deeds, formula, report, server } from '../../testing/made-up-clients.ts';
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
  const reports = (rest: Deeds['rest'] = { ended: 'exited with code 0' }): ClientRun =>
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
