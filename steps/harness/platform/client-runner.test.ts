import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withoutCompiler } from '../../testing/compiler-prerequisite.ts';
import { endedByItself, exitedWith } from '../implementation/end.ts';
import { loadTarget } from '../implementation/target-file.ts';
import { serverTimesOf } from '../message/exchange.ts';
import type { ClientRun } from './client-run.ts';
import { ClientRunner } from './client-runner.ts';
import { type ClientSetup, pagePayload, plainSetup, refusals, refusedUnnamed, trueAnswer } from './client-setup.ts';
import { isRight, possibleTimes } from './expected-time.ts';

const folder = mkdtempSync(join(tmpdir(), 'runner-'));
after(() => rmSync(folder, { recursive: true }));

const tinyClient = fileURLToPath(new URL('../../../fixtures/support/tiny-client.ts', import.meta.url));

/** The command of a client that differs from the usual in this. */
function tiny(wishes: object = {}): string[] {
  const device = ['{host}', '{port}', '{productKey}', '{deviceName}', '{timestampType}'];
  return ['node', tinyClient, ...device, JSON.stringify(wishes)];
}

/** The command of a program of a line. */
const node = (program: string): string[] => ['node', '-e', program, '{host}', '{port}', '{productKey}', '{deviceName}'];

/** Opens a platform for a client. */
async function open(
  context: TestContext,
  command: readonly string[] = tiny(),
  more: Readonly<Record<string, unknown>> = {},
): Promise<ClientRunner> {
  const file = join(folder, 'target.json');
  const usual = { name: 'Tiny', role: 'client', process: { command }, result: { log: String.raw`NTP local time: (?<time>\d+)` } };
  writeFileSync(file, JSON.stringify({ ...usual, within: '20s', ...more }));
  const runner = await ClientRunner.open(await loadTarget(file));
  context.after(() => runner.close());
  context.after(() => assert.deepEqual(runner.faults, []));
  return runner;
}

const plain = plainSetup('long');
const unlike: ClientSetup = { ...plain, answers: [trueAnswer(pagePayload)] };

/** Asserts that the first report is a time that the formula gives, as far as a busy machine lets the suite know it. */
function assertRight(clientRun: ClientRun): void {
  const [report] = clientRun.reports;
  assert.ok(report !== undefined, clientRun.lines().join('\n'));
  assert.ok(isRight(report, possibleTimes(clientRun, report, false)), clientRun.lines().join('\n'));
}

describe('a setup', { timeout: 120_000 }, () => {
  test('is performed once, whoever asks for it, and in whatever order it is described', async (context) => {
    const runner = await open(context);
    const { answers, ...rest } = plain;
    const same = await Promise.all([
      runner.perform(plain),
      runner.perform({ answers, ...rest }),
      runner.perform(plainSetup('long')),
    ]);
    assert.ok(runner.has({ ...plain }) && !runner.has(unlike));
    assert.equal(new Set([...same, await runner.perform(plain)]).size, 1);
    assert.equal(runner.clientRuns.length, 1);
    const [clientRun] = same;
    assertRight(clientRun);
    assert.deepEqual(clientRun.ended, exitedWith(0));
    assert.ok(clientRun.request?.subscribed);
    assert.match(clientRun.lines().join('\n'), /CONNECT.*SUBSCRIBE.*PUBLISH.*the client prints: NTP local time: \d+\n/s);
  });

  test('is performed anew where what was recorded cannot be judged, once for all who say so', async (context) => {
    const runner = await open(context);
    const first = await runner.perform(plain);
    const [again, same] = await Promise.all([runner.performAgain(first), runner.performAgain(first)]);
    assert.ok(again !== first && again === same);
    assert.equal(await runner.perform(plain), again);
    assert.equal(runner.clientRuns.length, 2);
  });

  test('that differs is another start, at the same time, as another device, with a trace of its own', async (context) => {
    const runner = await open(context);
    const setups = [plain, unlike, { ...plain, processingMs: 20 }, { ...plain, type: 'string' }] as const;
    const all = await Promise.all(setups.map((setup) => runner.perform(setup)));
    assert.equal(new Set(all.map(({ identity }) => identity.deviceName)).size, 4);
    for (const clientRun of all) {
      assertRight(clientRun);
      assert.deepEqual([clientRun.connections.length, clientRun.requests.length, clientRun.attempts], [1, 1, 1]);
      assert.equal(clientRun.request?.message.topic, clientRun.requestTopic);
    }
    assert.equal(all[3]?.request?.deviceSendTime?.type, 'string');
  });

  test('that names a device is performed as that device', async (context) => {
    const identity = { productKey: 'A1zZ09Suite', deviceName: 'a-b_c@d:e.f' };
    const clientRun = await (await open(context)).perform({ ...plain, identity });
    assert.equal(clientRun.request?.message.topic, '/ext/ntp/A1zZ09Suite/a-b_c@d:e.f/request');
  });

  test('really spends what it claims', async (context) => {
    const clientRun = await (await open(context)).perform({ ...plain, forthMs: 40, processingMs: 30, backMs: 20 });
    assertRight(clientRun);
    const [response = assert.fail()] = clientRun.request?.responses ?? [];
    const [received, sent] = serverTimesOf(response) ?? assert.fail();
    const { atUs } = response.message;
    assert.ok(sent - received >= 29n);
    assert.ok(atUs - (clientRun.request?.message.atUs ?? atUs) >= 88_000);
  });
});

