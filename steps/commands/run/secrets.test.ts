import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { connectEngine, type Engine } from '../../harness/implementation/engine.ts';
import { OWNER_LABEL } from '../../harness/implementation/run-owner.ts';
import { root } from '../../requirements/requirement.ts';
import { call, reportIn, temporaryFolder, writeTarget } from '../../testing/command-line.ts';
import type { CallResult } from '../../testing/warm-process.ts';

/** One secret of the environment, one of the target file; the second has characters that JSON and URLs escape. */
const token = 'tok-7f3a91c2-b4d8e6';
const deviceSecret = 'dev"sec/ret+Ω9-7c1e';
const secrets = [token, deviceSecret];

const folder = temporaryFolder();
const imported = (path: string): string => JSON.stringify(pathToFileURL(join(root, path)).href);

/** Code that makes a list, `all`, of all forms in which a program may write a secret. */
const forms = `
const all = [process.env.TOKEN, process.env.SECRET].flatMap((secret) => [
  secret, JSON.stringify(secret), JSON.stringify(JSON.stringify(secret)), encodeURIComponent(secret),
  Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('hex').toUpperCase(),
  ...['', 'a', 'ab'].flatMap((before) => ['base64', 'base64url'].map((encoding) => Buffer.from(before + secret + 'z').toString(encoding))),
]);
for (const form of all) console.log('boots with', form);
// The suite cuts this line in the middle of each secret.
for (const form of all) console.error('x'.repeat(2000 - Math.ceil(form.length / 2)) + form + 'y'.repeat(3000));
process.stdout.write('x'.repeat(1990) + process.env.TOKEN);
console.log('\\n' + Object.keys(process.env).sort().join());`;

/** A server that writes its secrets into its log and its responses, also at the places where the suite cuts long texts. */
const server = `${forms}
const { NtpServer } = await import(${imported('fixtures/reference/ntp-server.ts')});
class Chatterbox extends NtpServer {
  respond(topic, payload, origin) {
    const request = JSON.parse(String(payload));
    const told = all.map((form) => form + ' ' + 'x'.repeat(1500));
    super.respond(topic, Buffer.from(JSON.stringify({ ...request, serverSendTime: all.join(' '), told })), origin);
  }
}
new Chatterbox().listen(Number(process.argv[2]), process.argv[3]);
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(0));`;

/** A client that signs, calculates wrongly, and prints every byte that it sends, including its signature. */
const client = `import net from 'node:net';
const { write } = net.Socket.prototype;
net.Socket.prototype.write = function (data, ...others) {
  if (this !== process.stdout && this !== process.stderr) console.log('sends', Buffer.from(data).toString('latin1'));
  return write.call(this, data, ...others);
};
${forms}
process.argv.splice(1, 1, 'start.ts', 'faulty/client/latency-ignored');
process.argv.push('--secret', process.env.SECRET);
await import(${imported('fixtures/support/start.ts')});`;

writeFileSync(join(folder, 'server.mjs'), server);
writeFileSync(join(folder, 'client.mjs'), client);

const device = { productKey: 'a1PkTest01', deviceName: 'dev01', deviceSecret };
// biome-ignore lint/suspicious/noTemplateCurlyInString: a reference in a target file
const env = { TOKEN: '${env:ACME_TOKEN}', SECRET: '{deviceSecret}' };

/** The places that show a secret in any form; its first six characters are enough. */
function shown(text: string): string[] {
  const signatures = /password [0-9A-F]{40}/i.test(text) ? ['a signature'] : [];
  const found = secrets.filter((secret) => {
    const bytes = Buffer.from(secret);
    const inner = ['', 'a', 'ab'].map((before) =>
      Buffer.from(before + secret)
        .toString('base64')
        .slice(4, 14),
    );
    return [
      secret.slice(0, 6),
      JSON.stringify(secret).slice(1, 8),
      JSON.stringify(JSON.stringify(secret)).slice(3, 11),
      encodeURIComponent(secret).slice(0, 8),
      bytes.toString('hex').slice(0, 12),
      bytes.toString('hex').slice(0, 12).toUpperCase(),
      ...inner,
    ].some((form) => text.includes(form));
  });
  return [...found, ...signatures];
}

