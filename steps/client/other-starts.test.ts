import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exitedWith } from '../harness/implementation/end.ts';
import type { Target } from '../harness/implementation/target.ts';
import type { ClientRun } from '../harness/platform/client-run.ts';
import { type ClientSetup, trueAnswer } from '../harness/platform/client-setup.ts';
import { playedRequest } from '../testing/client-starts.ts';
import { MadeCertificates } from '../testing/made-certificates.ts';
import { client, type Deeds, formula, report, server, silent } from '../testing/made-up-clients.ts';
import { clockFaultOf, muteKind, refusedMoment, refusedOffset, startInTurn } from './other-starts.ts';

const starter = (perform: (setup: ClientSetup) => ClientRun, target: Pick<Target, 'tls'> = {}) => ({
  target,
  perform: async (setup: ClientSetup) => perform(setup),
});

describe('a start under a controlled clock', () => {
  const clock = { sends: 1_571_724_098_000, receives: 1_571_724_098_025 };
  const asks = (deviceSendTime: number | bigint) => client({ setup: { clock }, deviceSendTime });
  const never = starter(() => assert.fail('nothing else was to be started'));

  test('shows something where the stamp is that of the clock, in whichever unit', async () => {
    for (const stamp of [1_571_724_098_000, 1_571_724_098, 1_571_724_098_000_300, 1_571_724_098_000_300_000n])
      assert.equal(await clockFaultOf(asks(stamp), never), undefined);
    assert.equal(await clockFaultOf(client({ deviceSendTime: 4711 }), never), undefined);
  });

  test('shows nothing where it is that of another clock', async () => {
    assert.match((await clockFaultOf(asks(4711), never)) ?? '', /stood at 1571724098000, and the client sent 4711$/);
    assert.match((await clockFaultOf(asks(1_571_724_099_000), never)) ?? '', /another clock/);
  });

  const waiting = (): ClientRun => Object.assign(silent(), { setup: { ...client().setup, clock } });

  test('cannot be judged where the client asks only without it', async () => {
    const waits = starter((setup) => (setup.clock === undefined ? client() : waiting()));
    await assert.rejects(clockFaultOf(waiting(), waits), {
      name: 'EnvironmentError',
      message: /waits by the wall clock, which stands still/,
    });
  });

  test('shows nothing where the platform’s certificate is not valid then, and the client does not connect', async () => {
    using made = new MadeCertificates();
    const { certificate } = made.authority('platform');
    const overTls = (setup: ClientSetup): ClientRun => Object.assign(silent({ ended: exitedWith(1) }), { setup });
    const tls = { selfSigned: false, certificate };
    const faultAt = (sends: number) =>
      clockFaultOf(overTls({ ...client().setup, clock: { ...clock, sends } }), starter(overTls, { tls }));
    assert.match(
      (await faultAt(clock.sends)) ?? '',
      /stands at 1571724098000, and tls\.certificate is not valid then: it is from /,
    );
    assert.equal(await faultAt(Date.now() + 3_600_000), undefined);
    assert.equal(await clockFaultOf(asks(1_571_724_098_000), starter(overTls, { tls })), undefined);
  });

  test('can be judged where it asks at the page’s time, never asks, or has ended', async () => {
    assert.equal(
      await clockFaultOf(
        waiting(),
        starter(() => client()),
      ),
      undefined,
    );
    assert.equal(
      await clockFaultOf(
        waiting(),
        starter(() => silent()),
      ),
      undefined,
    );
    assert.equal(await clockFaultOf(Object.assign(waiting(), { ended: exitedWith(1) }), never), undefined);
  });
});

describe('a moment is refused', () => {
  const talks = starter(() => client({ ...server, reports: [report(formula)] }));
  const mute = starter(() => client(server));
  const kind = async (deeds: Deeds, other = talks): Promise<string | undefined> =>
    (await refusedMoment(client({ ...server, ...deeds }), other))?.kind;

  test('where another one brings a time', async () => {
    assert.equal(await kind({ setup: { processingMs: 0 } }), 'two equal server times are rejected');
    assert.equal(await kind({ setup: { processingMs: 0, forthMs: 0, backMs: 0 } }), 'a round trip of 0 is rejected');
  });

  test('and not where none does, where one was reported or nothing heard, or at an ordinary moment', async () => {
    assert.equal(await kind({ setup: { processingMs: 0 } }, mute), undefined);
    assert.equal(await kind({ setup: { processingMs: 0 }, reports: [report(formula)] }), undefined);
    assert.equal(await kind({ setup: { processingMs: 0 }, sent: false }), undefined);
    assert.equal(await kind({}), undefined);
  });
});

