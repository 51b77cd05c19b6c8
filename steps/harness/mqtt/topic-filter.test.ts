import assert from 'node:assert/strict';
import test from 'node:test';
import { covers, filterFault, topicFault } from './topic-filter.ts';

test('a filter covers what MQTT says that it covers', () => {
  const topic = '/ext/ntp/a1b2/probe/response';
  for (const filter of [topic, '#', '/#', '/ext/ntp/+/+/response', '+/ext/ntp/a1b2/probe/+', `${topic}/#`]) {
    assert.equal(covers(filter, topic), true, filter);
  }
  for (const filter of [
    '+',
    '/ext/ntp/+/response',
    topic.slice(1),
    `${topic}/`,
    `${topic}/+`,
    '/ext/ntp/A1B2/probe/response',
    '',
  ]) {
    assert.equal(covers(filter, topic), false, filter);
  }
  assert.equal(covers('#', '$SYS/uptime'), false);
  assert.equal(covers('$SYS/#', '$SYS/uptime'), true);
});

test('invalid filters and topics are told in words', () => {
  for (const filter of ['', 'a/#/b', 'a+/b', 'a/b#', 'a\0']) assert.match(filterFault(filter) ?? '', /^an? /, filter);
  for (const filter of ['#', '+', '+/+', 'a/+/b/#', '/']) assert.equal(filterFault(filter), undefined, filter);
  for (const topic of ['', 'a/+', '#', 'a\0b']) assert.match(topicFault(topic) ?? '', /^a PUBLISH /, topic);
  assert.equal(topicFault('/ext/ntp/a/b@c:d.e/request'), undefined);
});
