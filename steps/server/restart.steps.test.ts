import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnvironmentError } from '../harness/implementation/errors.ts';
import { StartError } from '../harness/implementation/start-failure.ts';
import { FakeWorld, fail, say } from '../testing/fake-world.ts';

const sentence = 'the server is ended by SIGKILL and started again';
const restarting = (staysEnded: Error): FakeWorld => new FakeWorld('server-comes-back', { restarts: [], staysEnded });
const locked = { tried: 'node server.js', seen: 'it ended: exited with code 1', advice: 'Run it by hand.' };

test('a server that does not start again is failed by what was seen of it', async () => {
  const failing = async (output: readonly string[]) => fail(restarting(new StartError('', { ...locked, output })), sentence);
  const { received, likely } = await failing(['begins', 'server.pid is there']);
  assert.equal(
    received,
    'it did not start a second time. tried: node server.js; seen: it ended: exited with code 1; begins; server.pid is there',
  );
  assert.match(likely ?? '', /a lock file/);
  const silent = await failing([]);
  assert.match(silent.received, /code 1; it printed nothing$/);
  assert.equal(silent.likely, undefined);
  assert.match(
    (await fail(restarting(new EnvironmentError('the engine is gone')), sentence)).received,
    /seen: the engine is gone$/,
  );
});

test('a mistake of the suite fails no server', async () => {
  await assert.rejects(async () => say(restarting(new TypeError('a bug')), sentence), /a bug/);
});
