import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { stoppedBySuite } from './end.ts';
import { connectEngine } from './engine.ts';
import { EnvironmentError } from './errors.ts';
import { startTarget } from './start-target.ts';
import type { StartedTarget } from './target.ts';
import { loadTarget } from './target-file.ts';

const image = 'local/base:latest';
const required = process.env['CONFORMANCE_REQUIRE_DOCKER'] === '1';
const engine = await connectEngine().catch((error: unknown) => {
  if (required) throw error;
});
const there = await engine?.client.image.exists(engine.testcontainers.ImageName.fromString(image));
const skip = required || there === true ? false : `no Docker engine answers, or the image ${image} is not there`;

const folder = mkdtempSync(join(tmpdir(), 'target-restart-'));
after(() => rmSync(folder, { recursive: true }));

/** A server that says which start of it this is, by a file that it leaves behind, and how it was asked to end. */
const program = (file: string, last: number): string => `
  const { appendFileSync, readFileSync } = require('node:fs');
  appendFileSync('${file}', 'x');
  const start = readFileSync('${file}').length;
  if (start > ${last}) { console.log('refuses to start'); process.exit(7); }
  console.log('start ' + start);
  process.on('SIGTERM', () => { appendFileSync('${file}.asked', 'x'); process.exit(0); });
  require('node:net').createServer().listen(Number(process.argv[1]), process.argv[2]);
`;

async function start(content: object): Promise<StartedTarget> {
  const file = join(folder, 'acme.json');
  writeFileSync(file, JSON.stringify({ name: 'Acme', role: 'server', ...content }));
  return startTarget(await loadTarget(file));
}

const asProcess = (file: string, last = 9): Promise<StartedTarget> =>
  start({ process: { command: ['node', '-e', program(file, last), '{port}', '{host}'] } });

async function accepts({ host, port }: StartedTarget): Promise<boolean> {
  const socket = connect({ host, port });
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

describe('a server that is started again', { timeout: 60_000 }, () => {
  test('is asked to end first, is reached where it listens then, and is gone in the end', async () => {
    const file = join(folder, 'asked');
    const started = await asProcess(file);
    const [output, end] = [started.output(), started.end];
    await started.restart?.('SIGTERM');
    assert.equal(await end, stoppedBySuite);
    assert.ok(existsSync(`${file}.asked`));
    assert.deepEqual([output, started.output()], [['start 1'], ['start 2']]);
    assert.equal(started.ended(), undefined);
    assert.ok(await accepts(started));
    await started.stop();
    assert.equal(await accepts(started), false);
  });

  test('is killed where that is wanted', async () => {
    const file = join(folder, 'killed');
    const started = await asProcess(file);
    await started.restart?.('SIGKILL');
    assert.ok(!existsSync(`${file}.asked`));
    assert.ok(await accepts(started));
    await started.stop();
  });

  test('and does not start leaves nothing behind, and says how that was', async () => {
    const started = await asProcess(join(folder, 'refuses'), 1);
    const error = await Promise.resolve(started.restart?.('SIGTERM')).catch((reason: unknown) => reason);
    assert.ok(error instanceof EnvironmentError);
    assert.match(error.message, /it ended before it was ready: exited with code 7/);
    assert.match(error.message, /refuses to start/);
    assert.notEqual(started.ended(), undefined);
    await started.stop();
  });

  test('is none that has an address', async () => {
    const running = await asProcess(join(folder, 'address'));
    const started = await start({ address: `mqtt://127.0.0.1:${running.port}` });
    assert.ok(!('restart' in started));
    await running.stop();
  });

  test('in a container finds that as it was left', { skip }, async () => {
    const command = ['node', '-e', program('/tmp/starts', 9), '1883', '0.0.0.0'];
    const started = await start({ container: { image, command, port: 1883 } });
    try {
      const before = started.output();
      await started.restart?.('SIGTERM');
      await started.restart?.('SIGKILL');
      assert.deepEqual([before, started.output()], [['start 1'], ['start 3']]);
      assert.equal(started.ended(), undefined);
      assert.ok(await accepts(started));
    } finally {
      await started.stop();
    }
    assert.equal(await accepts(started), false);
  });
});