describe('a client', { timeout: 120_000 }, () => {
  test('that never asks is watched until its deadline', async (context) => {
    const runner = await open(context, node('setInterval(() => {}, 60000)'), { within: '100ms' });
    const { requests, connections, attempts, ended, overdue, fate } = await runner.perform(plain);
    assert.deepEqual([requests.length, connections.length, attempts, ended, overdue], [0, 0, 0, undefined, true]);
    assert.equal(fate, 'the client was still running at its deadline');
  });

  test('that never ends is ended once it has reported', async (context) => {
    const clientRun = await (await open(context, tiny({ stay: true }))).perform(plain);
    assertRight(clientRun);
    assert.deepEqual([clientRun.ended, clientRun.overdue, clientRun.fate], [undefined, false, undefined]);
  });

  test('that exits at once says so, and what it printed last', async (context) => {
    const runner = await open(context, node('console.error("no license"); process.exit(7)'));
    const clientRun = await runner.perform(plain);
    assert.deepEqual([clientRun.ended, clientRun.overdue, clientRun.requests.length], [exitedWith(7), false, 0]);
    assert.deepEqual(clientRun.lines(), ['· the client exited with code 7', '· output: no license']);
  });

  test('that is killed says by what', async (context) => {
    const clientRun = await (await open(context, node('process.kill(process.pid, "SIGSEGV")'))).perform(plain);
    assert.deepEqual(clientRun.ended, endedByItself('killed by SIGSEGV', true));
  });

  test('that reports with its last breath is heard', async (context) => {
    const program = 'require("node:fs").writeSync(1, "NTP local time: 5\\n"); process.exit(0)';
    const clientRun = await (await open(context, node(program))).perform(plain);
    assert.equal(clientRun.reports[0]?.literal, '5');
  });

  test('several starts of which never brought a time is mute', async (context) => {
    const runner = await open(context, node(''));
    const setups = [1, 2, 3, 4].map((processingMs) => ({ ...plain, processingMs }));
    await Promise.all(
      [...setups.slice(1), { ...plain, refusal: 'resets every connection' } as const].map((setup) => runner.perform(setup)),
    );
    assert.equal(runner.mute, false);
    await runner.perform(setups[0] ?? plain);
    assert.equal(runner.mute, true);
  });

  test('that asks on a connection which it closes at once is answered on the one that listens', async (context) => {
    const clientRun = await (await open(context, tiny({ apart: true }))).perform({ ...plain, forthMs: 30, backMs: 30 });
    assertRight(clientRun);
    assert.equal(clientRun.connections.length, 2);
  });

  test('that reports without end is not listened to without end', async (context) => {
    const program =
      'const print = () => { while (process.stdout.write("NTP local time: 5\\n".repeat(999))); process.stdout.once("drain", print); }; print()';
    const clientRun = await (await open(context, node(program))).perform(plain);
    assert.equal(clientRun.reports.length, 1000);
    assert.ok(clientRun.lines().length <= 61);
  });

  test('that asks without end is not kept track of without end', async (context) => {
    const clientRun = await (await open(context, tiny({ times: 3000, stay: true }))).perform({ ...plain, backMs: 60_000 });
    assert.equal(clientRun.requests.length, 1000);
    assert.deepEqual([clientRun.overdue, clientRun.fate], [true, 'the suite ended the client, which asked without end']);
    const leftOut = /\n… (\d+) lines left out\n/.exec(clientRun.lines().join('\n'))?.[1];
    assert.ok(Number(leftOut) > 900, `${leftOut} lines left out`);
  });

  test('of a device that there is once takes turns with itself', async (context) => {
    const device = { productKey: 'a1NtpSuite1', deviceName: 'only-one', deviceSecret: 'hunter22' };
    const runner = await open(context, tiny({ lock: join(folder, 'lock') }), { device, onlyThese: true });
    const all = await Promise.all([plain, unlike, { ...plain, processingMs: 20 }].map((setup) => runner.perform(setup)));
    assert.deepEqual(
      all.map(({ ended, identity }) => [ended, identity.deviceName]),
      all.map(() => [exitedWith(0), 'only-one']),
    );
    for (const clientRun of all) assertRight(clientRun);
  });

  test('reports by a message where its target file says so', async (context) => {
    const result = { topic: '/sys/{productKey}/{deviceName}/time', pointer: '/params/time' };
    const runner = await open(context, node(''), { result });
    const client = await open(context, tiny({ byMessage: true }), { result });
    assertRight(await client.perform(plain));
    assert.equal((await client.perform(plain)).requests.length, 1, 'the report is no request');
    assert.equal((await runner.perform(plain)).reports.length, 0);
  });
});

