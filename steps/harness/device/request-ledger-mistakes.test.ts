import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noEcho, own, Play } from '../../testing/ledger-play.ts';
import { RequestLedger } from './request-ledger.ts';

describe('a second response', () => {
  test('to one request is seen', () => {
    const play = new Play('here');
    const request = play.ask('1');
    play.hear(1);
    assert.equal(play.hear(1).request, request);
    assert.deepEqual(play.seen, ['a request is answered twice at here']);
  });

  test('is seen at the scenario that asked, however late it comes', () => {
    const play = new Play('earlier');
    play.ask('1');
    play.hear(1);
    play.ledger.begin('now');
    const now = play.ask('2');
    play.hear(1);
    assert.deepEqual(now.responses, []);
    assert.deepEqual(play.seen, [], 'it may be the answer of a server that echoes the request before');
    play.hear(2);
    assert.deepEqual(play.seen, ['a request is answered twice at earlier']);
    assert.equal(play.ledger.run.lateMistakes[0]?.trace.length, 3, 'the packets that show it are kept');
  });

  test('that is retained is no second response: that is another fault', () => {
    const play = new Play('here');
    play.ask('1');
    play.hear(1);
    play.hear(1, { retain: true });
    assert.deepEqual(play.seen, []);
  });

  test('of which there are very many is seen a hundred times at the most', () => {
    const play = new Play('here');
    play.ask('1');
    for (let n = 0; n < 500; n += 1) play.hear(1);
    assert.equal(play.seen.length, 100);
  });
});

describe('a response that is not as others are', () => {
  const times = '"serverRecvTime":10,"serverSendTime":11}';
  for (const [mistake, wrong] of [
    [
      'some responses have another type than others to requests of their type',
      '{"deviceSendTime":N,"serverRecvTime":"10","serverSendTime":11}',
    ],
    ['some responses have another deviceSendTime than their request', `{"deviceSendTime":9,${times}`],
    ['some responses lack a member', `{"serverRecvTime":10}`],
    ['some Longs are not written as integers', `{"deviceSendTime":N.0,${times}`],
  ] as const) {
    test(`is seen once, where it was asked, be it before or after a right one: ${mistake}`, () => {
      for (const which of [1, 2]) {
        const play = new Play('one');
        const hear = (n: number, right: boolean): unknown => play.hear(right ? n : wrong.replace('N', String(n)));
        play.ask('1');
        hear(1, which !== 1);
        play.ledger.begin('two');
        play.ask('2');
        hear(2, which !== 2);
        play.ask('3');
        hear(3, false);
        assert.deepEqual(play.seen, [`${mistake} at ${which === 1 ? 'one' : 'two'}`]);
      }
    });
  }

  test('is not seen where none of the run is right, nor where the request was unusual', () => {
    const play = new Play('here');
    play.ask('1');
    play.hear('{"deviceSendTime":1,"serverRecvTime":"10","serverSendTime":"11"}');
    play.ask('2', { unique: false });
    play.hear(2);
    assert.deepEqual(play.seen, []);
  });
});

test('a retained response of an earlier scenario belongs there, though the present one asked with the same digits', () => {
  const play = new Play('earlier');
  const earlier = play.ask('0', { unique: false });
  play.hear(0);
  play.ledger.begin('now');
  const now = play.ask('0', { unique: false });
  assert.equal(play.hear(0, { retain: true }).request, earlier);
  assert.deepEqual(now.responses, []);
  assert.equal(play.hear(0).request, now);
  assert.deepEqual(play.seen, []);
});

test('a retained response is known by its payload among several', () => {
  const play = new Play('earlier');
  const earlier = play.ask('0', { unique: false });
  play.hear(0);
  play.hear('{"deviceSendTime":0,"serverRecvTime":12,"serverSendTime":13}');
  play.ledger.begin('now');
  const now = play.ask('0', { unique: false });
  assert.equal(play.hear(0, { retain: true }).request, earlier);
  assert.deepEqual(now.responses, []);
});

describe('a message that must not be answered', () => {
  const forbiddenBy = 'server-request-topic-exact';

  test('and is answered while its scenario lasts, is for the scenario to judge', () => {
    const play = new Play('here');
    const forbidden = play.ask('1', { forbiddenBy });
    assert.equal(play.hear(1).request, forbidden);
    assert.deepEqual(play.seen, []);
  });

  test('and is answered later, is seen at the scenario that sent it', () => {
    const play = new Play('earlier');
    play.ask('1', { forbiddenBy });
    play.ledger.begin('now');
    play.hear(1);
    assert.deepEqual(play.seen, [`${forbiddenBy} at earlier`]);
  });
});

