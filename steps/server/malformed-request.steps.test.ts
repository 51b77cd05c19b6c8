import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answers, FakeWorld, fail, right, say } from '../testing/fake-world.ts';

const device = 'a device that hears its response topic';
const malformed = 'the device publishes a request with the payload `x`';
const serves = 'the server still serves the device, however it reacted';

type Surroundings = ConstructorParameters<typeof FakeWorld>[1];

async function after(surroundings: Surroundings, publish = malformed): Promise<FakeWorld> {
  const world = new FakeWorld('server-outlives-malformed', surroundings);
  await say(world, device);
  await say(world, publish);
  return world;
}

const nothing: Answers = () => [];

test('what the server did about a malformed request is told', async () => {
  const silent = await after({ answers: (asked) => (asked.payload === 'x' ? [] : right(asked)) });
  await say(silent, serves);
  assert.deepEqual(silent.informed, ['reaction to the malformed request: silent']);

  const answering = await after({
    answers: (asked) => (asked.payload === 'x' ? [{ payload: '{"code":400}' }] : right(asked)),
  });
  await say(answering, serves);
  assert.deepEqual(answering.informed, ['reaction to the malformed request: answered, {"code":400}']);
  assert.equal(answering.server.malformed?.request.malformed, true, 'what answers it need not echo anything');

  const wordy = await after({ answers: (asked) => (asked.payload === 'x' ? [{ payload: 'y'.repeat(300) }] : right(asked)) });
  await say(wordy, serves);
  assert.match(wordy.informed.join(), /: answered, y+… \(300 bytes\)$/);

  const closing = await after({});
  await closing.server.device.disconnect();
  await say(closing, serves);
  assert.match(closing.informed.join(), /: (answered, .*, and )?disconnected$/);
});

test('a server that ends of it is failed for that', async () => {
  const dead = await after({ answers: nothing, ended: 'exited with code 1' });
  const { received, likely } = await fail(dead, serves);
  assert.equal(received, 'no response: the server exited with code 1');
  assert.equal(likely, 'an error while the request is read ends the server');
  assert.deepEqual(dead.informed, ['reaction to the malformed request: the server exited with code 1']);
  assert.equal((await fail(await after({ answers: nothing }), serves)).likely, undefined);
});

test('a server that has fallen silent is waited for no longer than its slowest answer tells', async () => {
  const answers: Answers = (asked) => (asked.count === 1 ? right(asked) : []);
  const world = new FakeWorld('server-outlives-malformed', { answers, target: { responseDeadlineMs: 120 } });
  await say(world, device);
  await say(world, 'the device asks');
  await world.server.answer();
  const within = async (publish: string): Promise<string | undefined> => {
    await say(world, publish);
    return /within (\S+) ms/.exec((await fail(world, serves)).expected)?.[1];
  };
  const large = 'the device publishes a request with 1 KiB that are no JSON';
  assert.equal(await within(large), '124', '120 ms, and 1 for each 256 bytes');
  // 2 ms was the slowest answer
  assert.equal(await within(large), '100.5', '3 times 2 ms, but at least 100 ms, and an eighth for what it reads');
  world.serverRun.begin('another scenario');
  assert.equal(await within(large), '100.5');
});
