// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that notation belongs to target files
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { exitedWith, stoppedBySuite } from './end.ts';
import { connectEngine, type Engine } from './engine.ts';
import { EnvironmentError } from './errors.ts';
import { listenAddressOf, listenerOf } from './listen-address.ts';
import { OWNER_LABEL, RUN } from './run-owner.ts';
import type { StartOptions } from './start-options.ts';
import { startTarget } from './start-target.ts';
import type { StartedTarget } from './target.ts';
import { loadTarget } from './target-file.ts';

/** An image with node and a shell that is on this machine already: nothing is pulled. */
const IMAGE = 'local/base:latest';

const LISTEN = 'require("node:net").createServer().listen(1883, "0.0.0.0", () => console.log("listening on 1883"));';
const STAY = 'setInterval(() => {}, 1000);';

const required = process.env['CONFORMANCE_REQUIRE_DOCKER'] === '1';
const engine = await connectEngine().catch((error: unknown) => {
  if (required) throw error;
});
const skip = required ? false : await reasonToSkip();

async function reasonToSkip(): Promise<string | false> {
  if (engine === undefined) return 'no Docker engine answers';
  const there = await engine.client.image.exists(engine.testcontainers.ImageName.fromString(IMAGE));
  return there ? false : `the image ${IMAGE} is not there`;
}

const folder = mkdtempSync(join(tmpdir(), 'target-container-'));
after(() => rmSync(folder, { recursive: true }));

/** What every Dockerfile here begins with; the label is for clearing up. */
const LABEL = `test-folder=${basename(folder)}`;
const FROM = `FROM ${IMAGE}\nLABEL ${LABEL}\n`;
after(async () => {
  for (const { Id } of (await engine?.docker.listImages({ filters: { label: [LABEL] } })) ?? []) {
    await engine?.docker.getImage(Id).remove({ force: true });
  }
});

/** A target file's start, with a program of node as its command. */
const node = (program: string): object => ({ image: IMAGE, command: ['node', '-e', program] });

async function start(content: object, options?: StartOptions): Promise<StartedTarget> {
  const file = join(folder, 'acme.json');
  const { container, ...others } = content as { container: object };
  const role = 'result' in others ? {} : { role: 'server', container: { port: 1883, ...container } };
  const device = { productKey: 'a1PkTest01', deviceName: 'dev01' };
  writeFileSync(file, JSON.stringify({ name: 'Acme', role: 'client', device, container, ...others, ...role }));
  return startTarget(await loadTarget(file, { SECRET: 'hunter22' }), options);
}

async function failureOf(content: object): Promise<string> {
  const error = await start(content).then(
    async (started) => {
      await started.stop();
      assert.fail('it started');
    },
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EnvironmentError, String(error));
  assert.doesNotMatch(error.message, /\n {4}at /);
  return error.message;
}

/** Containers of this run that exist. */
async function mine(): Promise<string[]> {
  const { docker } = engine as Engine;
  const found = await docker.listContainers({ all: true, filters: { label: [`${OWNER_LABEL}=${RUN}`] } });
  return found.map(({ Id }) => Id);
}

/** Networks of this run that exist. */
async function networks(): Promise<string[]> {
  const { docker } = engine as Engine;
  const found = await docker.listNetworks({ filters: { label: [`${OWNER_LABEL}=${RUN}`] } });
  return found.map(({ Id }) => Id);
}

function disposable(it: StartedTarget): { it: StartedTarget } & AsyncDisposable {
  return { it, [Symbol.asyncDispose]: () => it.stop() };
}

