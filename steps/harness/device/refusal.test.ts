import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Packet } from 'mqtt-packet';
import { Refusals } from './refusal.ts';

const connack = (code: number): Packet => ({ cmd: 'connack', sessionPresent: false, reasonCode: code });

/** What of the set-up is the cause after these packets, each on the connection of a client id. */
function causeOf(...seen: readonly (readonly [clientId: string, packet: Packet])[]): string | undefined {
  const refusals = new Refusals();
  for (const [clientId, packet] of seen) refusals.see(packet, clientId);
  return refusals.ofSetUp?.member;
}

test('a limit that the server names is the set-up, and so is "unavailable" after it accepted others', () => {
  for (const code of [0x96, 0x97, 0x9f]) {
    assert.equal(causeOf(['a', connack(code)]), 'limits');
    assert.equal(causeOf(['a', { cmd: 'disconnect', reasonCode: code }]), 'limits');
  }
  assert.equal(causeOf(['a', connack(3)]), undefined);
  assert.equal(causeOf(['a', connack(0)], ['b', connack(3)]), 'limits');
});

test('a client id is unsuitable where the server has never accepted it', () => {
  assert.equal(causeOf(['long', connack(2)]), 'clientId');
  assert.equal(causeOf(['a', connack(0)], ['long', connack(0x85)]), 'clientId');
  assert.equal(causeOf(['a', connack(0)], ['a', connack(2)]), undefined);
});

test('credentials, and what is not refused, are not', () => {
  assert.equal(causeOf(['a', connack(5)]), undefined);
  assert.equal(causeOf(['a', { cmd: 'disconnect', reasonCode: 0 }], ['a', { cmd: 'pingresp' }]), undefined);
});

test('each scenario has refusals of its own', () => {
  const refusals = new Refusals();
  refusals.see(connack(0x97), 'a');
  refusals.begin();
  assert.deepEqual([refusals.ofSetUp, refusals.latest], [undefined, undefined]);
});