describe('where echoes show nothing, a response with the deviceSendTime of an earlier request', () => {
  const answer = (digits: number): string =>
    `{"deviceSendTime":${digits},"serverRecvTime":${digits}0,"serverSendTime":${digits}1}`;
  const distrust = (play: Play): void => {
    play.ask('5', { unique: false });
    play.hear(answer(7));
    play.ledger.begin('here');
    play.ask('1');
    play.hear(answer(1));
    play.ask('2');
  };

  test('is seen, once', () => {
    const play = new Play('earlier');
    distrust(play);
    for (const n of [3, 4]) {
      play.hear(`{"deviceSendTime":1,"serverRecvTime":${n}0,"serverSendTime":${n}1}`);
      play.ask(String(n));
    }
    assert.deepEqual(play.seen, ['the echo is of an earlier request at here']);
  });

  test('is not seen where several requests may have that deviceSendTime', () => {
    const play = new Play('earlier');
    distrust(play);
    play.hear(answer(2));
    play.ask('6', { unique: false });
    play.hear(answer(6));
    play.ask('3');
    play.hear('{"deviceSendTime":6,"serverRecvTime":30,"serverSendTime":31}');
    assert.deepEqual(play.seen, []);
  });

  test('is not seen in a copy of the earlier response, nor where the earlier request was not answered', () => {
    const play = new Play('earlier');
    distrust(play);
    play.hear(answer(1));
    play.ask('3');
    play.ask('4');
    play.hear(answer(4));
    play.hear(answer(3));
    assert.deepEqual(play.seen, []);
  });
});

test('an answer to what the device asked before it connected again is no second answer', () => {
  const play = new Play('earlier');
  play.ask('1');
  // From now on the echo of a response shows nothing.
  play.hear(7);
  play.ledger.begin('here');
  play.ask('2');
  play.ledger.reconnected(own);
  const now = play.ask('3');
  play.hear(2);
  play.hear(3);
  assert.equal(now.responses.length, 2);
  assert.deepEqual(play.seen, []);
});

describe('the stamps of a response', () => {
  const swapped = '{"deviceSendTime":1,"serverRecvTime":21,"serverSendTime":20}';

  test('that was received after it was sent, are seen at the present scenario', () => {
    const play = new Play('here');
    play.ask('1');
    play.hear(swapped);
    assert.deepEqual(play.seen, ['the two members are swapped at here']);
  });

  test('are nothing to wonder at when they are equal, missing, or retained', () => {
    const play = new Play('here');
    play.ask('1', { unique: false });
    play.hear('{"deviceSendTime":1,"serverRecvTime":21,"serverSendTime":21}');
    play.ask('1', { unique: false });
    play.hear('{"deviceSendTime":1,"serverRecvTime":21}');
    play.hear(swapped, { retain: true });
    assert.deepEqual(play.seen, []);
  });

  test('tell how coarse the clock is', () => {
    const play = new Play('here');
    for (const time of [1_571_724_098_000, 1_571_724_099_000]) play.hear(`{"serverRecvTime":${time},"serverSendTime":"${time}"}`);
    assert.equal(play.ledger.run.clockResolution.step, 1000);
  });
});

test('a time is odd that fits neither the times before nor those after it, in a request whose response is beyond doubt', () => {
  const seen = (odd: { readonly unique?: boolean; readonly aside?: boolean } = {}): string[] => {
    const play = new Play('here');
    for (const [digits, time] of [
      [1, 5000],
      [2, 400],
      [3, 5004],
    ] as const) {
      play.ledger.run.clockAside = odd.aside === true && digits === 2;
      play.ask(String(digits), { unique: digits !== 2 || odd.unique !== false });
      play.hear(`{"deviceSendTime":${digits},"serverRecvTime":5000,"serverSendTime":${time}}`);
    }
    return play.seen.filter((text) => text.includes('differs'));
  };
  assert.deepEqual(seen(), ["the server's time differs from one exchange to the next at here"]);
  // A device with a clock of its own may be answered in an unusual way.
  assert.deepEqual(seen({ unique: false }), []);
  assert.deepEqual(seen({ aside: true }), []);
});

test('the clock is known by either stamp, as long as both are there', () => {
  const step = (received: number, sent: number): number => {
    const play = new Play('here');
    play.hear(`{"serverRecvTime":${received},"serverSendTime":${sent}}`);
    return play.ledger.run.clockResolution.step;
  };
  assert.deepEqual([step(2000, 3000), step(2000, 3001), step(2001, 3000)], [1000, 1, 1]);
});

test('what comes late is said with how late it came', () => {
  const play = new Play('here');
  play.ask('1');
  play.hear(1);
  play.hear(1);
  assert.equal(play.ledger.run.lateMistakes[0]?.received, '2 responses to one request, the last one 2.000 ms after the request');
});

