import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listeningSockets, whyUnreached } from './listening-sockets.ts';

const row = (local: string, state = '0A'): string =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 41265 1 0000000000000000 100 0 0 10 0`;
const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const seen = (port: number, ...rows: string[]) => whyUnreached(listeningSockets([head, ...rows].join('\n')), port);

test('a server that is reached from within its container only is told to listen on every address', () => {
  const four = seen(1883, row('0100007F:075B'), row('0100007F:9C40', '01'));
  assert.deepEqual(four, {
    seen: 'inside the container it listens on 127.0.0.1:1883 only',
    advice: 'Let it listen on 0.0.0.0: 127.0.0.1 is reached from within the container only.',
  });
  assert.match(seen(1883, row('00000000000000000000000001000000:075B'))?.seen ?? '', /on ::1:1883 only$/);
});

test('a server on another port is told which', () => {
  assert.match(seen(8883, row('00000000:075B'))?.seen ?? '', /^inside the container it listens on 0\.0\.0\.0:1883$/);
  assert.match(seen(8883)?.seen ?? '', /^nothing listens/);
});

test('a server that listens where it should is not told anything', () => {
  assert.equal(seen(1883, row('00000000:075B')), undefined);
  assert.equal(seen(1883, row('0100007F:075B'), row('00000000000000000000000000000000:075B')), undefined);
  assert.equal(seen(1883, row('020011AC:075B')), undefined);
});
