import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IConnectPacket } from 'mqtt-packet';
import { sign } from '../implementation/hmac.ts';
import { conceal } from '../text/secrets.ts';
import { learnConnect } from './connect-secrets.ts';

const identity = { productKey: 'a1NtpSuite1', deviceName: 'probe', deviceSecret: 'secret0123' };
const attributes = 'timestamp=2524608000000,_ss=1,_v=sdk-c-4.2.0,securemode=3,signmethod=hmacsha256,ext=3';
const clientId = `a1NtpSuite1.probe|${attributes}|`;

/** What a text becomes once a CONNECT was seen. */
function shown(text: string, packet: Partial<IConnectPacket>, known = true): string {
  const target = { secrets: [] };
  learnConnect({ cmd: 'connect', clientId, ...packet } as IConnectPacket, known ? identity : undefined, target);
  return conceal(text, target.secrets);
}

test('a password is hidden, and a name in its place is not', () => {
  assert.equal(shown('with pass12', { password: Buffer.from('pass12') }), 'with (secret)');
  assert.equal(shown('it is pass', { password: Buffer.from('pass') }), 'it is pass');
  assert.equal(shown('probe&a1NtpSuite1', { password: Buffer.from('probe&a1NtpSuite1') }), 'probe&a1NtpSuite1');
});

test('a signature is hidden that the device may have made, wherever it stands', () => {
  for (const method of ['hmacmd5', 'hmacsha1', 'hmacsha256'] as const) {
    const mac = sign({ ...identity, clientId: 'a1NtpSuite1.probe', method, timestamp: '2524608000000' });
    assert.equal(shown(`${mac} ${mac.toLowerCase()}`, {}), '(secret) (secret)');
    assert.equal(shown(mac, {}, false), mac);
  }
});

test('what looks like a signature is hidden in the user name and among the attributes of the client id', () => {
  const mac = 'a0'.repeat(16);
  assert.equal(shown(mac, { username: mac }), '(secret)');
  assert.equal(shown(`x|sign=${mac}|`, { clientId: `x|sign=${mac}|` }), 'x|sign=(secret)|');
  assert.equal(shown(mac, { clientId: `${mac}|_ss=1|` }), mac);
});

test('what is no secret of a client id stays', () => {
  assert.equal(shown(clientId, { password: Buffer.from('a0'.repeat(32)), username: 'probe&a1NtpSuite1' }), clientId);
});
