import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownDevices } from './known-devices.ts';

const devices = [{ productKey: 'a1PkTest01', deviceName: 'dev01' }] as const;
const productKey = 'a1PkTest01';

test('makes up names that exist at the server', () => {
  const of = (deviceNames: string): (string | undefined)[] => {
    const known = new KnownDevices({ devices, onlyThese: false, deviceNames });
    return [known.sibling, known.third, known.several(2)[1]].map((device) => device?.deviceName);
  };
  assert.deepEqual(of('^[a-z0-9-]+$'), ['probe-2', 'probe-3', 'probe-10000001']);
  assert.deepEqual(of('^[a-z0-9]+$'), ['probe2', 'probe3', 'probe10000001']);
  assert.deepEqual(of('^[0-9]{8}$'), ['10000002', '10000003', '20000001']);
  assert.deepEqual(of('^dev01$'), [undefined, undefined, undefined]);
});

test('knows no device whose name does not exist there, and says why', () => {
  const known = new KnownDevices({ devices, onlyThese: false, deviceNames: '^[a-z0-9-]+$' });
  assert.deepEqual(known.known({ productKey, deviceName: 'a-b' }), { productKey, deviceName: 'a-b' });
  assert.equal(known.known({ productKey, deviceName: 'a.b' }), undefined);
  assert.match(known.whyUnknown('a1/a.b'), /no device named a\.b exists there: deviceNames is \^\[a-z0-9-\]\+\$/);
  assert.match(new KnownDevices({ devices, onlyThese: true }).whyUnknown('a1/a.b'), /onlyThese/);
});
