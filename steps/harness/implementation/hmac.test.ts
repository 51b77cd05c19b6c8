import assert from 'node:assert/strict';
import test from 'node:test';
import type { IConnectPacket } from 'mqtt-packet';
import { parseMqttClientId, sign, signatureFaults } from './hmac.ts';
import type { SignMethod } from './target.ts';

const identity = { productKey: 'a1PkTest01', deviceName: 'dev01', deviceSecret: 'secret01' };
const signed = { ...identity, clientId: 'a1PkTest01.dev01', timestamp: '2524608000000', method: 'hmacsha256' as SignMethod };
const vector = '0FDA385BCFFDC666B797317C5004D39EEDE85EFCFD5CE7D03A580EDB6F06930E';

function connect(
  attributes: string,
  password: string | undefined,
  username: string | undefined = 'dev01&a1PkTest01',
): IConnectPacket {
  return {
    cmd: 'connect',
    clientId: `a1PkTest01.dev01|${attributes}|`,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: Buffer.from(password) }),
  };
}

test('signs as the test vector of the platform says', () => {
  assert.equal(sign(signed), vector);
});

test('takes an MQTT client id apart, whatever the order of its attributes', () => {
  const parsed = parseMqttClientId('cid.1|timestamp=5,_ss=1,signmethod=hmacsha1,securemode=2|');
  assert.equal(parsed?.clientId, 'cid.1');
  assert.deepEqual(
    [...(parsed?.attributes ?? [])],
    [
      ['timestamp', '5'],
      ['_ss', '1'],
      ['signmethod', 'hmacsha1'],
      ['securemode', '2'],
    ],
  );
  for (const plain of ['', 'device-1', 'cid|securemode=3', 'cid|a=1|b=2|']) assert.equal(parseMqttClientId(plain), undefined);
});

test('finds no fault in a right signature, in either case of its digits and with each method', () => {
  const attributes = 'timestamp=2524608000000,_ss=1,signmethod=hmacsha256,securemode=3';
  assert.deepEqual(signatureFaults(connect(attributes, vector), identity, 'tcp'), []);
  assert.deepEqual(signatureFaults(connect(attributes, vector.toLowerCase()), identity), []);
  for (const method of ['hmacmd5', 'hmacsha1', 'hmacsha256'] as const) {
    const { timestamp: _, ...unstamped } = signed;
    assert.deepEqual(
      signatureFaults(connect(`securemode=2,signmethod=${method}`, sign({ ...unstamped, method })), identity, 'tls'),
      [],
    );
  }
});

test('says what is wrong, and never gives a secret away', () => {
  const { timestamp: _, ...unstamped } = signed;
  const good = 'securemode=3,signmethod=hmacsha256,timestamp=2524608000000';
  const cases: [IConnectPacket, RegExp][] = [
    [connect(good, undefined), /no password/],
    [connect(good, 'secret01'), /other characters/],
    [connect(good, vector.slice(0, 40)), /has 40 .* as many as hmacsha1 gives; hmacsha256 gives 64/],
    [connect(good, sign(unstamped)), /signs no timestamp/],
    [connect(good, sign({ ...signed, clientId: `a1PkTest01.dev01|${good}|` })), /whole MQTT client id/],
    [connect(good, sign({ ...signed, productKey: 'dev01', deviceName: 'a1PkTest01' })), /the other way round/],
    [connect(good, sign({ ...signed, deviceSecret: 'another' })), /is not the hmacsha256 of .* and timestamp/],
    [connect(good, vector, 'secret01'), /the user name is "\(the device secret\)"; it must be "dev01&a1PkTest01"/],
    [{ ...connect(good, vector), clientId: 'dev01' }, /the MQTT client id is "dev01"/],
    [connect('signmethod=hmacsha256,timestamp=2524608000000', vector), /no securemode/],
    [connect('securemode=3,timestamp=1', vector), /no signmethod/],
    [connect('securemode=3,signmethod=sha256', vector), /signmethod is "sha256"/],
    [connect('securemode=9,signmethod=hmacsha256,timestamp=2524608000000', vector), /securemode is "9"/],
    [connect('securemode=2,signmethod=hmacsha256,timestamp=2524608000000', vector), /must be 3/],
  ];
  for (const [packet, expected] of cases) {
    const faults = signatureFaults(packet, identity, 'tcp');
    assert.equal(faults.length, 1, faults.join('; '));
    assert.match(faults[0] ?? '', expected);
    assert.doesNotMatch(faults[0] ?? '', /secret01|0FDA385B/i);
  }
  const { username: _user, ...anonymous } = connect(good, vector);
  assert.match(signatureFaults(anonymous, identity).join(), /there is no user name/);
});

test('cannot check a device without a secret', () => {
  assert.throws(() => signatureFaults(connect('', ''), { productKey: 'a', deviceName: 'b' }), TypeError);
});
