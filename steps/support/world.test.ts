import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EnvironmentError } from '../harness/implementation/errors.ts';
import type { Link } from '../harness/mqtt/link.ts';
import type { ClientRun } from '../harness/platform/client-run.ts';
import { origin, played, reported } from '../testing/client-starts.ts';
import { type Answers, FakeWorld, fail, failed, right, said, say } from '../testing/fake-world.ts';

const device = 'a device that hears its response topic';

describe('a server', () => {
  test('that lets no device connect is failed for that, and told how it ended', async () => {
    const refuses = 'connection refused';
    const refused = await failed(
      new FakeWorld('server-echoes-send-time', { refuses }).play({ productKey: 'a', deviceName: 'b' }),
    );
    assert.deepEqual([refused.expected, refused.received], ['the server accepts the connection of a device', refuses]);
    assert.ok(refused.needs?.includes('server-answers-request'));
    const dead = new FakeWorld('server-echoes-send-time', { refuses, ended: 'exited with code 1' });
    assert.match((await fail(dead, device)).received, /^connection refused: the server exited with code 1/);
  });

  test('that says nothing is told from one that ended, left, or answers elsewhere', async () => {
    const silence = async (surroundings: ConstructorParameters<typeof FakeWorld>[1], leave = false): Promise<string> => {
      const world = new FakeWorld('server-echoes-send-time', surroundings);
      await say(world, device);
      await say(world, 'the device asks');
      if (leave) await world.device.disconnect();
      return (await failed(world.answer())).received;
    };
    const none: Answers = () => [];
    assert.equal(await silence({ answers: none }), 'no response');
    assert.equal(await silence({ answers: none, ended: 'exited with code 1' }), 'no response: the server exited with code 1');
    assert.equal(await silence({ answers: none }, true), 'no response: closed by the suite');
    const late = { answers: none, endsLate: 'exited with code 1' };
    assert.equal(await silence(late, true), 'no response: the server exited with code 1');
    assert.equal(await silence(late), 'no response', 'whose connection is open is not asked after');
    const elsewhere: Answers = ({ echo }) => [
      said(echo, 1, 1, { topic: 'x', to: 'dn' }),
      said(echo, 1, 1, { topic: 'x', to: 'dn' }),
    ];
    assert.equal(await silence({ answers: elsewhere }), 'no response there, but a message on x');
  });

  test('that has never answered is not waited for again, except where that is judged', async () => {
    const mute = async (id: string): Promise<FakeWorld> => {
      const world = new FakeWorld(id, { answers: () => [] });
      world.requireVoice();
      await say(world, device);
      for (let scenarios = 0; scenarios < 8; scenarios += 1) {
        world.device.ask(world.device.timestamp(scenarios % 2 === 0 ? 'Long' : 'String'));
        world.serverRun.begin(`scenario ${scenarios}`);
      }
      return world;
    };
    const world = await mute('server-echoes-send-time');
    assert.deepEqual((await failed(Promise.resolve().then(() => world.requireVoice()))).needs, ['server-answers-request']);
    (await mute('server-answers-request')).requireVoice();
  });

  test('that has no connection for a device which falls silent is failed', async () => {
    const link = {} as Link;
    const world = new FakeWorld('server-outlives-lost-device');
    await world.fallSilent('half of its CONNECT', link);
    assert.deepEqual(world.serverRun.silent, [['probe-2', 'half of its CONNECT']]);
    const refusing = new FakeWorld('server-outlives-lost-device', { refuses: 'connection refused' });
    assert.equal((await failed(refusing.fallSilent('nothing', link))).received, 'connection refused');
  });

  describe('that has ended', () => {
    const id = 'server-outlives-malformed';
    const ended = 'exited with code 1';
    const blameIt = (world: FakeWorld) =>
      failed(Promise.resolve().then(() => world.fail({ expected: 'a', received: 'b', needs: [] })));

    test('is started again once it was failed for that', async () => {
      const restarts: string[] = [];
      const world = new FakeWorld(id, { ended, restarts });
      await world.revive();
      assert.deepEqual(restarts, [], 'nobody has seen it yet');
      await blameIt(world);
      await world.revive();
      assert.deepEqual(restarts, ['SIGKILL']);
      assert.equal(world.informed.length, 1);
      await world.revive();
      assert.equal(restarts.length, 1);
      await blameIt(world);
      await world.revive();
      assert.equal(restarts.length, 1, 'it runs, whatever it is failed for');
    });

    test('stays so where the suite cannot start it', async () => {
      const addressed = new FakeWorld(id, { ended });
      await blameIt(addressed);
      await addressed.revive();
      const stuck = new FakeWorld(id, { ended, restarts: [], staysEnded: new EnvironmentError('no start') });
      await blameIt(stuck);
      await stuck.revive();
      assert.deepEqual([...addressed.informed, ...stuck.informed], []);
      const broken = new FakeWorld(id, { ended, restarts: [], staysEnded: new TypeError('a mistake of the suite') });
      await blameIt(broken);
      await assert.rejects(broken.revive(), TypeError);
    });
  });

  test('leaves its packets', async () => {
    const world = new FakeWorld('server-echoes-send-time');
    world.showWire();
    assert.deepEqual(
      world.evidence.filter(({ kind }) => kind === 'trace'),
      [],
    );
    world.serverRun.note('device', 'something');
    world.showWire();
    assert.equal(world.evidence.filter(({ kind }) => kind === 'trace').length, 1);
  });
});

