import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientRun, type UnnamedConnection } from '../harness/platform/client-run.ts';
import { plainSetup } from '../harness/platform/client-setup.ts';
import { silenceOf } from './client-silence.ts';

test('what is said of a client without a connection tells how far it came', () => {
  const run = new ClientRun(plainSetup('long'), { productKey: 'a1PkTest01', deviceName: 'dev01' });
  const seen = (handshake: object, ending?: object): string => {
    run.close([], 0, [{ handshake, ending } as unknown as UnnamedConnection]);
    return silenceOf(run);
  };
  assert.equal(silenceOf(run), 'no connection');
  assert.equal(seen({}), 'no connection: TCP, and no CONNECT');
  assert.equal(
    seen({}, { reason: 'the client reset the connection' }),
    'no connection: TCP, and no CONNECT (the client reset the connection)',
  );
  assert.equal(
    seen({ fault: { words: 'the client does not speak TLS' } }),
    'no connection, because TLS failed: the client does not speak TLS',
  );
});