describe('a container', { skip, timeout: 120_000 }, () => {
  test('is ready when its port accepts a connection, is reached there, and is gone in the end', async () => {
    const started = await start({ container: node(`setTimeout(() => { ${LISTEN} }, 300)`) }, { labels: { further: 'label' } });
    const socket = connect(started.port, started.host);
    await once(socket, 'connect');
    socket.destroy();
    assert.match(started.imageDigest ?? '', /^sha256:[0-9a-f]{64}$/);
    assert.equal(started.ended(), undefined);
    const [id = ''] = await mine();
    const { Config, HostConfig } = await (engine as Engine).docker.getContainer(id).inspect();
    assert.equal(Config.Labels['further'], 'label');
    assert.deepEqual(HostConfig.SecurityOpt, ['no-new-privileges']);
    assert.deepEqual(HostConfig.LogConfig?.Config, { 'max-size': String(1024 ** 2), 'max-file': '1' });

    await started.stop();
    await started.stop();
    assert.equal(started.ended(), stoppedBySuite);
    assert.equal(await started.end, stoppedBySuite);
    assert.deepEqual(await mine(), []);
  });

  test('is given the environment of its target file, PATH, and nothing else', async () => {
    const program = `console.log(JSON.stringify(Object.keys(process.env).sort())); ${LISTEN}`;
    const container = { ...node(program), env: { OWN: 'x' } };
    await using started = disposable(await start({ container, ready: { log: 'listening' } }));
    // What the engine itself sets beside them is HOSTNAME, and HOME for its user.
    assert.equal(started.it.output()[0], '["HOME","HOSTNAME","OWN","PATH"]');
  });

  test('has its memory, processes, log and privileges limited, and says what its target file loosens', async () => {
    const seen = (id: string) => (engine as Engine).docker.getContainer(id).inspect();
    const usual = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'NET_BIND_SERVICE', 'SETGID', 'SETPCAP', 'SETUID'];
    {
      await using started = disposable(await start({ container: node(LISTEN) }));
      const [id = ''] = await mine();
      const { HostConfig } = await seen(id);
      assert.deepEqual(started.it.looseness, (engine as Engine).lacks);
      assert.deepEqual([HostConfig.Memory, HostConfig.PidsLimit], [2 * 1024 ** 3, 1024]);
      assert.deepEqual([HostConfig.CapDrop, HostConfig.CapAdd], [['ALL'], usual]);
      assert.equal(HostConfig.Privileged, false);
    }
    const loose = {
      memory: '3g',
      pids: 2000,
      log: '5m',
      network: 'open',
      linuxCapabilities: ['NET_RAW'],
      newPrivileges: true,
    };
    await using started = disposable(await start({ container: { ...node(LISTEN), ...loose } }));
    const [id = ''] = await mine();
    const { HostConfig } = await seen(id);
    assert.deepEqual([HostConfig.Memory, HostConfig.PidsLimit, HostConfig.CapAdd], [3 * 1024 ** 3, 2000, [...usual, 'NET_RAW']]);
    assert.deepEqual([HostConfig.SecurityOpt, HostConfig.NetworkMode], [[], 'default']);
    assert.deepEqual(started.it.looseness, [
      'memory 3g instead of 2g',
      'pids 2000 instead of 1024',
      'log 5m instead of 1m',
      'network open',
      'Linux capabilities NET_RAW added',
      'new privileges allowed',
      ...(engine as Engine).lacks,
    ]);
  });

  test('is ended when it takes more memory than it may have', async () => {
    // Not before it is told to: it would be gone before it was ready.
    const grow = 'const all = []; setInterval(() => all.push(Buffer.alloc(8_000_000, 1)), 1);';
    const hog = `process.on("SIGUSR2", () => { ${grow} }); ${LISTEN}`;
    await using started = disposable(await start({ container: { ...node(hog), memory: '96m' } }));
    await started.it.signal('SIGUSR2');
    assert.match((await started.it.end).words, /out of memory|SIGKILL/);
  });

  test('reaches no other host, by address or by name, and no other container', async () => {
    const probe = `const { connect } = require('node:net');
      const to = (host, port) => new Promise((done) => {
        const socket = connect({ host, port, timeout: 2500 }, () => done(host + ' reached')).on('error', (e) => done(e.code)).on('timeout', () => done('silence'));
      });
      require('node:net').createServer((socket) => socket.once('data', async (line) => {
        const [host, port] = String(line).trim().split(' ');
        socket.end(await to(host, Number(port)));
      }).on('error', () => {})).listen(1883, '0.0.0.0', () => console.log('listening'));`;
    const ask = async ({ host, port }: StartedTarget, question: string): Promise<string> => {
      const socket = connect(port, host).setEncoding('utf8');
      socket.write(`${question}\n`);
      return (await socket.toArray()).join('');
    };
    await using one = disposable(await start({ container: node(probe), ready: { log: 'listening' } }));
    await using other = disposable(await start({ container: node(probe), ready: { log: 'listening' } }));
    const addresses = await Promise.all(
      (await mine()).map(async (id) => {
        const { NetworkSettings } = await (engine as Engine).docker.getContainer(id).inspect();
        return Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? '';
      }),
    );
    assert.equal(addresses.length, 2);
    // Itself it reaches, so the question is a fair one.
    assert.match(await ask(one.it, '127.0.0.1 1883'), /reached/);
    for (const { it } of [one, other]) {
      const answers = await Promise.all(addresses.map((address) => ask(it, `${address} 1883`)));
      assert.equal(answers.filter((answer) => answer.includes('reached')).length, 1, answers.join());
    }
    // TEST-NET-1 is nobody's; where an open network leads, its packets at least leave.
    assert.match(await ask(one.it, '192.0.2.1 80'), /^(silence|E[A-Z]+)$/);
    assert.match(await ask(one.it, 'example.com 80'), /^(EAI_AGAIN|ENOTFOUND)$/);
  });

  test('that is a client reaches the platform and this machine, and nothing is left of its network', async (context) => {
    const before = await networks();
    const platform = createServer((socket: Socket) => socket.end('met'));
    context.after(() => platform.close());
    const container = {
      ...node(
        "require('node:net').connect(Number(process.env.PORT), process.env.BROKER).on('data', (d) => console.log('' + d));",
      ),
      env: { BROKER: '{host}', PORT: '{port}' },
    };
    const file = join(folder, 'client.json');
    writeFileSync(
      file,
      JSON.stringify({
        name: 'Client',
        role: 'client',
        device: { productKey: 'pk', deviceName: 'dn' },
        container,
        result: { log: '(?<time>\\d+)' },
      }),
    );
    const target = await loadTarget(file);
    const listenAddress = await listenAddressOf(target);
    const port = await listenAddress.listen(listenerOf(platform));
    const heard = Promise.withResolvers<string>();
    const values = { host: listenAddress.host, port: String(port) };
    await using client = disposable(await startTarget(target, { values, onLine: (line) => heard.resolve(line) }));
    assert.equal(await heard.promise, 'met');
    await client.it.stop();
    await listenAddress.leave();
    assert.deepEqual(await networks(), before);
  });

  test('is given files, environment, and placeholders', async () => {
    writeFileSync(join(folder, 'given.txt'), 'given');
    const program = `console.log(JSON.stringify([process.env.DS, process.env.F, require("fs").readFileSync("/etc/given.txt", "utf8"), process.argv[1]])); ${LISTEN}`;
    const container = {
      image: IMAGE,
      command: ['node', '-e', program, '{host}:{port}/{productKey}'],
      env: { DS: '{deviceSecret}' },
      files: [{ source: 'given.txt', path: '/etc/given.txt' }],
    };
    const device = { productKey: 'pk', deviceName: 'dn', deviceSecret: '${env:SECRET}' };
    const heard: string[] = [];
    const options = { env: { F: '1' }, onLine: (line: string) => heard.push(line) };
    await using started = disposable(await start({ container, device, ready: { log: 'listening' } }, options));
    assert.equal(heard[0], '["hunter22","1","given","0.0.0.0:1883/pk"]');
    assert.equal(started.it.output()[0], '["(secret)","1","given","0.0.0.0:1883/pk"]');
  });

  test('is built from a Dockerfile, anew when its files change', async () => {
    const dockerfile = (version: number): string =>
      `${FROM}ARG EXTRA\nENV GIVEN=$EXTRA-${version}\nCMD ["node", "server.cjs"]\nCOPY server.cjs .\n`;
    writeFileSync(join(folder, 'server.cjs'), `console.log(process.env.GIVEN); ${LISTEN}`);
    for (const [version, extra] of [1, 2].entries()) {
      writeFileSync(join(folder, 'Dockerfile'), dockerfile(version));
      await using started = disposable(await start({ container: { dockerfile: 'Dockerfile', args: { EXTRA: extra } } }));
      assert.equal(started.it.output()[0], `${extra}-${version}`);
    }
  });

  test('is built by BuildKit where the classic builder cannot', async () => {
    writeFileSync(join(folder, 'server.cjs'), LISTEN);
    const lines = [FROM, 'RUN --mount=type=cache,target=/cache true', 'COPY server.cjs .', 'CMD ["node", "server.cjs"]'];
    writeFileSync(join(folder, 'Modern'), lines.join('\n'));
    await using started = disposable(await start({ container: { dockerfile: 'Modern' } }));
    assert.equal(started.it.ended(), undefined);
  });

  test('is ready when the health check of its image succeeds', async () => {
    const check =
      'HEALTHCHECK --interval=1s CMD ["node", "-e", "require(\'node:net\').connect(1883).on(\'connect\', () => process.exit(0))"]';
    writeFileSync(join(folder, 'server.cjs'), LISTEN);
    writeFileSync(join(folder, 'Healthy'), `${FROM}${check}\nCOPY server.cjs .\nCMD ["node", "server.cjs"]\n`);
    await using started = disposable(await start({ container: { dockerfile: 'Healthy' }, ready: { health: true } }));
    assert.equal(started.it.ended(), undefined);
  });

  test('of a client reaches the platform, hears signals, commands and its standard input, and says how it ended', async () => {
    const platform = createServer().listen(0, '0.0.0.0');
    await once(platform, 'listening');
    const { port } = platform.address() as AddressInfo;
    const program = `require("node:net").connect(process.argv[2], process.argv[1]);
      process.stdin.on("data", (data) => console.log("heard " + data));
      process.on("SIGUSR1", () => process.exit(5));`;
    const connected = once(platform, 'connection');
    const { promise: heard, resolve } = Promise.withResolvers<void>();
    const container = { image: IMAGE, command: ['node', '-e', program, '{host}', '{port}'] };
    const content = { container, sync: { stdin: '{port}\n' }, result: { log: '(?<time>.)' } };
    await using started = disposable(
      await start(content, {
        values: { host: 'platform.internal', port: String(port) },
        onLine: (line) => (line === `heard ${port}` ? resolve() : undefined),
      }),
    );
    const [socket] = (await connected) as [Socket];
    await started.it.write('{port}\n');
    await heard;
    await started.it.exec(['sh', '-c', 'test "$0" = {port}', '{port}']);
    await assert.rejects(started.it.exec(['false']), { name: 'EnvironmentError', message: /false ended with code 1/ });
    await started.it.signal('SIGUSR1');
    assert.deepEqual(await started.it.end, exitedWith(5));
    await assert.rejects(started.it.signal('SIGUSR1'), { name: 'EnvironmentError', message: /exited with code 5/ });
    socket.destroy();
    platform.close();
  });

  test('that is killed says by what', async () => {
    const content = { container: node('process.abort(); // {port}'), result: { log: '(?<time>.)' } };
    await using started = disposable(await start(content, { values: { host: 'h', port: '1' } }));
    assert.match((await started.it.end).words, /^killed by SIG[A-Z]+ \(exit code \d+\)$/);
  });
});

