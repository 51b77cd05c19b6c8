import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { loadTarget } from '../../harness/implementation/target-file.ts';
import { readSource } from '../../harness/implementation/yaml-source.ts';
import { printable } from '../../harness/text/printable.ts';
import { root } from '../../requirements/requirement.ts';
import { call, temporaryFolder } from '../../testing/command-line.ts';
import { contentOf, type InitAnswers } from './answers.ts';
import { interview } from './interview.ts';
import { implied, takeProposals } from './known-answers.ts';
import { schemaFor, targetText } from './target-text.ts';

const folder = temporaryFolder();
writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\n');
writeFileSync(join(folder, 'ca.pem'), '');

const starts: readonly InitAnswers[] = [
  { image: 'acme/iot-hub:3.10' },
  { image: 'localhost:5000/acme@sha256:1', port: '8883', env: 'A="b c" EMPTY=' },
  { dockerfile: join(folder, 'Dockerfile') },
  { command: `node "a b.mjs" 'it''s' # {port} {host} --key {productKey} --name {deviceName}` },
  { command: 'hub' },
  { address: 'mqtts://[::1]' },
];
const beside: readonly InitAnswers[] = [
  {},
  { name: 'yes', version: '3.10' },
  { name: `two\nlines: "and" 'quotes' # {x} \${y} ÿ`, productKey: '0123', deviceName: '1e5' },
  { productKey: 'true', deviceName: 'a:b', onlyThisDevice: true },
];
const results: readonly InitAnswers[] = [
  { log: `time: "(?<time>\\d+)" # 'x'` },
  { topic: '/a b/{deviceName}', pointer: '' },
  { topic: 't', pointer: '/time' },
];

/** Every combination of the kinds of answers. */
function* combinations(): Generator<InitAnswers> {
  for (const start of starts)
    for (const more of beside) {
      yield implied({ role: 'server', ...start, ...more });
      const { port: _port, ...client } = start;
      const { onlyThisDevice: _only, ...device } = more;
      if (start.address === undefined)
        for (const result of results) {
          yield implied({
            role: 'client',
            ...client,
            ...device,
            ...result,
            ...(start.env === undefined ? {} : { env: `${start.env} B={host} P={port} K={productKey} D={deviceName}` }),
          });
        }
    }
}

function textOf(answers: InitAnswers): string {
  return targetText(contentOf(answers, folder), {
    program: 'npx iot-ntp-conformance',
    file: 'acme.yaml',
    schema: 'target.schema.json',
  });
}

describe('a target file of init', () => {
  test('is valid and contains the answers, for all combinations of answers', async () => {
    let count = 0;
    const path = join(folder, 'round-trip.yaml');
    for (const given of combinations()) {
      const { answers, missing } = takeProposals(given);
      assert.deepEqual(missing, []);
      const text = textOf(answers);
      writeFileSync(path, text);
      const target = await loadTarget(path);
      assert.deepEqual(readSource(text).value, contentOf(answers, folder), text);
      assert.equal(target.name, printable(answers.name ?? ''));
      assert.equal(target.role, given.role);
      assert.equal(
        target.start.kind,
        { image: 'container', dockerfile: 'container', command: 'process', address: 'address' }[answers.start ?? 'image'],
      );
      count += 1;
    }
    assert.equal(count, starts.length * beside.length + (starts.length - 1) * beside.length * results.length);
  });

  test('has comments that are valid where they are made members', async () => {
    const path = join(folder, 'commented.yaml');
    const environment = { DEVICE_SECRET: 'made-up-secret', HUB_PASSWORD: 'made-up-password' };
    mkdirSync(join(folder, 'hub'));
    writeFileSync(join(folder, 'acme.conf'), '');
    let members = 0;
    for (const role of ['server', 'client'] as const)
      for (const start of [{ image: 'a' }, { command: 'hub' }, { address: 'mqtts://hub.example' }] as const)
        for (const device of [{}, { productKey: 'a1PkTest01', deviceName: 'dev01' }]) {
          if (role === 'client' && 'address' in start) continue;
          const { answers } = takeProposals(
            implied({ role, ...start, ...device, ...(role === 'client' ? { log: '(?<time>\\d+)' } : {}) }),
          );
          const text = textOf(answers);
          for (const [line, indent = '', member = ''] of text.matchAll(
            /^( *)# ([a-z]+[A-Za-z]*: [^A-Z ].*|[a-zA-Z]+: [[{"].*)$/gm,
          )) {
            // The files that they name are missing in a new folder.
            if (/^(tls):/.test(member)) continue;
            writeFileSync(path, text.replace(line, `${indent}${member}`));
            await loadTarget(path, environment).catch((error: unknown) => assert.fail(`${line}: ${String(error)}`));
            members += 1;
          }
        }
    assert.ok(members > 50, String(members));
  });

  test('names the schema if there is one nearby', () => {
    assert.equal(schemaFor(join(root, 'fixtures/targets')), '../../schemas/target.schema.json');
    const project = join(folder, 'project/deep');
    mkdirSync(project, { recursive: true });
    assert.equal(schemaFor(project), undefined);
    const installed = join(folder, 'project/node_modules/iot-ntp-conformance');
    mkdirSync(dirname(installed));
    symlinkSync(root, installed);
    assert.equal(schemaFor(project), '../node_modules/iot-ntp-conformance/schemas/target.schema.json');
  });
});

