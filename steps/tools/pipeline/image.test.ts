import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { before, describe, test } from 'node:test';
import { connectEngine, type Engine } from '../../harness/implementation/engine.ts';
import { freePort } from '../../harness/implementation/free-port.ts';
import { buildImage } from '../../harness/implementation/image-build.ts';
import { OWNER_LABEL, RUN } from '../../harness/implementation/run-owner.ts';
import { root } from '../../requirements/requirement.ts';
import { reportIn, temporaryFolder, writeTarget } from '../../testing/command-line.ts';

/** The images that .ci/images.sh builds on this machine: Node alone, and Node with npm. */
const images = { BASE: 'local/base:latest', BUILDER: 'local/builder:latest' };

const engine = await connectEngine().catch(() => undefined);
const required = process.env['CONFORMANCE_REQUIRE_DOCKER'] === '1';
const skip = required ? false : await reasonToSkip();

async function reasonToSkip(): Promise<string | false> {
  if (engine === undefined) return 'no Docker engine answers';
  for (const image of Object.values(images))
    if (!(await engine.client.image.exists(engine.testcontainers.ImageName.fromString(image))))
      return `the image ${image} is not there`;
  return false;
}

const socket = '/var/run/docker.sock';

/** A user that no image knows, for "docker run --user". */
const somebody = '12345:12345';

describe('the image of the suite', { skip, timeout: 300_000 }, () => {
  const { docker } = engine as Engine;
  const folder = temporaryFolder();
  let image: string;
  before(async () => {
    image = await build('Dockerfile');
    // The user in the container writes the reports here.
    chmodSync(folder, 0o777);
  });

  const build = (dockerfile: string): Promise<string> =>
    buildImage(engine as Engine, { dockerfile: join(root, dockerfile), context: root.replace(/\/$/, ''), args: images });

  /** Runs the image as the README says, with the folder as its working directory. */
  async function run(args: readonly string[], network: 'bridge' | 'host' = 'bridge'): Promise<{ code: number; output: string }> {
    const stream = new PassThrough();
    const output = text(stream);
    const [{ StatusCode: code }] = (await docker.run(image, [...args], stream, {
      User: somebody,
      Labels: { [OWNER_LABEL]: RUN },
      Tty: true,
      HostConfig: {
        AutoRemove: true,
        NetworkMode: network,
        Binds: [`${folder}:/work`, `${socket}:${socket}`],
        GroupAdd: [String(statSync(socket).gid)],
      },
    })) as [{ StatusCode: number }];
    stream.end();
    return { code, output: await output };
  }

  /** The status of a requirement. */
  const statusOf = (report: string, id: string) =>
    reportIn(join(folder, report)).requirements.find((one) => one.id === id)?.status;

  test('judges a process inside it', async () => {
    const { code, output } = await run(['run', '--role', 'server', '--only', 'server-answers-request', '--report', 'process']);
    assert.equal(code, 4, output);
    assert.equal(statusOf('process', 'server-answers-request'), 'passed', output);
    assert.equal(statSync(join(folder, 'process/report.json')).uid, 12345);
  });

  test('judges a server at an address', async () => {
    const port = await freePort('127.0.0.1');
    const server: ChildProcess = spawn(process.execPath, [join(root, 'fixtures/reference/server.ts'), '--port', String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(server.stdout as NodeJS.ReadableStream, 'data');
      writeTarget(folder, { name: 'address', role: 'server', address: `mqtt://127.0.0.1:${port}` });
      const args = ['run', 'address.json', '--only', 'server-answers-request', '--report', 'address'];
      const { output } = await run(args, 'host');
      assert.equal(statusOf('address', 'server-answers-request'), 'passed', output);
    } finally {
      server.kill();
    }
  });

  test('judges a server that it starts by the engine of the host', async () => {
    const container = { image: await build('fixtures/reference/on-broker/Dockerfile'), port: 1883 };
    writeTarget(folder, { name: 'sibling', role: 'server', container, ready: { log: '^serving at ' } });
    const { output } = await run(['run', 'sibling.json', '--only', 'server-answers-request', '--report', 'sibling']);
    assert.equal(statusOf('sibling', 'server-answers-request'), 'passed', output);
  });

  test('judges a client that it starts by the engine of the host on the network of the host, and says so elsewhere', async () => {
    const env = { BROKER: '{host}', PORT: '{port}', PK: '{productKey}', DN: '{deviceName}', TYPE: '{timestampType}' };
    const container = { image: await build('fixtures/reference/in-container/Dockerfile'), env };
    writeTarget(folder, {
      name: 'client',
      role: 'client',
      container,
      result: { log: 'NTP local time: (?<time>\\d+)' },
      within: '20s',
    });
    const args = ['run', 'client.json', '--only', 'client-request-qos0'];
    const { output } = await run([...args, '--report', 'host'], 'host');
    assert.equal(statusOf('host', 'client-request-qos0'), 'passed', output);
    const elsewhere = await run([...args, '--report', 'elsewhere']);
    assert.equal(elsewhere.code, 3, elsewhere.output);
    assert.match(elsewhere.output, /docker run --network host/);
    assert.equal(statusOf('elsewhere', 'client-request-qos0'), 'inconclusive');
  });
});