describe('a container that does not start is answered with what was tried, seen, and can be done', {
  skip,
  timeout: 120_000,
}, () => {
  after(async () => assert.deepEqual(await mine(), [], 'a container was left behind'));

  test('when it ends early', async () => {
    const message = await failureOf({ container: node('console.log("no license"); process.exit(7)') });
    assert.match(message, /^Acme \(acme\.json\) did not start\.\n {2}tried {2}a container of the image local\/base:latest\n/);
    assert.match(message, /it ended before it was ready: exited with code 7\n {2}its last lines:\n {4}no license\n/);
  });

  test('when nothing listens on its port', async () => {
    const message = await failureOf({ container: node(STAY), ready: { within: '1s' } });
    assert.match(
      message,
      /port 1883 of the container \(127\.0\.0\.1:\d+ here\) accepted the connection and closed it again: nothing listens behind it, within 1000 ms; nothing listens inside the container\n/,
    );
  });

  test('when it listens where nobody outside reaches it', async () => {
    const local = node(LISTEN.replace('0.0.0.0', '127.0.0.1'));
    const message = await failureOf({ container: local, ready: { within: '2s' } });
    assert.match(message, /; inside the container it listens on 127\.0\.0\.1:1883 only\n/);
    assert.match(message, /\n {2}Let it listen on 0\.0\.0\.0: /);
    const started = await start({ container: local, ready: { log: 'listening', port: false } });
    const { seen } = (await started.unreached?.()) ?? {};
    await started.stop();
    assert.match(seen ?? '', /127\.0\.0\.1:1883 only$/);
  });

  test('when no line matches', async () => {
    const message = await failureOf({ container: node(LISTEN), ready: { log: 'ready', within: '2s' } });
    assert.match(message, /no line of its output matched \/ready\/, within 2000 ms/);
  });

  test('when its image has no health check', async () => {
    assert.match(
      await failureOf({ container: node(STAY), ready: { health: true } }),
      /its image has no health check; remove ready\.health/,
    );
  });

  test('when its command does not exist', async () => {
    assert.match(
      await failureOf({ container: { image: IMAGE, command: ['no-such-program'] } }),
      /exec: "no-such-program": .*not found/,
    );
  });

  test('when its image is not to be had', async () => {
    const message = await failureOf({ container: { image: 'localhost:9/no/such-image:1' } });
    assert.match(
      message,
      /the image localhost:9\/no\/such-image:1\n {2}seen {3}it is not on this machine and could not be pulled/,
    );
  });

  test('when a step of its Dockerfile fails', async () => {
    writeFileSync(join(folder, 'Failing'), `${FROM}RUN echo the reason && false\n`);
    const message = await failureOf({ container: { dockerfile: 'Failing' } });
    assert.match(message, /seen {3}The command .* returned a non-zero code: 1\n {2}its last lines:\n(.*\n)* {4}the reason\n/);
  });

  test('when its Dockerfile is none', async () => {
    writeFileSync(join(folder, 'Wrong'), `${FROM}RUM x\n`);
    assert.match(await failureOf({ container: { dockerfile: 'Wrong' } }), /unknown instruction: RUM/);
  });

  test('when its Dockerfile was right in an earlier run and is wrong now', async () => {
    writeFileSync(join(folder, 'Changing'), `${FROM}CMD ["node", "-e", ${JSON.stringify(LISTEN)}]\n`);
    writeFileSync(join(folder, 'changing.yaml'), 'name: A\nrole: server\ncontainer: { dockerfile: Changing, port: 1883 }\n');
    const earlier = `
      const { loadTarget } = await import(${JSON.stringify(import.meta.resolve('./target-file.ts'))});
      const { startTarget } = await import(${JSON.stringify(import.meta.resolve('./start-target.ts'))});
      await (await startTarget(await loadTarget(process.argv[1]))).stop();`;
    execFileSync(process.execPath, ['--input-type=module', '-e', earlier, join(folder, 'changing.yaml')]);
    writeFileSync(join(folder, 'Changing'), `${FROM}COPY nothing .\n`);
    assert.match(await failureOf({ container: { dockerfile: 'Changing' } }), /COPY failed/);
  });
});