describe('a server is mute', () => {
  const askInVain = (play: Play, scenarios: number, types: readonly ('Long' | 'String')[] = ['Long', 'String']): void => {
    for (let n = 0; n < scenarios; n += 1) {
      play.ledger.begin(`scenario ${n}`);
      play.ask(String(n), { timestamp: { type: types[n % types.length] ?? 'Long', digits: String(n) } });
    }
    play.ledger.begin('after');
  };

  test('when several scenarios have asked in vain', () => {
    const play = new Play('first');
    askInVain(play, 3);
    assert.equal(play.ledger.run.mute, false);
    askInVain(play, 1);
    assert.equal(play.ledger.run.mute, true);
  });

  test('not before it was asked in both types: it may serve one of them only', () => {
    const play = new Play('first');
    askInVain(play, 9, ['Long']);
    assert.equal(play.ledger.run.mute, false);
    play.ledger.begin('the other type');
    play.ask('10', { timestamp: { type: 'String', digits: '10' }, qos: 1 });
    play.ledger.begin('at QoS 1 it need not answer');
    assert.equal(play.ledger.run.mute, false);
    askInVain(play, 1, ['String']);
    assert.equal(play.ledger.run.mute, true);
  });

  test('when it has let nobody in, several times', () => {
    const { ledger } = new Play('first');
    for (let n = 0; n < 4; n += 1) {
      assert.equal(ledger.run.mute, false);
      ledger.refused();
      ledger.begin(`scenario ${n}`);
    }
    assert.equal(ledger.run.mute, true);
  });

  test('never, once it has answered', () => {
    const play = new Play('first');
    play.ask('100');
    play.hear(100);
    askInVain(play, 9);
    assert.equal(play.ledger.run.mute, false);
  });

  test('not because of scenarios that asked nothing', () => {
    const { ledger } = new Play('first');
    for (let n = 0; n < 9; n += 1) ledger.begin(`scenario ${n}`);
    assert.equal(ledger.run.mute, false);
  });
});

test('an unused timestamp is the given one, or the next that nobody had, even when the clock goes back', () => {
  const ledger = new RequestLedger();
  assert.deepEqual(
    [5, 5, 6, 20, 1].map((ms) => ledger.run.unused(ms)),
    [5, 6, 7, 20, 21],
  );
});

describe('a malformed request', () => {
  const malformed = { malformed: true, unique: false } as const;

  test('takes whatever comes for it, and nobody is found', () => {
    const play = new Play('earlier');
    play.ask('0', { unique: false });
    play.hear(0);
    play.ledger.begin('here');
    const odd = play.ask(undefined, malformed);
    const fence = play.ask('7');
    assert.equal(play.hear(0).request, odd, 'an echo that an earlier request had too');
    assert.equal(play.hear(7).request, fence);
    const silent = play.ask(undefined, malformed);
    play.ledger.begin('later');
    const next = play.ask(undefined, malformed);
    assert.equal(play.hear('{"deviceSendTime":null}').request, next, 'that of the present scenario first');
    assert.equal(play.hear('{"deviceSendTime":null}').request, silent, 'and then an earlier one, however late');
    assert.deepEqual(play.seen, []);
  });

  test('does not make the echo of others doubtful, and leaves them their answers', () => {
    const play = new Play('here');
    play.ask(undefined, malformed);
    play.hear('{"deviceSendTime":"abc","serverRecvTime":9,"serverSendTime":1}');
    const [first, second] = [play.ask('1'), play.ask('2')];
    assert.equal(play.hear(2).request, second);
    assert.equal(play.hear(1).request, first);
    assert.deepEqual(play.seen, [], 'nor are its stamps judged');
  });

  test('is not what a server without an echo answers first', () => {
    const play = new Play('here');
    play.ask('1');
    play.hear(noEcho);
    play.ask(undefined, malformed);
    const fence = play.ask('2');
    assert.equal(play.hear(noEcho).request, fence);
  });
});

describe('requests back to back', () => {
  test('that are all answered with the newest echo are no second responses', () => {
    const play = new Play('here');
    for (const digits of ['1', '2', '3']) play.ask(digits);
    for (let n = 0; n < 3; n += 1) play.hear(3);
    assert.deepEqual(play.seen, []);
  });

  test('of which the last one is answered twice when all are answered are', () => {
    const play = new Play('here');
    for (const digits of ['1', '2']) play.ask(digits);
    for (const echo of [1, 2, 2]) play.hear(echo);
    assert.deepEqual(play.seen, ['a request is answered twice at here']);
  });

  test('tell how long the slowest answer took, and when the last one came', () => {
    const play = new Play('here');
    play.ask('1');
    play.ask('2');
    play.hear(2);
    play.hear(1);
    assert.deepEqual([play.ledger.run.slowest, play.ledger.run.progress], [3, 4000]);
  });
});
