import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Packet } from 'mqtt-packet';
import { acknowledgementOf } from './acknowledgement.ts';

test('each packet that wants an acknowledgement gets its own, and no other packet gets one', () => {
  const published = (qos: 0 | 1 | 2): Packet => ({
    cmd: 'publish',
    topic: 't',
    payload: '',
    dup: false,
    retain: false,
    qos,
    ...(qos > 0 ? { messageId: 7 } : {}),
  });
  assert.equal(acknowledgementOf(published(0)), undefined);
  assert.deepEqual(acknowledgementOf(published(1)), { cmd: 'puback', messageId: 7 });
  assert.deepEqual(acknowledgementOf(published(2)), { cmd: 'pubrec', messageId: 7 });
  assert.deepEqual(acknowledgementOf({ cmd: 'pubrec', messageId: 7 }), { cmd: 'pubrel', messageId: 7 });
  assert.deepEqual(acknowledgementOf({ cmd: 'pubrel', messageId: 7 }), { cmd: 'pubcomp', messageId: 7 });
  assert.equal(acknowledgementOf({ cmd: 'puback', messageId: 7 }), undefined);
  assert.equal(acknowledgementOf({ cmd: 'suback', messageId: 7, granted: [0] }), undefined);
});