test('a scenario begins at its place, and leaves its exchanges', async () => {
  const world = new FakeWorld('server-echoes-send-time');
  await say(world, device);
  const kinds = (): string[] => world.evidence.map(({ kind }) => kind);
  world.showWire();
  assert.deepEqual(kinds(), []);
  await say(world, 'the device asks');
  await world.answer();
  assert.equal(world.request.place, world.requirement.scenarios[0]?.place);
  world.showWire();
  assert.deepEqual(kinds(), ['exchanges']);
});

test('a scenario of the other role leaves the server run alone: there may be none', () => {
  class Lost extends FakeWorld {
    override get serverRun(): never {
      throw new Error('no server run');
    }
  }
  assert.doesNotThrow(() => new Lost('server-echoes-send-time', { target: { role: 'client' } }));
  assert.throws(() => new Lost('server-echoes-send-time'), /no server run/);
});

test('the message at fault is shown with its exchange', async () => {
  const world = new FakeWorld('server-response-qos0', { answers: ({ echo }) => [said(echo, 1, 1, { qos: 1 })] });
  await say(world, device);
  await say(world, 'the device asks');
  const { message } = await fail(world, 'the response comes at QoS 0');
  assert.deepEqual([message?.qos, message?.exchange, message?.parts], [1, 1, ['qos']]);
});

describe('fail', () => {
  test('of a client asks for no server', async () => {
    class Lost extends FakeWorld {
      override get serverRun(): never {
        throw new Error('no server run');
      }
    }
    const world = new Lost('client-request-topic');
    assert.equal((await failed(world.perform().then(() => world.fail({ expected: 'a', received: 'b' })))).received, 'b');
  });

  test('names the requirements that it leans on, but not its own', async () => {
    const world = new FakeWorld('server-echoes-send-time');
    const lean = (needs?: string[]) =>
      failed(Promise.resolve().then(() => world.fail({ expected: 'a', received: 'b\u0007', ...(needs ? { needs } : {}) })));
    assert.deepEqual((await lean(['server-response-members', 'server-echoes-send-time'])).needs, ['server-response-members']);
    assert.equal((await lean(['server-echoes-send-time'])).needs, undefined);
    const { received, likely } = await lean();
    assert.notEqual(received, 'b\u0007');
    assert.equal(likely, undefined);
    assert.equal(world.evidence.length, 3);
  });

  test('leans on nothing for the requirement on which everything stands', async () => {
    const world = new FakeWorld('server-answers-request');
    const act = Promise.resolve().then(() => world.fail({ expected: 'a', received: 'b', needs: ['server-response-members'] }));
    assert.equal((await failed(act)).needs, undefined);
  });
});

