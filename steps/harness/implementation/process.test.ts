import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { endedByItself, exitedWith, stoppedBySuite } from './end.ts';
import { EnvironmentError } from './errors.ts';
import type { StartOptions } from './start-options.ts';
import { startTarget } from './start-target.ts';
import type { ProcessStart, Ready, StartedTarget, Target } from './target.ts';

/** Listens where it is told, after the rest of the program. */
const LISTEN = 'require("node:net").createServer().listen(Number(process.argv[1]), process.argv[2]);';

type Overrides = Omit<Partial<Target>, 'start' | 'ready'> & { start?: Partial<ProcessStart>; ready?: Partial<Ready> };

function targetOf(program: string, overrides: Overrides = {}): Target {
  const { start, ready, ...others } = overrides;
  return {
    file: '/somewhere/acme.yaml',
    name: 'Acme',
    role: 'server',
    devices: [{ productKey: 'pk', deviceName: 'dn', deviceSecret: 'hunter22' }],
    onlyThese: false,
    clientId: '{productKey}.{deviceName}',
    responseDeadlineMs: 2_000,
    clockToleranceMs: 5_000,
    sharedClock: true,
    mqttVersion: '3.1.1',
    capabilities: new Set(),
    sync: { kind: 'start' },
    timestampTypes: ['long'],
    withinMs: 10_000,
    secrets: ['hunter22'],
    ...others,
    start: { kind: 'process', command: ['node', '-e', program, '{port}', '{host}'], cwd: tmpdir(), env: {}, ...start },
    ready: { port: others.role !== 'client', withinMs: 20_000, ...ready },
  };
}

async function failureOf(target: Target, options?: StartOptions): Promise<string> {
  const error = await startTarget(target, options).then(
    async (started) => {
      await started.stop();
      assert.fail('it started');
    },
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EnvironmentError, String(error));
  return error.message;
}

/** The first line that begins with a word, without it. */
function firstLine(word: string): { line: Promise<string>; onLine: (line: string) => void } {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { line: promise, onLine: (line) => (line.startsWith(word) ? resolve(line.slice(word.length)) : undefined) };
}

