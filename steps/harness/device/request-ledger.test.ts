import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noEcho, others, own, Play } from '../../testing/ledger-play.ts';

describe('a response belongs to the request', () => {
  test('whose deviceSendTime it echoes, in whatever type', () => {
    const play = new Play('here');
    const [first, second] = [play.ask('1'), play.ask('2')];
    assert.equal(play.hear(2).request, second);
    assert.equal(play.hear('{"deviceSendTime":"1","serverRecvTime":"10","serverSendTime":"11"}').request, first);
    assert.deepEqual([first.responses.length, second.responses.length], [1, 1]);
    assert.deepEqual(play.seen, ['some responses have another type than others to requests of their type at here']);
  });

  test('of the new connection, where nothing but the order tells and the device is back on one', () => {
    const play = new Play('here');
    const lost = play.ask('1');
    play.ledger.reconnected(own);
    const now = play.ask('2');
    assert.equal(play.hear(noEcho).request, now);
    assert.equal(play.hear(1).request, lost, 'an echo tells more than the order');
  });

  test('of an earlier scenario, when it comes late, and is not taken for an answer to the present one', () => {
    const play = new Play('earlier');
    const earlier = play.ask('1');
    play.ledger.begin('now');
    const now = play.ask('2');
    assert.equal(play.hear(1).request, earlier);
    assert.deepEqual(now.responses, []);
    assert.equal(play.hear(2).request, now);
    assert.deepEqual(play.seen, []);
  });

  test('of the present scenario, when an earlier one asked with the same digits', () => {
    const play = new Play('earlier');
    const earlier = play.ask('0', { unique: false });
    play.hear(0);
    play.ledger.begin('now');
    const now = play.ask('0', { unique: false });
    assert.equal(play.hear(0).request, now);
    assert.equal(earlier.responses.length, 1);
    assert.deepEqual(play.seen, []);
  });

  test('in their order, when one scenario asks with the same digits twice', () => {
    const play = new Play('here');
    const [first, second] = [play.ask('5', { unique: false }), play.ask('5', { unique: false })];
    assert.equal(play.hear(5).request, first);
    assert.equal(play.hear(5).request, second);
    assert.deepEqual(play.seen, []);
  });

  test('in their order, when the server does not echo', () => {
    const play = new Play('here');
    const [first, second] = [play.ask('1'), play.ask('2')];
    assert.equal(play.hear(noEcho).request, first);
    assert.equal(play.hear(noEcho).request, second);
    assert.equal(play.hear(noEcho).request, undefined, 'nobody is left who waits');
    assert.deepEqual(play.seen, []);
  });

  test('in their order, when the server always echoes the same, even what was asked before', () => {
    const play = new Play('earlier');
    const [first, second] = [play.ask('1'), play.ask('2')];
    assert.equal(play.hear(1).request, first);
    assert.equal(play.hear(77).request, second);
    play.ledger.begin('now');
    const now = play.ask('3');
    assert.equal(play.hear(77).request, now);
    assert.deepEqual(play.seen, ['some responses have another deviceSendTime than their request at earlier']);
  });

  test('at QoS 0, when the server does not echo and other requests need no answer', () => {
    const play = new Play('here');
    play.ask('1', { qos: 1 });
    const fence = play.ask('2');
    assert.equal(play.settled(play.hear(noEcho), fence), fence);
  });

  test('and not to one that must not be answered, when the server does not echo', () => {
    const play = new Play('here');
    play.ask('1', { forbiddenBy: 'server-request-topic-exact' });
    const fence = play.ask('2');
    assert.equal(play.settled(play.hear(noEcho), fence), fence);
  });

  test('of a device whose own clock shows a time that another device has asked with', () => {
    const play = new Play('earlier');
    play.ask('1', { topic: others });
    play.ledger.begin('now');
    const mine = play.ask('1', { unique: false });
    assert.equal(play.hear(1).request, mine);
  });

  test('in their order, when the echo is none and happens to be the time that another device asked with', () => {
    const play = new Play('earlier');
    const first = play.ask('1');
    assert.equal(play.hear(77).request, first);
    play.ledger.begin('now');
    play.ask('2', { topic: others });
    const mine = play.ask('3');
    assert.equal(play.hear(2).request, mine);
  });
});