/** What other programs can see of the running suite: the command lines of processes, and the labels and names of containers. */
class Outside {
  readonly #texts = new Set<string>();
  readonly #engine: Engine | undefined;
  #over = false;

  constructor(engine?: Engine) {
    this.#engine = engine;
  }

  get text(): string {
    return [...this.#texts].join('\n');
  }

  async watch(run: Promise<CallResult>): Promise<CallResult> {
    void run.finally(() => {
      this.#over = true;
    });
    while (!this.#over) {
      this.#processes();
      await this.#containers();
      // There is no event for the start of a process, so the test polls.
      await setTimeout(20);
    }
    return run;
  }

  #processes(): void {
    for (const id of existsSync('/proc/self') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []) {
      try {
        this.#texts.add(
          readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ') + readFileSync(`/proc/${id}/comm`, 'utf8'),
        );
      } catch {
        // The process has ended in the meantime.
      }
    }
  }

  async #containers(): Promise<void> {
    const { docker } = this.#engine ?? {};
    for (const { Id } of (await docker?.listContainers({ filters: { label: [OWNER_LABEL] } })) ?? []) {
      const found = await docker
        ?.getContainer(Id)
        .inspect()
        .catch(() => undefined);
      if (found !== undefined)
        this.#texts.add(JSON.stringify([found.Name, found.Path, found.Args, found.Config.Labels, found.HostConfig]));
    }
  }
}

/** Everything that a run wrote and printed, by name. */
function writtenBy(ended: CallResult, report: string, outside: Outside): [string, string][] {
  return [
    ['stdout', ended.stdout],
    ['stderr', ended.stderr],
    ['the outside', outside.text],
    ...readdirSync(report).map((file): [string, string] => [file, readFileSync(join(report, file), 'utf8')]),
  ];
}

/** @param judged false for a run that ended before its first scenario, and therefore has no messages */
function assertHidden(written: readonly [string, string][], judged = true): void {
  assert.deepEqual(
    written.map(([name]) => name),
    [
      'stdout',
      'stderr',
      'the outside',
      ...(judged ? ['exchange.pcapng'] : []),
      'index.html',
      'junit.xml',
      ...(judged ? ['messages.ndjson'] : []),
      'report.json',
      'specification.html',
    ],
  );
  for (const [name, text] of written) {
    const places = text.split('\n').filter((line) => shown(line).length > 0);
    assert.deepEqual(
      places.map((line) => line.slice(0, 2_000)),
      [],
      `${name} shows ${shown(text).join(', ')}`,
    );
  }
}

const engine = await connectEngine().catch(() => undefined);
const image = 'local/base:latest';
const there = engine !== undefined && (await engine.client.image.exists(engine.testcontainers.ImageName.fromString(image)));
const required = process.env['CONFORMANCE_REQUIRE_DOCKER'] === '1';