describe('an offset is refused', () => {
  const near = ({ leadMs }: ClientSetup) => (leadMs === 0 ? client({ ...server, reports: [report(formula)] }) : client(server));

  test('where the same response of a platform with the time of the machine brings a time', async () => {
    const asked: ClientSetup[] = [];
    const starts = starter((setup) => {
      asked.push(setup);
      return near(setup);
    });
    const silentRun = client({ ...server, setup: { answers: [trueAnswer('{ }')] } });
    assert.equal((await refusedOffset(silentRun, starts))?.kind, 'a time that is far from the own clock is rejected');
    assert.deepEqual(asked[0]?.answers, silentRun.setup.answers);
    assert.equal(
      await refusedOffset(
        client(server),
        starter(() => client(server)),
      ),
      undefined,
    );
    assert.equal(await refusedOffset(client({ ...server, reports: [report(formula)] }), starts), undefined);
  });

  test('and is why a client never reports, or it never does', async () => {
    assert.equal(await muteKind(client().setup, starter(near)), 'a time that is far from the own clock is rejected');
    assert.equal(
      await muteKind(
        client().setup,
        starter(() => client(server)),
      ),
      'no time is ever reported',
    );
  });
});

describe('a silent start', () => {
  /** What comes of a client that is silent in its first starts, and how often it was started. */
  const play = async (first: readonly ClientRun[], { busy = true, mute = false } = {}): Promise<string> => {
    const starts = [...first];
    let count = 0;
    const next = async (): Promise<ClientRun> => {
      count += 1;
      return starts.shift() ?? client({ ...server, reports: [report(formula)] });
    };
    const said: string[] = [];
    const run = await startInTurn(
      client().setup,
      { perform: next, performAgain: next, mute },
      (text) => said.push(text),
      () => busy,
    );
    assert.equal(said.length, count - 1);
    return `${count}: ${run.requests.length} requests, ${run.reports.length} reports`;
  };

  test('is made again on a busy machine, twice at the most', async () => {
    assert.equal(await play([]), '1: 1 requests, 1 reports');
    assert.equal(await play([silent()]), '2: 1 requests, 1 reports');
    assert.equal(await play([silent(), silent()]), '3: 1 requests, 1 reports');
    assert.equal(await play([silent(), silent(), silent()]), '3: 0 requests, 0 reports');
  });

  test('is judged as it is on any other machine, and of a client that is always silent', async () => {
    assert.equal(await play([silent()], { busy: false }), '1: 0 requests, 0 reports');
    assert.equal(await play([silent()], { mute: true }), '1: 0 requests, 0 reports');
  });

  test('is made again on any machine where the suite answered late', async () => {
    assert.equal(await play([client({ ...server, asked: 100, answered: 400 })], { busy: false }), '2: 1 requests, 1 reports');
    assert.equal(await play([client({ ...server, asked: 100, answered: 300 })]), '1: 1 requests, 0 reports');
  });

  test('is made again where the client asked again before the suite answered, which was a little late', async () => {
    const overtaken = (answered: number): ClientRun => {
      const clientRun = client({ ...server, asked: 100, answered });
      clientRun.requests.push(playedRequest(clientRun, { ...server, asked: 120, answered: 160 }));
      return clientRun;
    };
    assert.equal(await play([overtaken(140)], { busy: false }), '2: 1 requests, 1 reports');
    assert.equal(await play([overtaken(125)], { busy: false }), '1: 2 requests, 0 reports');
  });

  test('is none where nothing listens', async () => {
    const refused = Object.assign(silent(), { setup: { ...client().setup, refusal: 'does not listen' } });
    assert.equal(await play([refused]), '1: 0 requests, 0 reports');
  });
});
