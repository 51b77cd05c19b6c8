import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type End, endedByItself, exitedWith } from '../harness/implementation/end.ts';
import type { Target } from '../harness/implementation/target.ts';
import type { ClientRun } from '../harness/platform/client-run.ts';
import { playedRequest, reported } from '../testing/client-starts.ts';
import { fail, say } from '../testing/fake-world.ts';
import { client, type Deeds, formula, report, server, world } from '../testing/made-up-clients.ts';

describe('the client exits or gets its time', () => {
  const sentence = 'the client exits or gets its time';
  const judge = (deeds: Deeds, own: Partial<Target> = {}, beside?: ClientRun) =>
    world('client-outlives-malformed', [client({ ...server, ...deeds })], own, () => beside ?? client());

  test('either is enough', async () => {
    await say(judge({ rest: { ended: exitedWith(1), overdue: true } }), sentence);
    await say(judge({ reports: [report(formula)], rest: { overdue: true } }), sentence);
    await say(judge({}), sentence);
    await say(judge({ sent: false, reports: [report(formula)] }), sentence);
  });

  test('neither is a client that hangs, where it exits after a valid response', async () => {
    const { likely, cause } = await fail(judge({ rest: { overdue: true } }), sentence);
    assert.match(likely ?? '', /hangs/);
    assert.equal(cause, 'silence');
    assert.deepEqual((await fail(judge({ sent: false }), sentence)).cause, 'silence');
    await fail(judge({ publish: { topic: 'x' }, reports: [report(formula)] }), sentence);
  });

  test('a client that hung in a short start is started for its whole time once, and judged by that', async () => {
    const short = (): ClientRun => Object.assign(client({ ...server, rest: { overdue: true } }), { hurriedMs: 320 });
    const late = world('client-outlives-malformed', [short()], {}, () => client({ ...server, reports: [report(formula)] }));
    await say(late, sentence);
    assert.deepEqual(
      late.scenes.map(({ unhurried }) => unhurried),
      [true],
    );
    const stuck = world('client-outlives-malformed', [short()], { sync: { kind: 'every', intervalMs: 1 } }, () =>
      client({ ...server, rest: { overdue: true } }),
    );
    assert.match((await fail(stuck, sentence)).received, /within 15 ms/);
    stuck.client.clientRuns.splice(0, 1, short());
    assert.match((await fail(stuck, sentence)).received, /within 320 ms/);
    assert.equal(stuck.scenes.length, 1);
  });

  test('a client that asks again has to, also where it took the valid response to the same request', async () => {
    const every = { sync: { kind: 'every', intervalMs: 500 } } as const;
    const stuck = client({ ...server, reports: [report(formula)], rest: { overdue: true } });
    const usual = client({ ...server });
    const never = (times: number) =>
      world('client-outlives-malformed', [stuck], every, () => {
        for (let more = usual.requests.length; more < times; more += 1) usual.requests.push(playedRequest(usual, server));
        return usual;
      });
    assert.equal(await say(never(1), sentence), 'skipped');
    assert.equal((await fail(never(2), sentence)).likely, 'the client never asks again');
    const again = client({ ...server, reports: [report(formula), report(formula, 220)] });
    again.requests.push(playedRequest(again, { ...server, asked: 200, answered: 210 }));
    await say(world('client-outlives-malformed', [again], every), sentence);
  });

  test('a client that stays after a valid response and never asks again is not judged', async () => {
    const stays = client({ ...server, reports: [report(formula)] });
    assert.equal(await say(judge({ rest: { overdue: true } }, {}, stays), sentence), 'skipped');
    const told = { sync: { kind: 'stdin', text: 'go' } } as const;
    await fail(judge({ rest: { overdue: true } }, told, stays), sentence);
  });
});
describe('every time that the client reports is the right one', () => {
  const sentence = 'every time that the client reports is the right one';
  /** Two requests; the responses to both come when the second one is there. */
  const judge = (first: number, second: number) => {
    const clientRun = client({ ...server, answered: 215, reports: [reported(first, 216), reported(second, 226)] });
    clientRun.requests.push(playedRequest(clientRun, { ...server, asked: 200, answered: 225 }));
    return world('client-no-made-up-time', [clientRun]);
  };
  const sum = server.serverRecvTime + server.serverSendTime;
  const [late, prompt] = [(sum + 115) / 2, (sum + 25) / 2];

  test('also where its response comes after the next request', async () => {
    await say(judge(late, prompt), sentence);
  });

  test('and not one that no new response gives', async () => {
    await fail(judge(late + 60, prompt), sentence);
    await fail(judge(late, late + 60), sentence);
  });
});
describe('the client is not killed by a signal', () => {
  const sentence = 'the client is not killed by a signal';
  const judge = (ended: End) => world('client-survives-malformed', [client({ ...server, rest: { ended } })]);

  test('by itself it may exit', async () => {
    await say(judge(exitedWith(1)), sentence);
    for (const ended of [endedByItself('killed by SIGSEGV', true), exitedWith(134)])
      assert.equal((await fail(judge(ended), sentence)).received, `the client ${ended.words}`);
  });
});