describe("the server's clock is learnt", () => {
  const learn = async (answers: Answers, spacing = 10): Promise<FakeWorld> => {
    const world = new FakeWorld('server-calibrates', { answers, spacing });
    await world.learnServerTime();
    return world;
  };

  test('in eight exchanges where it ticks often', async () => {
    const world = await learn(right);
    assert.equal(world.device.requests.length, 8);
    assert.equal(world.step, 1);
    const { offset = 99, uncertainty = 99 } = world.serverTime ?? {};
    assert.ok(Math.abs(offset) <= 1.5 && uncertainty <= 1.5, `${offset} to within ${uncertainty}`);
    assert.equal(world.device.closed, 'closed by the suite');
  });

  test('in more where its step is to be learnt first', async () => {
    // 10 ms one after the other: the fourth stamp that is a multiple of 10 is the 31st
    const hundreds: Answers = ({ echo, count }) => {
      const time = 1_571_724_098_100 + Math.floor(count / 10) * 100;
      return [said(echo, time, time)];
    };
    const world = await learn(hundreds);
    assert.equal(world.step, 100);
    assert.equal(world.device.requests.length, 30);
  });

  test('in more where it does not tick: 40 ms from the first request to the last answer', async () => {
    // 3 ms one after the other, 2 ms each: thirteen times 3 ms and 2 ms
    assert.equal((await learn(({ echo }) => [said(echo, 1_571_724_098_111, 1_571_724_098_111)], 3)).device.requests.length, 14);
    assert.equal((await learn(right, 3)).device.requests.length, 8);
    // it is enough to see it tick twice
    const slow: Answers = ({ echo, count }) => {
      const time = 1_571_724_098_111 + Math.max(0, count - 8);
      return [said(echo, time, time)];
    };
    assert.equal((await learn(slow, 3)).device.requests.length, 10);
  });

  test('or not at all, where no stamp can be read', async () => {
    const { needs } = await failed(learn(({ echo }) => [{ payload: `{"deviceSendTime":${echo},"serverRecvTime":null}` }]));
    assert.deepEqual(needs, ['server-response-members']);
  });

  test('and is asked for only then', () => {
    assert.throws(() => new FakeWorld('server-calibrates').serverTimeAt(0), /was not learnt/);
  });
});

describe('a client', () => {
  const silent = (more: Partial<ClientRun> = {}): ClientRun => {
    const clientRun = Object.assign(played(), more);
    clientRun.requests.length = 0;
    return clientRun;
  };
  const world = (clientRun: ClientRun, id = 'client-any-offset'): FakeWorld => {
    const made = new FakeWorld(id);
    made.clientRuns.push(clientRun);
    return made;
  };

  test('that has never reported is not started again, except where that is judged or a start is there already', async () => {
    const mute = new FakeWorld('client-any-offset', { mute: true });
    const { needs, received } = await failed(mute.perform());
    assert.match(received, /not started again/);
    assert.ok(needs?.includes('client-hears-response'));
    assert.equal(mute.scenes.length, 0);
    const refused = new FakeWorld('client-any-offset', { mute: true });
    await say(refused, 'a platform that never answers');
    await refused.perform();
    const reason = new FakeWorld('client-hears-response', { mute: true });
    await reason.perform();
    const known = new FakeWorld('client-any-offset', { mute: true });
    Object.assign(known.runner, { has: () => true });
    await known.perform();
    for (const one of [refused, reason, known]) assert.equal(one.clientRuns.length, 1);
  });

  test('that never asked is told from one that reports all the same', async () => {
    const asks = (clientRun: ClientRun) => failed(Promise.resolve().then(() => world(clientRun).firstRequest()));
    assert.deepEqual((await asks(silent())).needs, ['client-request-topic']);
    const talks = silent();
    talks.reports.push(reported(origin, 1));
    assert.deepEqual((await asks(talks)).needs, ['client-request-topic', 'client-no-time-without-answer']);
  });

  test('is described by what it got to', () => {
    const texts = (clientRun: ClientRun): string => world(clientRun).silence();
    assert.equal(texts(silent()), 'no connection');
    assert.equal(texts(silent({ ended: 'exited with code 1' })), 'no connection: the client exited with code 1');
    assert.equal(texts(silent({ connections: [{}] as unknown as ClientRun['connections'] })), 'a connection and no request');
    assert.equal(texts(played()), '1 requests and no time');
    assert.equal(texts(played({ setup: { refusal: 'never answers' } })), '1 requests and no time (the platform never answers)');
    const talks = played();
    talks.reports.push(reported(origin, 1));
    assert.equal(texts(talks), '1 reports');
  });

  test('leaves the packets of each start', () => {
    const made = world(played());
    Object.assign(made.clientRun, { ended: 'exited with code 0' });
    made.showWire();
    made.clientRuns.push(played());
    made.showWire();
    const wires = made.evidence.flatMap((one) => (one.kind === 'trace' ? [one.lines] : []));
    assert.deepEqual(wires, [['· the client exited with code 0'], ['start 1', '· the client exited with code 0', 'start 2']]);
  });
});

test('what was not said yet is a fault of the feature', () => {
  const server = new FakeWorld('server-answers-request');
  assert.throws(() => server.device, /no device yet/);
  assert.throws(() => server.other, /no other device yet/);
  assert.throws(() => server.request, /nothing was asked/);
  assert.throws(() => new FakeWorld('client-any-offset').clientRun, /was not started/);
});
