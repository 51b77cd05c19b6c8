import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isResponseTopic } from './ntp-topics.ts';

test('only the response topic of a device is one, and nothing that looks like it', () => {
  assert.equal(isResponseTopic('/ext/ntp/pk/dev/response'), true);
  for (const topic of [
    '/ext/ntp/pk/dev/request',
    '/ext/ntp/pk/dev/response/',
    '/x/ext/ntp/pk/dev/response',
    '/ext/ntp/pk/a/b/response',
    '/ext/ntp//dev/response',
    '/sys/pk/dev/thing/service/property/set',
    '/ota/device/upgrade/pk/dev',
  ])
    assert.equal(isResponseTopic(topic), false, topic);
});
