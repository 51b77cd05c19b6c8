import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { framesOf, traceOf } from '../../testing/made-up-frames.ts';
import { type ReadPacket, readPackets } from '../../testing/read-capture.ts';
import { CaptureFile } from './capture-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'capture-'));
after(() => rmSync(folder, { recursive: true }));

const secrets = ['s3cret'];
const server = { role: 'server', secrets, mqttVersion: '3.1.1' } as const;
const client = { ...server, role: 'client' } as const;

const connect = {
  cmd: 'connect',
  clientId: 'probe',
  username: 'u',
  password: Buffer.from('pw'),
  protocolVersion: 4,
  protocolId: 'MQTT',
};
const publish = { cmd: 'publish', topic: '/ext/ntp/pk/dn/response', qos: 0, dup: false, retain: false } as const;

const exchange = () =>
  framesOf(
    ['sent', connect],
    ['received', { cmd: 'connack', returnCode: 0, sessionPresent: false }],
    ['sent', { ...publish, topic: '/ext/ntp/pk/dn/request', payload: 'ask' }],
    ['received', { ...publish, payload: 'first' }],
    ['received', { ...publish, payload: 'second' }],
  );

function written(file: CaptureFile): ReadPacket[] {
  file.close();
  assert.equal(file.lost, undefined);
  return file.path === undefined ? [] : readPackets(readFileSync(file.path));
}

let files = 0;
const newFile = (target: typeof server | typeof client = server, all = false): CaptureFile => {
  files += 1;
  return new CaptureFile(join(folder, `${files}.pcapng`), target, all);
};

describe('the capture of a run', () => {
  test('has the packets of a server on one stream, and names the scenario of each', () => {
    const file = newFile();
    assert.equal(file.path, undefined);
    assert.deepEqual(file.take('id · title', [traceOf(...exchange())]), { file: 'exchange.pcapng', frame: 5 });
    const packets = written(file);
    const [there, back] = ['192.0.2.1:49152 > 198.51.100.1:1883', '198.51.100.1:1883 > 192.0.2.1:49152'];
    assert.deepEqual(
      packets.map(({ way }) => way),
      [there, back, there, back, back],
    );
    assert.deepEqual(
      packets.map(({ flags }) => flags),
      [2, 1, 2, 1, 1],
    );
    assert.deepEqual(
      packets.map(({ us }) => us - 1_571_724_098_000_000),
      [0, 1000, 2000, 3000, 4000],
    );
    const [first, second] = packets;
    assert.equal(first?.comment, 'id · title · device · encoded again, with its secrets hidden');
    assert.equal(second?.comment, 'id · title · device');
    assert.ok(first?.payload.includes('(secret)') && !first.payload.includes('pw'));
    assert.equal(second.acknowledged, 1 + first.payload.length);
  });

  test('takes what a client sends for what the device sends', () => {
    const file = newFile(client);
    file.take('s', [traceOf(...framesOf(['received', connect]))]);
    assert.deepEqual(
      written(file).map(({ way, flags }) => [way, flags]),
      [['192.0.2.1:49152 > 198.51.100.1:1883', 1]],
    );
  });

  test('finds the message at fault', () => {
    const file = newFile();
    const frames = exchange();
    const packet = frames[3]?.packet;
    assert.ok(packet?.cmd === 'publish' && typeof packet.payload !== 'string');
    assert.equal(file.take('s', [traceOf(...frames)], { payload: packet.payload })?.frame, 4);
    assert.equal(file.take('s', [traceOf(...frames)], { payload: Buffer.from('first') })?.frame, 5);
  });

  test('keeps each packet once, in order of time, and connections apart', () => {
    const file = newFile();
    const [one, other] = [exchange(), exchange()];
    file.take('first', [traceOf(...one), traceOf(...one.slice(0, 2))]);
    file.take('second', [traceOf(...one, ...other)]);
    const packets = written(file);
    assert.deepEqual(
      packets.map(({ comment }) => comment.split(' ')[0]),
      [...'first '.repeat(5).trim().split(' '), ...'second '.repeat(5).trim().split(' ')],
    );
    assert.equal(new Set(packets.map(({ way }) => way.replaceAll(/198\S*| > /g, ''))).size, 2);
  });

  test('is there with all packets even where there are none, and otherwise only with a packet', () => {
    const [all, failures] = [newFile(server, true), newFile()];
    assert.equal(all.take('s', [traceOf()]), undefined);
    assert.equal(failures.take('s', [traceOf()]), undefined);
    assert.deepEqual([written(all), written(failures)], [[], []]);
    assert.ok(all.path !== undefined && existsSync(all.path));
    assert.equal(failures.path, undefined);
  });

  test('hides a secret in a long packet, which takes several segments', () => {
    const file = newFile();
    const payload = `${'x'.repeat(100_000)}s3cret`;
    assert.equal(file.take('s', [traceOf(...framesOf(['received', { ...publish, payload }]))])?.frame, 2);
    const packets = written(file);
    const bytes = Buffer.concat(packets.map((packet) => packet.payload)).toString();
    assert.ok(bytes.endsWith('x(secret)') && bytes.length > 100_000);
    assert.match(packets[1]?.comment ?? '', /part 2 of 2$/);
  });

  test('that cannot be written says so, and no frame is named', () => {
    const file = new CaptureFile(join(folder, 'none', 'x.pcapng'), server, false);
    assert.equal(file.take('s', [traceOf(...exchange())]), undefined);
    assert.match(file.lost?.message ?? '', /ENOENT/);
    file.close();
  });

  test('takes nothing once it is closed', () => {
    const file = newFile(server, true);
    file.close();
    assert.equal(file.take('s', [traceOf(...exchange())]), undefined);
    assert.deepEqual(written(file), []);
  });

  test('is read by tshark', { skip: !hasTshark() && 'no tshark' }, () => {
    const file = newFile();
    file.take('id · title', [traceOf(...exchange())]);
    file.close();
    const fields = ['_ws.col.Protocol', 'tcp.stream', 'mqtt.topic', 'frame.comment'].flatMap((name) => ['-e', name]);
    const text = execFileSync('tshark', ['-r', file.path ?? '', '-d', 'tcp.port==1883,mqtt', '-T', 'fields', ...fields], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const lines = text.trimEnd().split('\n');
    assert.equal(lines.length, 5);
    assert.equal(lines[3], 'MQTT\t0\t/ext/ntp/pk/dn/response\tid · title · device');
  });
});

function hasTshark(): boolean {
  try {
    execFileSync('tshark', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
