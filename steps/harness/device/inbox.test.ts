import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Message } from '../message/message.ts';
import { Inbox } from './inbox.ts';

const message = (topic: string): Message => ({
  topic,
  payload: Buffer.alloc(0),
  qos: 0,
  retain: false,
  dup: false,
  atUs: 0,
  wallMs: 0,
});

/** Far longer than a test may take. */
const never = 600_000;

const lastOf = (inbox: Inbox) => () => inbox.messages.at(-1)?.topic;

describe('an inbox', { timeout: 20_000 }, () => {
  test('gives at once what is there already, even when the connection is closed', async () => {
    const inbox = new Inbox();
    inbox.put(message('a'));
    assert.equal(await inbox.until(lastOf(inbox), never), 'a');
    inbox.close('gone');
    assert.equal(await inbox.until(lastOf(inbox), never), 'a');
  });

  test('gives what comes later to everybody who waits for it, and to nobody else', async () => {
    const inbox = new Inbox();
    const wanted = (topic: string) => inbox.until(() => inbox.messages.find((m) => m.topic === topic)?.topic, never);
    const order: string[] = [];
    const waits = ['b', 'a', 'b'].map(async (topic) => order.push((await wanted(topic)) ?? ''));
    inbox.put(message('a'));
    await waits[1];
    assert.deepEqual(order, ['a']);
    inbox.put(message('b'));
    await Promise.all(waits);
    assert.deepEqual(order, ['a', 'b', 'b']);
  });

  test('gives nothing when the deadline passes', async () => {
    const inbox = new Inbox();
    assert.equal(await inbox.until(lastOf(inbox), 5), undefined);
    inbox.put(message('late'));
  });

  test('lets nobody wait for a connection that closes, or is closed; the first reason counts', async () => {
    const inbox = new Inbox();
    const waiting = inbox.until(() => undefined, never);
    inbox.close('connection closed');
    inbox.close('something else');
    assert.equal(await waiting, undefined);
    assert.equal(await inbox.until(() => undefined, never), undefined);
    assert.equal(inbox.closed, 'connection closed');
  });

  test('looks again when it is woken', async () => {
    const inbox = new Inbox();
    let found: string | undefined;
    const waiting = inbox.until(() => found, never);
    found = 'acknowledgement';
    inbox.wake();
    assert.equal(await waiting, 'acknowledgement');
  });

  test('hands a listener what came before it, then what comes, each once, before those who wait are told', async () => {
    const inbox = new Inbox();
    inbox.put(message('early'));
    const heard: string[] = [];
    inbox.listen(({ topic }) => heard.push(topic));
    const waiting = inbox.until(() => (heard.length === 2 ? heard.join() : undefined), never);
    inbox.put(message('late'));
    assert.equal(await waiting, 'early,late');
  });
});