/** Settles when a process is gone; a test that waits in vain fails by the runner's own deadline. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    // A zombie still takes signals, but does nothing any more; where nobody collects it, Linux tells.
    const status = existsSync('/proc/self/stat') ? await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '') : '';
    if (/\) Z /.test(status)) return;
    await nextTurn();
  }
}

describe('a process', { timeout: 60_000 }, () => {
  test('is ready when its port accepts a connection', async () => {
    await using started = disposable(await startTarget(targetOf(LISTEN)));
    assert.equal(started.it.host, '127.0.0.1');
    const socket = connect(started.it.port, started.it.host);
    await once(socket, 'connect');
    socket.destroy();
    assert.equal(started.it.ended(), undefined);
    await started.it.stop();
    assert.equal(started.it.ended(), stoppedBySuite);
    assert.equal(await started.it.end, stoppedBySuite);
    await started.it.stop();
  });

  test('is ready when a line of its output matches', async () => {
    const program = 'console.error("listening on 1883"); setInterval(() => {}, 1000);';
    await using started = disposable(
      await startTarget(targetOf(program, { ready: { log: '^listening on \\d+$', port: false } })),
    );
    assert.deepEqual(started.it.output(), ['listening on 1883']);
  });

  test('is given placeholders, its own environment, PATH, and nothing else of the suite', async () => {
    process.env['LEFT_OUT'] = 'x';
    const { line, onLine } = firstLine('env ');
    const target = targetOf(`console.log("env " + JSON.stringify([process.env, process.cwd()])); ${LISTEN}`, {
      start: { env: { PK: '{productKey}', DS: '{deviceSecret}', JSON: '{"a":{}}' } },
    });
    await using started = disposable(
      await startTarget(target, { env: { FURTHER: '{as it is}' }, values: { productKey: 'other' }, onLine }),
    );
    const [{ IOT_NTP_CONFORMANCE: mark, ...env }, cwd] = JSON.parse(await line) as [Record<string, string>, string];
    assert.match(mark ?? '', /^.+\.\d+\.[0-9a-f]+\/\d+$/);
    assert.deepEqual(env, { PATH: process.env['PATH'], PK: 'other', DS: 'hunter22', JSON: '{"a":{}}', FURTHER: '{as it is}' });
    assert.equal(cwd, tmpdir());
    assert.doesNotMatch(started.it.output().join(), /hunter22/);
  });

  test('ends with its children', async () => {
    const { line, onLine } = firstLine('child ');
    const program = `const c = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]); console.log("child " + c.pid); ${LISTEN}`;
    const started = await startTarget(targetOf(program), { onLine });
    const child = Number(await line);
    await started.stop();
    await gone(child);
  });

  test('that ignores SIGTERM is killed, and so are its children', async () => {
    const { line, onLine } = firstLine('child ');
    const stubborn = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);';
    const program = `${stubborn} const c = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(stubborn)}]); console.log("child " + c.pid); ${LISTEN}`;
    const started = await startTarget(targetOf(program), { onLine });
    const child = Number(await line);
    await started.stop();
    assert.equal(await started.end, stoppedBySuite);
    await gone(child);
  });

  test('says how it ended by itself', async () => {
    const exits = await startTarget(targetOf(`process.on("SIGUSR2", () => process.exit(3)); ${LISTEN}`));
    await exits.signal('SIGUSR2');
    assert.deepEqual(await exits.end, exitedWith(3));
    await exits.stop();
    assert.deepEqual(exits.ended(), exitedWith(3));
    await assert.rejects(exits.signal('SIGUSR2'), { name: 'EnvironmentError', message: /has exited with code 3/ });

    const killed = await startTarget(targetOf(LISTEN));
    await killed.signal('SIGKILL');
    assert.deepEqual(await killed.end, endedByItself('killed by SIGKILL', true));
    await killed.stop();
  });

  test('can be written to', async () => {
    const { line, onLine } = firstLine('heard ');
    const program = `process.stdin.once("data", (data) => console.log("heard " + data)); ${LISTEN}`;
    await using started = disposable(await startTarget(targetOf(program), { onLine }));
    await started.it.write('{deviceName} {{deviceName}}\n');
    assert.equal(await line, 'dn {deviceName}');
  });

  test('can be helped by a command beside it', async () => {
    const target = targetOf(LISTEN, { start: { env: { NAME: '{deviceName}' } } });
    await using started = disposable(await startTarget(target));
    await started.it.exec(['node', '-e', 'process.exit(process.env.NAME === process.argv[1] ? 0 : 1)', '{deviceName}']);
    await assert.rejects(started.it.exec(['node', '-e', 'process.exit(4)']), {
      name: 'EnvironmentError',
      message: /ended with code 4/,
    });
    await assert.rejects(started.it.exec(['/no/such/program']), {
      name: 'EnvironmentError',
      message: /could not be run \(ENOENT\)/,
    });
  });

  test('of a client is started with the platform’s address and not waited for', async () => {
    const target = targetOf('console.log(process.argv.slice(1).join(":"))', { role: 'client', timestampTypes: ['string'] });
    const started = await startTarget(target, { values: { host: 'platform', port: '4711' } });
    assert.deepEqual(await started.end, exitedWith(0));
    await started.stop();
    assert.deepEqual(started.output(), ['4711:platform']);
    assert.deepEqual(started.ended(), exitedWith(0));
  });

  test('that floods keeps within bounds', async () => {
    const program =
      'const s = "x".repeat(99) + "\\n"; for (let i = 0; i < 200_000; i++) process.stdout.write(s); console.log("done");';
    const started = await startTarget(targetOf(program, { role: 'client' }), { values: { host: 'h', port: '1' } });
    await started.end;
    await started.stop();
    assert.equal(started.output().length, 200);
    assert.equal(started.output().at(-1), 'done');
  });

  test('dies with the suite', async () => {
    const suite = `
      const { startTarget } = await import(${JSON.stringify(import.meta.resolve('./start-target.ts'))});
      const target = ${JSON.stringify({ ...targetOf(LISTEN), capabilities: undefined })};
      target.start.command[2] = 'console.log("pid " + process.pid);' + target.start.command[2];
      await startTarget(target, { onLine: (line) => console.log(line) });
      console.log('started');
      setInterval(() => {}, 1000);
      process.stdin.once('data', () => process.exit(0));`;
    for (const how of ['exit', 'SIGTERM', 'SIGINT', 'SIGKILL'] as const) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', suite], { stdio: ['pipe', 'pipe', 'inherit'] });
      const { promise, resolve } = Promise.withResolvers<number>();
      let printed = '';
      child.stdout.on('data', (data: Buffer) => {
        printed += data;
        if (printed.includes('started')) resolve(Number(/pid (\d+)/.exec(printed)?.[1]));
      });
      const pid = await promise;
      if (how === 'exit') child.stdin.write('x');
      else child.kill(how);
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
      assert.equal(how === 'exit' ? code : signal, how === 'exit' ? 0 : how);
      await gone(pid);
    }
  });
});

describe('a process that leaves its group', { skip: process.platform !== 'linux', timeout: 60_000 }, () => {
  const detached = (name = 'child', env = ''): string => `
    const ${name} = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      detached: true, stdio: 'ignore'${env} });
    console.log('${name} ' + ${name}.pid);`;

  for (const [what, program] of [
    ['is ended with it', `${detached()} ${LISTEN}`],
    ['is ended with it, also when it has another environment', `${detached('child', ', env: {}')} ${LISTEN}`],
  ] as const) {
    test(what, async () => {
      const { line, onLine } = firstLine('child ');
      const started = await startTarget(targetOf(program), { onLine });
      const pid = Number(await line);
      await started.stop();
      await gone(pid);
    });
  }

  test('is ended when its parent has ended long before', async () => {
    const { line, onLine } = firstLine('child ');
    const program = `${detached()} child.unref();`;
    const started = await startTarget(targetOf(program, { role: 'client' }), { values: { host: 'h', port: '1' }, onLine });
    const pid = Number(await line);
    await started.end;
    await started.stop();
    await gone(pid);
  });

  test('is ended when the suite is killed', async () => {
    const program = `${detached('child', ', env: {}')} ${detached('marked')} marked.unref(); ${LISTEN}`;
    const suite = `
      const { startTarget } = await import(${JSON.stringify(import.meta.resolve('./start-target.ts'))});
      const { cleanUpFolder } = await import(${JSON.stringify(import.meta.resolve('./cleanup-process.ts'))});
      const { mkdtempSync } = await import('node:fs');
      const folder = mkdtempSync(${JSON.stringify(join(tmpdir(), 'guarded folder-'))});
      cleanUpFolder(folder);
      const target = ${JSON.stringify({ ...targetOf(program), capabilities: undefined })};
      await startTarget(target, { onLine: (line) => console.log(line) });
      console.log('folder ' + folder);
      console.log('started');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', suite], { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    for await (const data of child.stdout) {
      printed += String(data);
      if (printed.includes('started')) break;
    }
    const pids = ['child', 'marked'].map((word) => Number(new RegExp(`${word} (\\d+)`).exec(printed)?.[1]));
    const folder = /folder (.*)/.exec(printed)?.[1] ?? '';
    for (const path of [folder, ...pids.map((pid) => `/proc/${pid}`)]) assert.ok(existsSync(path), printed);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await Promise.all(pids.map(gone));
    while (existsSync(folder)) await nextTurn();
  });
});

describe('a start that is given up', { timeout: 60_000 }, () => {
  test('ends at once, with nothing left', async () => {
    const { line, onLine } = firstLine('pid ');
    const giveUp = new AbortController();
    const target = targetOf('console.log("pid " + process.pid); setInterval(() => {}, 1000)');
    const starting = startTarget(target, { onLine, giveUp: giveUp.signal });
    const pid = Number(await line);
    giveUp.abort(new EnvironmentError('the run is over'));
    await assert.rejects(starting, /the run is over/);
    await gone(pid);
    await assert.rejects(startTarget(target, { giveUp: giveUp.signal }), /the run is over/);
  });
});

describe('a process that does not start is answered with what was tried, seen, and can be done', { timeout: 60_000 }, () => {
  test('when it ends early', async () => {
    const program = 'console.log("reading config"); console.error("no license for hunter22"); process.exit(7);';
    const message = await failureOf(targetOf(program));
    assert.match(message, /^Acme \(acme\.yaml\) did not start\.\n {2}tried {2}node -e /);
    assert.match(message, /seen {3}it ended before it was ready: exited with code 7\n {2}its last lines:\n/);
    assert.match(message, / {4}reading config\n/);
    assert.match(message, / {4}no license for \(secret\)\n/);
    assert.match(message, /Run the command by hand/);
  });

  test('when it is killed by itself', async () => {
    assert.match(await failureOf(targetOf('process.kill(process.pid, "SIGSEGV")')), /killed by SIGSEGV\n {2}it printed nothing/);
  });

  test('when its port stays closed', async () => {
    const message = await failureOf(targetOf('setInterval(() => {}, 1000)', { ready: { withinMs: 300 } }));
    assert.match(message, /port \d+ of 127\.0\.0\.1 refused the connection: nothing listens there, within 300 ms/);
  });

  test('when no line matches', async () => {
    const target = targetOf('console.log("starting"); setInterval(() => {}, 1000)', {
      ready: { log: 'listening', withinMs: 1_000 },
    });
    const message = await failureOf(target);
    assert.match(message, /no line of its output matched \/listening\/, within 1000 ms/);
  });

  test('when there is no such program', async () => {
    const message = await failureOf(targetOf('', { start: { command: ['no-such-program', '{port}'] } }));
    assert.match(message, /tried {2}no-such-program \{port\} {2}\(in /);
    assert.match(message, /the program could not be run \(ENOENT\)\n {2}Check the command: is the program installed/);
  });
});

describe('an address', () => {
  const address = (port: number): Target => ({
    ...targetOf('', { ready: { withinMs: 200 } }),
    start: { kind: 'address', protocol: 'mqtt', host: '127.0.0.1', port },
  });

  test('is waited for, and left alone at the end', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const started = await startTarget(address(port));
    assert.deepEqual([started.host, started.port, started.output(), started.ended()], ['127.0.0.1', port, [], undefined]);
    await assert.rejects(started.signal('SIGUSR1'), { name: 'EnvironmentError', message: /was not started by the suite/ });
    await started.stop();
    assert.ok(server.listening);
    server.close();
    await once(server, 'close');
    assert.match(
      await failureOf(address(port)),
      /tried {2}mqtt:\/\/127\.0\.0\.1:\d+\n {2}seen {3}port \d+ of 127\.0\.0\.1 refused/,
    );
  });
});

function disposable(it: StartedTarget): { it: StartedTarget } & AsyncDisposable {
  return { it, [Symbol.asyncDispose]: () => it.stop() };
}