describe('a response belongs to no request', () => {
  test('on another topic than that of the device', () => {
    const play = new Play('here');
    const request = play.ask('1');
    assert.equal(play.hear(1, { topic: others }).request, undefined);
    assert.deepEqual(request.responses, []);
    assert.deepEqual(play.seen, []);
  });

  test('when it answers what only another device asked', () => {
    const play = new Play('here');
    const theirs = play.ask('1', { topic: others });
    const mine = play.ask('2');
    assert.equal(play.hear(1).request, undefined);
    assert.deepEqual([theirs.responses, mine.responses], [[], []]);
  });

  test('when nobody asked', () => {
    assert.equal(new Play('here').hear(1).request, undefined);
  });

  test('and has no times, when it is no JSON', () => {
    const { request, deviceSendTime, serverRecvTime, serverSendTime } = new Play('here').hear('malformed');
    assert.deepEqual([request, deviceSendTime, serverRecvTime, serverSendTime], [undefined, undefined, undefined, undefined]);
  });
});

describe('a response with the echo of an earlier request, while a newer one waits', () => {
  test('is for the newer one when that one gets no other, and echoes then show nothing for the rest of the run', () => {
    const play = new Play('here');
    play.ask('1');
    play.hear(1);
    const now = play.ask('2');
    assert.equal(play.settled(play.hear(1), now), now);
    const next = play.ask('3');
    assert.equal(play.hear(2).request, next, 'nobody waits a second time');
    assert.deepEqual(play.seen, ['the echo is of an earlier request at here']);
  });

  test('is for the earlier one when the newer one gets its own', () => {
    const play = new Play('here');
    const first = play.ask('1');
    play.hear(1);
    const now = play.ask('2');
    const again = play.hear(1);
    assert.equal(play.hear(2).request, now);
    assert.equal(again.request, first);
    assert.deepEqual(play.seen, ['a request is answered twice at here']);
  });

  test('is for nobody when another device asked with it and the newer one gets its own', () => {
    const play = new Play('here');
    play.ask('1', { topic: others });
    const now = play.ask('2');
    const foreign = play.hear(1);
    assert.equal(play.hear(2).request, now);
    assert.deepEqual([foreign.request, now.responses.length], [undefined, 1]);
  });
});

describe('what a request caused that need not be answered', () => {
  test('is booked to it, whatever its echo, and before or after the next request is answered', () => {
    const play = new Play('here');
    const forbidden = play.ask('1', { qos: 1 });
    const now = play.ask('2');
    const wrong = play.hear(77);
    assert.equal(play.hear(2).request, now);
    assert.equal(wrong.request, forbidden);
    const later = play.ask('3', { forbiddenBy: 'server-request-topic-exact' });
    assert.equal(play.hear(77).request, later);
    assert.deepEqual(play.seen, []);
  });

  test('leaves the echo of others what it is', () => {
    const play = new Play('here');
    play.ask('1', { qos: 1 });
    play.hear(77);
    const [first, second] = [play.ask('2'), play.ask('3')];
    assert.deepEqual([play.hear(3).request, play.hear(2).request], [second, first]);
  });
});

test('of two devices that ask with the same timestamp, one that gets both answers is not answered twice', () => {
  const play = new Play('here');
  const [mine, theirs] = [play.ask('5', { unique: false }), play.ask('5', { unique: false, topic: others })];
  play.hear(5);
  play.hear(5);
  assert.deepEqual([mine.responses.length, theirs.responses.length], [2, 0]);
  assert.deepEqual(play.seen, []);
});

test('a retained response of an earlier run is for nobody, once the request that waits gets its own', () => {
  const play = new Play('here');
  const now = play.ask('2');
  const stored = play.hear(77, { retain: true });
  assert.equal(play.hear(2).request, now);
  assert.deepEqual([stored.request, now.responses.length], [undefined, 1]);
  assert.deepEqual(play.seen, []);
});

test('of a long response to an earlier scenario the beginning is kept, by which it is known where it comes again', () => {
  const play = new Play('earlier');
  const earlier = play.ask('0', { unique: false });
  const long = `{"deviceSendTime":0,"serverRecvTime":10,"serverSendTime":11,"told":"${'x'.repeat(100_000)}"}`;
  play.hear(long);
  assert.equal(earlier.responses[0]?.payload.text, long);
  play.ledger.begin('now');
  assert.equal(earlier.responses[0]?.message.payload.length, 16 * 1024);
  play.ask('0', { unique: false });
  assert.equal(play.hear(long, { retain: true }).request, earlier);
});
