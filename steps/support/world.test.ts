import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exitedWith } from '../harness/implementation/end.ts';
import { EnvironmentError } from '../harness/implementation/errors.ts';
import type { Link } from '../harness/mqtt/link.ts';
import type { ClientRun } from '../harness/platform/client-run.ts';
import { learnServerTime } from '../server/learn-server-time.ts';
import { revive } from '../server/revive-server.ts';
import { requireAnyAnswer } from '../server/server-silence.ts';
import { origin, played, reported } from '../testing/client-starts.ts';
import { type Answers, FakeWorld, fail, failed, right, said, say } from '../testing/fake-world.ts';
import { currentRun } from './current-run.ts';
import type { Mismatch } from './world.ts';

const device = 'a device that hears its response topic';

describe('a server', () => {
  test('that lets no device connect is failed for that, and told how it ended', async () => {
    const refuses = 'connection refused';
    const refused = await failed(
      new FakeWorld('server-echoes-send-time', { refuses }).server.play({ productKey: 'a', deviceName: 'b' }),
    );
    assert.deepEqual([refused.expected, refused.received], ['the server accepts the connection of a device', refuses]);
    assert.deepEqual([refused.cause, refused.mistake], ['silence', 'the server no longer serves']);
    const dead = new FakeWorld('server-echoes-send-time', { refuses, ended: 'exited with code 1' });
    assert.match((await fail(dead, device)).received, /^connection refused: the server exited with code 1/);
  });

  test('that says nothing is told from one that ended, left, or answers elsewhere', async () => {
    const silence = async (surroundings: ConstructorParameters<typeof FakeWorld>[1], leave = false): Promise<string> => {
      const world = new FakeWorld('server-echoes-send-time', surroundings);
      await say(world, device);
      await say(world, 'the device asks');
      if (leave) await world.server.device.disconnect();
      return (await failed(world.server.answer())).received;
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
    assert.equal(await silence({ answers: elsewhere }), 'no response there, but its echo came on x');
  });

  test('that has never answered is not waited for again, except where that is judged', async () => {
    const mute = async (id: string): Promise<FakeWorld> => {
      const world = new FakeWorld(id, { answers: () => [] });
      requireAnyAnswer(world, world.serverRun);
      await say(world, device);
      for (let scenarios = 0; scenarios < 8; scenarios += 1) {
        world.server.device.ask(world.server.device.timestamp(scenarios % 2 === 0 ? 'Long' : 'String'));
        world.serverRun.begin(`scenario ${scenarios}`);
      }
      return world;
    };
    const world = await mute('server-echoes-send-time');
    assert.deepEqual((await failed(Promise.resolve().then(() => requireAnyAnswer(world, world.serverRun)))).cause, 'silence');
    const base = await mute('server-answers-request');
    requireAnyAnswer(base, base.serverRun);
  });

  test('that has no connection for a device which falls silent is failed', async () => {
    const link = {} as Link;
    const world = new FakeWorld('server-outlives-lost-device');
    await world.server.fallSilent('half of its CONNECT', link);
    assert.deepEqual(world.serverRun.silent, [['probe-2', 'half of its CONNECT']]);
    const refusing = new FakeWorld('server-outlives-lost-device', { refuses: 'connection refused' });
    assert.equal((await failed(refusing.server.fallSilent('nothing', link))).received, 'connection refused');
  });

  describe('that has ended', () => {
    const id = 'server-outlives-malformed';
    const ended = 'exited with code 1';
    const failIt = (world: FakeWorld) => failed(Promise.resolve().then(() => world.fail({ expected: 'a', received: 'b' })));

    test('is started again once it was failed for that', async () => {
      const restarts: string[] = [];
      const world = new FakeWorld(id, { ended, restarts });
      await revive(world, world.serverRun);
      assert.deepEqual(restarts, [], 'nobody has seen it yet');
      assert.match((await failIt(world)).trace.join('\n'), /exited with code 1\n.*output: no licence$/);
      await revive(world, world.serverRun);
      assert.deepEqual(restarts, ['SIGKILL']);
      assert.equal(world.informed.length, 1);
      await revive(world, world.serverRun);
      assert.equal(restarts.length, 1);
      await failIt(world);
      await revive(world, world.serverRun);
      assert.equal(restarts.length, 1, 'it runs, whatever it is failed for');
    });

    test('stays so where the suite cannot start it', async () => {
      const addressed = new FakeWorld(id, { ended });
      await failIt(addressed);
      await revive(addressed, addressed.serverRun);
      const stuck = new FakeWorld(id, { ended, restarts: [], staysEnded: new EnvironmentError('no start') });
      await failIt(stuck);
      await revive(stuck, stuck.serverRun);
      assert.deepEqual(addressed.informed, []);
      assert.deepEqual(stuck.informed, ['the server had ended in an earlier scenario, and did not start again: no start']);
      const broken = new FakeWorld(id, { ended, restarts: [], staysEnded: new TypeError('a mistake of the suite') });
      await failIt(broken);
      await assert.rejects(revive(broken, broken.serverRun), TypeError);
    });
  });

  test('leaves its packets', async () => {
    const world = new FakeWorld('server-echoes-send-time');
    world.showTrace();
    assert.deepEqual(
      world.evidence.filter(({ kind }) => kind === 'trace'),
      [],
    );
    world.serverRun.note('device', 'something');
    world.showTrace();
    assert.equal(world.evidence.filter(({ kind }) => kind === 'trace').length, 1);
  });
});

test('a scenario begins at its place, and leaves its exchanges', async () => {
  const world = new FakeWorld('server-echoes-send-time');
  await say(world, device);
  const kinds = (): string[] => world.evidence.map(({ kind }) => kind);
  world.showTrace();
  assert.deepEqual(kinds(), []);
  await say(world, 'the device asks');
  await world.server.answer();
  assert.equal(world.server.request.place, world.requirement.scenarios[0]?.place);
  world.showTrace();
  assert.deepEqual(kinds(), ['exchanges']);
});

test('a failed scenario leaves its packets in the capture, and others only where all do', async () => {
  const taken: unknown[][] = [];
  const take = (...given: unknown[]) => {
    taken.push(given);
    return { file: 'x.pcapng', frame: 3 };
  };
  const play = async (all: boolean, fails: boolean): Promise<FakeWorld> => {
    taken.length = 0;
    currentRun.capture = { all, take };
    const world = new FakeWorld('server-response-qos0', { answers: ({ echo }) => [said(echo, 1, 1, { qos: fails ? 1 : 0 })] });
    world.title = 'the scenario';
    await say(world, device);
    await say(world, 'the device asks');
    await say(world, 'the server answers');
    if (fails) assert.deepEqual((await fail(world, 'each response comes at QoS 0')).capture, { file: 'x.pcapng', frame: 3 });
    world.showTrace();
    return world;
  };
  try {
    await play(false, false);
    assert.equal(taken.length, 0);
    await play(true, false);
    assert.equal(taken.length, 1);
    const { serverRun, server } = await play(false, true);
    const [message] = server.request.responses.map((response) => response.message);
    assert.deepEqual(taken[0], ['the scenario', [serverRun.trace], message]);
    assert.deepEqual(taken[1], ['the scenario', [serverRun.trace]], 'what came after the failure');
  } finally {
    currentRun.capture = undefined;
  }
});

test('the message at fault is shown with its exchange', async () => {
  const world = new FakeWorld('server-response-qos0', { answers: ({ echo }) => [said(echo, 1, 1, { qos: 1 })] });
  await say(world, device);
  await say(world, 'the device asks');
  await say(world, 'the server answers');
  const { message } = await fail(world, 'each response comes at QoS 0');
  assert.deepEqual([message?.qos, message?.exchange, message?.parts], [1, 1, ['qos']]);
});

describe('fail', () => {
  test('says what came instead, and what the mistake is', async () => {
    const world = new FakeWorld('server-echoes-send-time');
    const failing = (more: Partial<Mismatch>) =>
      failed(Promise.resolve().then(() => world.fail({ expected: 'a', received: 'b\u0007', ...more })));
    const { received, likely, mistake, cause } = await failing({});
    assert.notEqual(received, 'b\u0007');
    assert.deepEqual([likely, mistake, cause], [undefined, undefined, undefined]);
    const known = await failing({ likely: { kind: 'seconds', text: 'the time is in seconds' }, cause: 'silence' });
    assert.deepEqual([known.likely, known.mistake, known.cause], ['the time is in seconds', 'seconds', 'silence']);
    assert.equal((await failing({ likely: 'a text' })).likely, 'a text');
    assert.equal(world.evidence.length, 3);
  });
});

describe("the server's clock is learnt", () => {
  const learn = async (answers: Answers, spacing = 10): Promise<FakeWorld> => {
    const world = new FakeWorld('server-calibrates', { answers, spacing });
    await learnServerTime(world);
    return world;
  };

  test('in eight exchanges where it ticks often', async () => {
    const world = await learn(right);
    assert.equal(world.server.device.requests.length, 8);
    const { offset = 99, uncertainty = 99, step } = world.server.serverTime ?? {};
    assert.equal(step, 1);
    assert.ok(Math.abs(offset) <= 1.5 && uncertainty <= 1.5, `${offset} to within ${uncertainty}`);
    assert.equal(world.server.device.identity.deviceName, 'probe-2', 'the other device');
  });

  test('in more where its step is to be learnt first', async () => {
    // 10 ms one after the other: the fourth stamp that is a multiple of 10 is the 31st
    const hundreds: Answers = ({ echo, count }) => {
      const time = 1_571_724_098_100 + Math.floor(count / 10) * 100;
      return [said(echo, time, time)];
    };
    const world = await learn(hundreds);
    assert.equal(world.server.serverTime?.step, 100);
    assert.equal(world.server.device.requests.length, 30);
  });

  test('in more where it does not tick: 40 ms from the first request to the last answer', async () => {
    // 3 ms one after the other, 2 ms each: thirteen times 3 ms and 2 ms
    assert.equal(
      (await learn(({ echo }) => [said(echo, 1_571_724_098_111, 1_571_724_098_111)], 3)).server.device.requests.length,
      14,
    );
    assert.equal((await learn(right, 3)).server.device.requests.length, 8);
    // it is enough to see it tick twice
    const slow: Answers = ({ echo, count }) => {
      const time = 1_571_724_098_111 + Math.max(0, count - 8);
      return [said(echo, time, time)];
    };
    assert.equal((await learn(slow, 3)).server.device.requests.length, 10);
  });

  test('or not at all, where no stamp can be read', async () => {
    const { expected } = await failed(learn(({ echo }) => [{ payload: `{"deviceSendTime":${echo},"serverRecvTime":null}` }]));
    assert.match(expected, /that can be read/);
  });

  test('and is asked for only then', () => {
    assert.throws(() => new FakeWorld('server-calibrates').server.serverTimeAt(0), /was not learnt/);
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
    made.client.clientRuns.push(clientRun);
    return made;
  };

  test('that has never reported is not started again, except where that is judged or a start is there already', async () => {
    const mute = new FakeWorld('client-any-offset', { mute: true });
    const { mistake, received } = await failed(mute.client.perform());
    assert.match(received, /not started again/);
    assert.equal(mistake, 'no time is ever reported');
    assert.deepEqual(
      mute.scenes.map(({ leadMs }) => leadMs),
      [0],
      'one start tells whether it is the offset that is rejected',
    );
    const refused = new FakeWorld('client-any-offset', { mute: true });
    await say(refused, 'a platform that never answers');
    await refused.client.perform();
    const reason = new FakeWorld('client-hears-response', { mute: true });
    await reason.client.perform();
    const known = new FakeWorld('client-any-offset', { mute: true });
    Object.assign(known.runner, { has: () => true });
    await known.client.perform();
    for (const one of [refused, reason, known]) assert.equal(one.client.clientRuns.length, 1);
  });

  test('that never asked is told from one that reports all the same', async () => {
    const asks = (clientRun: ClientRun) => failed(Promise.resolve().then(() => world(clientRun).client.firstRequest()));
    assert.deepEqual((await asks(silent())).mistake, undefined);
    const talks = silent();
    talks.reports.push(reported(origin, 1));
    assert.deepEqual((await asks(talks)).mistake, 'the local clock is printed when no response came');
  });

  test('is described by what it got to', () => {
    const texts = (clientRun: ClientRun): string => world(clientRun).client.silence();
    assert.equal(texts(silent()), 'no connection');
    assert.equal(texts(silent({ ended: exitedWith(1) })), 'no connection: the client exited with code 1');
    assert.equal(texts(silent({ connections: [{}] as unknown as ClientRun['connections'] })), 'a connection and no request');
    assert.equal(texts(played()), '1 request and no time');
    assert.equal(texts(played({ setup: { refusal: 'never answers' } })), '1 request and no time (the platform never answers)');
    const talks = played();
    talks.reports.push(reported(origin, 1));
    assert.equal(texts(talks), '1 report');
  });

  test('leaves the packets of each start', () => {
    const made = world(played());
    Object.assign(made.client.clientRun, { ended: exitedWith(0) });
    made.showTrace();
    made.client.clientRuns.push(played());
    made.showTrace();
    const wires = made.evidence.flatMap((one) => (one.kind === 'trace' ? [one.lines] : []));
    assert.deepEqual(wires, [['· the client exited with code 0'], ['start 1', '· the client exited with code 0', 'start 2']]);
  });
});

test('what was not said yet is a fault of the feature', () => {
  const server = new FakeWorld('server-answers-request');
  assert.throws(() => server.server.device, /no device yet/);
  assert.throws(() => server.server.other, /no other device yet/);
  assert.throws(() => server.server.request, /nothing was asked/);
  assert.throws(() => new FakeWorld('client-any-offset').client.clientRun, /was not started/);
});
