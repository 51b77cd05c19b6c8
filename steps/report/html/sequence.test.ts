import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AnswerRecord, ExchangeRecord } from '../../verdict/report.ts';
import { sequence } from './sequence.ts';
import { frame, layOut } from './sequence-layout.ts';

/** The page's worked example, with a client that has a controlled clock. */
const example: ExchangeRecord = {
  n: 1,
  asker: 'client',
  atMs: 0,
  deviceSendTime: '1571724098000',
  answers: [
    {
      afterMs: 3.2,
      serverRecvTime: '1571724098110',
      serverSendTime: '1571724098115',
      deviceRecvTime: '1571724098025',
      roundTripMs: 20,
    },
  ],
  reported: '1571724098115',
  errorMs: -10,
};

/** Where the four timestamps of an exchange are drawn. */
function momentsOf(exchange: ExchangeRecord, role: 'server' | 'client'): number[] {
  return layOut(exchange, role).stamps.map(({ y }) => y);
}

/** An exchange with a server that took `afterMs` ms. */
function served(afterMs: number, received: number, sent: number, more: Partial<AnswerRecord> = {}): ExchangeRecord {
  const answer = { afterMs, serverRecvTime: String(received), serverSendTime: String(sent), ...more };
  return { n: 1, asker: 'device', atMs: 0, deviceSendTime: '1000', answers: [answer] };
}

describe('the drawing of an exchange', () => {
  test("is to scale: 10 ms forth, 5 ms there, 10 ms back in the page's example", () => {
    const [sent = 0, come = 0, gone = 0, arrived = 0] = momentsOf(example, 'client');
    assert.equal(sent, frame.top);
    assert.equal(arrived - sent, frame.span);
    assert.ok(Math.abs((come - sent) / frame.span - 10 / 25) < 1e-9);
    assert.ok(Math.abs((gone - come) / frame.span - 5 / 25) < 1e-9);
    assert.ok(Math.abs((arrived - gone) / frame.span - 10 / 25) < 1e-9);
  });

  test('has a scale that is as long as it says', () => {
    const { scale } = layOut(example, 'client');
    assert.equal(scale?.ms, 10);
    assert.ok(Math.abs((scale?.length ?? 0) - (frame.span * 10) / 25) < 1e-9);
  });

  test("shows a client's link as it was, also where it is slower on one way", () => {
    const answer = { afterMs: 200, serverRecvTime: '5000', serverSendTime: '5020' };
    const [sent = 0, come = 0, gone = 0, arrived = 0] = momentsOf({ ...example, answers: [answer], forthMs: 45 }, 'client');
    const shares = [come - sent, gone - come, arrived - gone].map((length) => length / frame.span);
    assert.deepEqual(
      shares.map((share) => Math.round(share * 200)),
      [45, 20, 135],
    );
  });

  test('measures a server to the microsecond, though its stamps have milliseconds', () => {
    const layout = layOut(served(0.5, 2000, 2001), 'server');
    assert.equal(layout.elapsedMs, 0.5);
    assert.equal(layout.impossible, false);
    assert.deepEqual(
      layout.stamps.map(({ y }) => y),
      [frame.top, frame.top, frame.top + frame.span, frame.top + frame.span],
    );
  });

  test('shows a claim that cannot be: more time than the exchange took, or less than none', () => {
    const longer = layOut(served(2, 2000, 2500), 'server');
    const [sent = 0, come = 0, gone = 0, arrived = 0] = longer.stamps.map(({ y }) => y);
    assert.ok(longer.impossible && come < sent && gone > arrived);
    assert.ok(Math.abs((arrived - sent) / (gone - come) - 2 / 500) < 1e-9);
    assert.ok(layOut(served(20, 2005, 2000), 'server').impossible);
  });

  test('keeps labels apart that would touch', () => {
    const [, come, gone] = layOut(served(10, 2000, 2000), 'server').stamps;
    assert.equal(come?.y, gone?.y);
    assert.equal((gone?.labelY ?? 0) - (come?.labelY ?? 0), frame.label);
  });

  test('shows that nothing came back', () => {
    const lonely = { ...example, answers: [] };
    assert.equal(layOut(lonely, 'server').scale, undefined);
    const { text } = sequence(lonely, 'server', 'The exchange');
    assert.ok(text.includes('>no response</text>'));
    assert.match(text, /aria-label="The client asks the server and gets no response: deviceSendTime 1571724098000\."/);
  });

  test('shows a message that was kept back, and the true answer after it', () => {
    const kept = { afterMs: 1, serverRecvTime: '1', serverSendTime: '1', unheard: true as const };
    const { responses, stamps } = layOut({ ...example, answers: [kept, ...example.answers] }, 'client');
    assert.deepEqual(
      responses.map(({ unheard }) => unheard),
      [true, false],
    );
    assert.equal(stamps[1]?.digits, '1571724098110');
  });

  test('says below what the formula makes of it, and what the client made of it', () => {
    const { text } = sequence(example, 'client', 'The exchange');
    assert.ok(text.includes('(1571724098110 + 1571724098115 + 1571724098025 − 1571724098000) / 2 = <b>1571724098125</b>'));
    assert.ok(text.includes('The client reports <code>1571724098115</code>, 10 ms behind the platform’s time.'));
    assert.ok(!text.includes('The formula gives'));
  });

  test("says what the formula gives where the client's clock is known in part", () => {
    const answers = example.answers.map(({ deviceRecvTime: _unknown, ...answer }) => answer);
    const expected = { time: '1571724098125.5', withinMs: 3, errorMs: 0.5 };
    const { text } = sequence({ ...example, answers, expected }, 'client', 'The exchange');
    assert.ok(text.includes('The formula gives <code>1571724098125.5</code>, to within 3 ms.'));
  });

  test('takes stamps that are no numbers for unknown', () => {
    const { text } = sequence(served(1, Number.NaN, Number.NaN, { deviceRecvTime: '(secret)' }), 'server', 'x');
    assert.ok(!text.includes('formula'));
    assert.equal(layOut({ ...example, deviceSendTime: '(secret)' }, 'client').elapsedMs, 3.2);
  });
});
