import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Access, type Credentials, credentialsOf, secretsIn, type Wrong, wrongCredentials } from './credentials.ts';
import type { Identity } from './target.ts';

const start = { kind: 'address', protocol: 'mqtt', host: 'h', port: 1 } as const;
const clientId = '{productKey}.{deviceName}';
const dev01: Identity = { productKey: 'a1PkTest01', deviceName: 'dev01', deviceSecret: 'secret01' };
const dev02: Identity = { productKey: 'a1PkTest01', deviceName: 'dev02', deviceSecret: 'secret02' };
const signed: Access = { start, clientId, auth: { kind: 'aliyun-hmac', signMethod: 'hmacsha256', timestamp: '2524608000000' } };
const common: Access = {
  start,
  clientId,
  auth: { kind: 'password', username: '{deviceName}&{productKey}', password: 'p-{deviceName}' },
};
const vector = '0FDA385BCFFDC666B797317C5004D39EEDE85EFCFD5CE7D03A580EDB6F06930E';

describe('the credentials of a device', () => {
  test('are its client id alone where the target file says nothing', () => {
    const short = [dev01, { ...dev01, productKey: 'a1PkTest02' }, { ...dev01, deviceName: 'a-b_c@d:e.f'.repeat(2) }].map(
      (device) => credentialsOf({ start }, device).clientId,
    );
    for (const clientId of short) assert.match(clientId, /^[A-Za-z0-9]{1,23}$/);
    assert.equal(new Set(short).size, 3);
    assert.deepEqual(credentialsOf({ start, clientId: 'x-{deviceName}-{{y}}' }, dev01), { clientId: 'x-dev01-{y}' });
  });

  test('are those of all devices, or its own', () => {
    assert.deepEqual(credentialsOf(common, dev01), {
      clientId: 'a1PkTest01.dev01',
      username: 'dev01&a1PkTest01',
      password: 'p-dev01',
    });
    const { username, password } = credentialsOf(common, { ...dev01, username: 'u', password: '{deviceSecret}!' });
    assert.deepEqual([username, password], ['u', 'secret01!']);
  });

  test('are signed as the test vector of the platform says, with the secure mode of the transport', () => {
    assert.deepEqual(credentialsOf(signed, dev01), {
      clientId: 'a1PkTest01.dev01|securemode=3,signmethod=hmacsha256,timestamp=2524608000000|',
      username: 'dev01&a1PkTest01',
      password: vector,
    });
    const overTls = credentialsOf({ ...signed, tls: { selfSigned: false } }, dev01);
    assert.match(overTls.clientId, /\|securemode=2,/);
    assert.equal(overTls.password, vector);
    const mqtts = credentialsOf({ ...signed, start: { ...start, protocol: 'mqtts' } }, dev01);
    assert.match(mqtts.clientId, /\|securemode=2,/);
    const unstamped = credentialsOf({ ...signed, auth: { kind: 'aliyun-hmac', signMethod: 'hmacmd5' } }, dev01);
    assert.match(unstamped.clientId, /\|securemode=3,signmethod=hmacmd5\|$/);
    assert.match(unstamped.password ?? '', /^[0-9A-F]{32}$/);
  });

  test('hold what no report may show', () => {
    assert.deepEqual(secretsIn(signed, [dev01]), [vector, vector.toLowerCase()]);
    assert.ok(secretsIn(common, [dev01]).includes('p-dev01'));
    assert.ok(secretsIn(common, [dev01]).includes('p-'));
  });
});

describe('an unauthenticated device', () => {
  const of = (access: Access, wrong: Wrong): Partial<Credentials> => {
    const device = wrongCredentials({ ...access, onlyThese: true }, dev01, dev02, wrong);
    return 'credentials' in device ? device.credentials : {};
  };
  const reason = (access: Access, wrong: Wrong, other: Identity | 'none' = dev02, onlyThese = true): string => {
    const device = wrongCredentials({ ...access, onlyThese }, dev01, other === 'none' ? undefined : other, wrong);
    return 'impossible' in device ? device.impossible : 'it is possible';
  };

  test('differs from the device in what is wrong, and in nothing else', () => {
    const right = credentialsOf(common, dev01);
    assert.deepEqual(of(common, 'a wrong password'), { ...right, password: 'unknown-password' });
    assert.equal(of(common, 'the right password and one more character').password, `${right.password}0`);
    assert.equal(of(common, 'the right password without its last character').password, right.password?.slice(0, -1));
    assert.deepEqual(of(common, 'no password'), { clientId: right.clientId, username: right.username });
    assert.deepEqual(of(common, 'no user name and no password'), { clientId: right.clientId });
    assert.deepEqual(of(common, 'an unknown user name'), { ...right, username: 'unknown-user' });
    assert.deepEqual(of(common, "another device's password"), { ...right, password: 'p-dev02' });
  });

  test('signs with a secret that is not the device’s', () => {
    const right = credentialsOf(signed, dev01);
    const wrong = of(signed, 'a wrong password');
    assert.equal(wrong.password?.length, vector.length);
    assert.notEqual(wrong.password, vector);
    assert.deepEqual({ ...wrong, password: '' }, { ...right, password: '' });
    const unknown = of(signed, 'an unknown user name');
    assert.equal(unknown.username, 'unknown-device&a1PkTest01');
  });

  test('does not exist where nothing is known to be wrong', () => {
    assert.match(reason({ start, clientId }, 'a wrong password'), /no user name/);
    assert.match(reason({ start, clientId, auth: { kind: 'password', username: 'u' } }, 'no password'), /no password/);
    assert.match(reason(common, 'an unknown user name', dev02, false), /any user name/);
    const same: Access = { start, clientId, auth: { kind: 'password', username: '{deviceName}', password: 'same' } };
    assert.match(reason(same, "another device's password"), /the same password/);
    assert.match(reason(common, "another device's password", 'none'), /no other device/);
  });
});