describe('a client that is asked to ask', { timeout: 120_000 }, () => {
  for (const [kind, on, sync] of [
    ['every', 50, { every: '50ms' }],
    ['exec', 'signal', { exec: ['sh', '-c', 'kill -USR2 "$(cat "$0".pid)"', '{deviceName}'] }],
    ['signal', 'signal', { signal: 'SIGUSR2' }],
    ['stdin', 'stdin', { stdin: 'sync\n' }],
    ['publish', 'message', { publish: { topic: '/go/{deviceName}', payload: 'now' } }],
  ] as const) {
    test(`by ${kind} asks once it listens`, async (context) => {
      const clientRun = await (await open(context, tiny({ on, stay: true }), { sync })).perform(plain);
      assertRight(clientRun);
      if (kind !== 'every') assert.equal(clientRun.requests.length, 1);
    });

    for (const sequel of [
      'loses the first answer',
      'answers the first request late',
      'cuts the connection after the first request',
    ] as const) {
      test(`by ${kind} gets its time when the platform ${sequel}`, async (context) => {
        const clientRun = await (await open(context, tiny({ on, stay: true }), { sync })).perform({ ...plain, sequel });
        assertRight(clientRun);
        assert.ok(clientRun.requests.length >= 2);
      });
    }
  }

  test('by publish needs no SUBSCRIBE where it declares automatic subscription', async (context) => {
    const sync = { publish: { topic: '/anything/{{host}}' } };
    const program = `
      const bytes = Buffer.from('100c00044d5154540402003c0000', 'hex');
      const socket = require('node:net').connect(+process.argv[2], process.argv[1]);
      socket.write(Buffer.concat([Buffer.from([0x10, 12 + process.argv[4].length, ...bytes.subarray(2, 12), 0, process.argv[4].length]), Buffer.from(process.argv[4])]));
      socket.on('data', (data) => data.includes('/anything/{{host}}') && process.exit(3));`;
    const runner = await open(context, node(program), {
      sync,
      capabilities: ['auto-subscription'],
    });
    assert.deepEqual((await runner.perform(plain)).ended, exitedWith(3));
  });
});

describe('a platform', { timeout: 120_000 }, () => {
  for (const named of [true, false]) {
    for (const refusal of refusals) {
      test(`that ${refusal} answers nobody, ${named ? 'named' : 'unnamed'}, and sees who tried`, async (context) => {
        const clientRun = await (await open(context, tiny({ named, times: 2 }))).perform({ ...plain, refusal });
        assert.deepEqual(clientRun.reports, []);
        assert.equal(clientRun.attempts > 0, refusal !== 'does not listen');
        assert.ok(clientRun.requests.every(({ responses }) => responses.length === 0));
        if (refusal === 'resets the connection after each request') assert.ok(clientRun.requests.length > 0);
        else assert.equal(clientRun.requests.length, refusedUnnamed.has(refusal) ? 0 : 2);
      });
    }

    test(`is slow to accept whoever connects, ${named ? 'named' : 'unnamed'}`, async (context) => {
      const clientRun = await (await open(context, tiny({ named }))).perform({ ...plain, slowConnectMs: 200 });
      assertRight(clientRun);
      const [connection] = clientRun.connections;
      const connack = [...(connection?.trace ?? [])].find(({ packet }) => packet.cmd === 'connack');
      assert.ok((connack?.atUs ?? 0) - (connection?.accepted.atUs ?? 0) >= 199_000);
    });
  }
});

describe('the controlled clock', { skip: withoutCompiler, timeout: 120_000 }, () => {
  const capabilities = ['clock'];

  test('is proved by what the client sends, and the worked example is exact', async (context) => {
    const runner = await open(context, tiny({}), { capabilities });
    assert.equal(await runner.proveClock(), undefined);
    assert.equal(runner.clientRuns[0]?.reports[0]?.literal, '1571724098125');
  });

  test('is not taken for granted where the client does not read it', async (context) => {
    const runner = await open(context, ['env', '-u', 'LD_PRELOAD', ...tiny()], { capabilities });
    assert.match((await runner.proveClock()) ?? '', /it stood at 1571724098000, and the client sent \d+\. Static programs/);
  });

  test('is not taken for granted for a static program', async (context) => {
    const [source, program] = [join(folder, 'now.c'), join(folder, 'now')];
    writeFileSync(
      source,
      '#include <stdio.h>\n#include <time.h>\nint main(void) { struct timespec t; clock_gettime(CLOCK_REALTIME, &t); printf("%lld", t.tv_sec * 1000LL + t.tv_nsec / 1000000); }\n',
    );
    const linked = spawnSync('cc', ['-static', '-o', program, source]).status === 0;
    if (!linked) return context.skip('no static C library is installed');
    const runner = await open(context, tiny({ now: program }), { capabilities });
    assert.match((await runner.proveClock()) ?? '', /Static programs cannot be controlled/);
  });

  test('is not doubted where nothing was sent', async (context) => {
    assert.equal(await (await open(context, node(''), { capabilities })).proveClock(), undefined);
  });
});