/** Answers each question with keys, chosen by a word of the question; an unexpected question fails. */
async function typed(
  given: InitAnswers,
  keys: Readonly<Record<string, string>>,
): Promise<{ answers: InitAnswers | undefined; shown: string }> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let [shown, fresh] = ['', ''];
  const left = new Map(Object.entries(keys));
  output.on('data', (part: Buffer) => {
    const text = stripVTControlCharacters(part.toString());
    shown += text;
    fresh += text;
    for (const [word, answer] of left) {
      if (!fresh.includes(word)) continue;
      left.delete(word);
      fresh = '';
      // A question accepts keys only after it has been drawn.
      setImmediate(() => input.write(answer));
      return;
    }
  });
  const answers = await interview(given, folder, 'acme.yaml', { input, output });
  assert.deepEqual([...left.keys()], [], shown);
  return { answers, shown };
}

const down = '\x1b[B';

describe('on a terminal', { timeout: 20_000 }, () => {
  test('it asks for everything that the flags leave open, and reports a wrong answer at once', async () => {
    const { answers, shown } = await typed(
      { name: 'Acme' },
      {
        'Which role': '\r',
        'How does it start': `${down}${down}\r`,
        'Which command starts it': 'hub {prt}\r',
        'unknown placeholder {prt}': '\x7f\x7f\x7f\x7f\x7f{port}\r',
        'Which version': '\r',
        'Product key': 'a1PkTest01\r',
        'Device name': 'dev01\r',
        'only this device': 'y',
      },
    );
    assert.deepEqual(answers, {
      name: 'Acme',
      role: 'server',
      start: 'command',
      command: 'hub {port}',
      productKey: 'a1PkTest01',
      deviceName: 'dev01',
      onlyThisDevice: true,
    });
    assert.doesNotMatch(shown, /name in reports|environment/);
  });

  test('it can be ended without writing anything', async () => {
    const { answers, shown } = await typed({}, { 'Which role': '\x03' });
    assert.equal(answers, undefined);
    assert.match(shown, /Nothing was written/);
  });
});

describe('init without a terminal', { concurrency: 2 }, () => {
  const init = (...args: string[]) => call(['init', ...args], { cwd: folder });

  test('writes a file that validate accepts, says what comes next, and never overwrites a file without --force', async () => {
    const flags = ['--role', 'server', '--image', 'acme/hub:3.2.1', '--product-key', 'a1PkTest01', '--device-name', 'dev01'];
    const { code, stdout, stderr } = await init('hub.yaml', ...flags, '--version', '4');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^hub\.yaml is written: hub \(server, image\)/);
    for (const next of ['validate', 'doctor', 'run']) assert.match(stdout, new RegExp(`^  .* ${next} hub\\.yaml$`, 'm'));
    const text = readFileSync(join(folder, 'hub.yaml'), 'utf8');
    assert.match(text, /^version: "4"$/m);
    assert.equal((await call(['validate', 'hub.yaml'], { cwd: folder })).code, 0);
    const again = await init('hub.yaml', ...flags, '--name', 'Other');
    assert.equal(again.code, 2);
    assert.match(again.stderr, /^init hub\.yaml: the file exists; .*--force/);
    assert.equal(readFileSync(join(folder, 'hub.yaml'), 'utf8'), text);
    assert.equal((await init('hub.yaml', ...flags, '--name', 'Other', '--force')).code, 0);
    assert.match(readFileSync(join(folder, 'hub.yaml'), 'utf8'), /^name: Other$/m);
  });

  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /^init: there is no terminal to ask questions on; missing:\n {2}--role server\|client\n {2}one of --image, /],
    [['--role', 'client', '--command', 'c', '--yes'], /^init: --yes asks nothing; missing:\n {2}--log PATTERN, or --topic TOPIC/],
    [['--role', 'server', '--image', 'a', '--address', 'mqtt://a'], /^init: --image and --address: expected one of them/],
    [['--role', 'client', '--address', 'mqtt://a'], /^init: --address goes with --role server/],
    [['--role', 'server', '--image', 'a', '--log', 'x'], /^init: --log goes with --role client/],
    [['--role', 'server', '--image', 'a', '--port', 'many'], /^init: --port NUMBER: is "many"; expected a port number/],
    [['--role', 'server', '--command', 'a "b'], /^init: --command COMMAND: the quote at "b is not closed/],
    [['--role', 'server', '--image', 'a', '--env', 'B'], /^init: --env NAME=VALUE…: has "B"; expected NAME=VALUE/],
    [
      ['--role', 'client', '--image', 'a', '--env', 'B={host}', '--log', '(?<time>1)'],
      /^init: --env .*nowhere contains \{port\}/,
    ],
    [['--role', 'server', '--image', 'a', '--device-name', 'd'], /^init: --device-name goes with --product-key/],
  ];
  for (const [flags, says] of wrong) {
    test(`${flags.join(' ') || 'and flags'} is wrong use`, async () => {
      const { code, stdout, stderr } = await init('wrong.yaml', ...flags);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, says);
    });
  }
});