describe('the secrets of a target file', { timeout: 300_000 }, () => {
  test('are found in a text that contains them, so that the search of these tests works', () => {
    for (const text of [token, JSON.stringify(deviceSecret), Buffer.from(`ab${token}`).toString('base64'), 'dev"se'])
      assert.notDeepEqual(shown(text), [], text);
    assert.deepEqual(shown('nothing of the kind'), []);
  });

  test('of a server stand nowhere, though it says them in its log and in its responses', async () => {
    const report = join(folder, 'server-report');
    const target = writeTarget(folder, {
      name: 'Chatterbox',
      role: 'server',
      process: { command: ['node', 'server.mjs', '{port}', '127.0.0.1'], env },
      device,
      clientId: `{productKey}.{deviceName}.${token}`,
    });
    const outside = new Outside();
    const only = ['--only', 'server-response-members', 'server-string-stays-string', 'server-unit-milliseconds'];
    const run = call(['run', target, ...only, '--verbose', '--report', report], { env: { ACME_TOKEN: token, ELSE: 'x' } });
    const ended = await outside.watch(run);
    assert.equal(ended.code, 1, ended.stdout + ended.stderr);
    const { output } = reportIn(report).target;
    assert.ok(output.some((line) => line.startsWith('boots with')));
    assert.ok(
      output.some((line) => line.endsWith('PATH,SECRET,TOKEN') && !line.includes('ELSE')),
      output.at(-1),
    );
    assert.match(outside.text, /server\.mjs/);
    assertHidden(writtenBy(ended, report, outside));
  });

  test('of a client stand nowhere, nor does what it signs with them', async () => {
    const report = join(folder, 'client-report');
    const args = ['--host', '{host}', '--port', '{port}', '--product-key', '{productKey}', '--device-name', '{deviceName}'];
    const target = writeTarget(folder, {
      name: 'Chattering client',
      role: 'client',
      process: { command: ['node', 'client.mjs', ...args, '--type', '{timestampType}'], env },
      device,
      capabilities: ['aliyun-hmac'],
      result: { log: 'NTP local time: (?<time>\\d+)' },
    });
    const outside = new Outside();
    const run = call(['run', target, '--only', 'client-counts-latency', 'client-signs', '--verbose', '--report', report], {
      env: { ACME_TOKEN: token },
    });
    const ended = await outside.watch(run);
    assert.equal(ended.code, 1, ended.stdout + ended.stderr);
    assert.equal(reportIn(report).requirements.find(({ id }) => id === 'client-signs')?.status, 'passed', ended.stdout);
    // Arguments of a process are visible, so this program does not get its secret by an argument: it sets it later, in its memory.
    assertHidden(writtenBy(ended, report, outside));
    for (const [name, text] of writtenBy(ended, report, outside))
      assert.doesNotMatch(
        text.replaceAll(/sha256:[0-9a-f]{64}|"(digest|featuresDigest)": "[0-9a-f]{64}"/g, ''),
        /\b[0-9A-F]{40}\b|\b[0-9A-F]{64}\b/,
        name,
      );
  });

  test('of a container stand nowhere, not in its labels, name or arguments either', {
    skip: !there && !required && 'no Docker engine, or no image',
  }, async () => {
    const report = join(folder, 'container-report');
    const program = `${forms.replaceAll('\n', ' ').replaceAll('// The suite cuts this line in the middle of each secret.', '')} require('node:net').createServer((s) => s.end(process.env.TOKEN)).listen(1883, '0.0.0.0');`;
    const target = writeTarget(folder, {
      name: 'Chattering container',
      role: 'server',
      container: { image, port: 1883, command: ['node', '-e', program], env },
      // It rejects every device, and the suite tries again until then.
      ready: { within: '10s' },
      device,
    });
    const outside = new Outside(engine);
    const run = call(['run', target, '--only', 'server-answers-request', '--report', report], { env: { ACME_TOKEN: token } });
    const ended = await outside.watch(run);
    // It rejects every device, so there is no verdict.
    assert.equal(ended.code, 3, ended.stdout + ended.stderr);
    assert.ok(reportIn(report).target.output.some((line) => line.startsWith('boots with')));
    assert.match(outside.text, new RegExp(OWNER_LABEL));
    assertHidden(writtenBy(ended, report, outside), false);
  });

  test('stand nowhere when the target does not start', async () => {
    const report = join(folder, 'not-started');
    const target = writeTarget(folder, {
      name: 'Boaster',
      role: 'server',
      process: { command: ['node', '-e', `${forms} process.exitCode = 7`, '{port}'], env },
      device,
    });
    const outside = new Outside();
    const ended = await outside.watch(call(['run', target, '--report', report], { env: { ACME_TOKEN: token } }));
    assert.equal(ended.code, 3, ended.stdout + ended.stderr);
    assert.match(ended.stderr, /its last lines:/);
    for (const [name, text] of writtenBy(ended, report, outside))
      assert.deepEqual(shown(text), [], `${name}: ${text.slice(0, 3_000)}`);
  });
});
