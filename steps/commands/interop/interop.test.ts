import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { schemaFaults } from '../../harness/message/schema.ts';
import { root } from '../../requirements/requirement.ts';
import { assertAccessible, launch, phoneViews, skip } from '../../testing/browser.ts';
import { call, fixtureTarget, start, temporaryFolder, writeTarget } from '../../testing/command-line.ts';
import type { CallResult } from '../../testing/warm-process.ts';
import type { InteropReport } from './interop-report.ts';

const folder = temporaryFolder();

/** A client of the fixtures that sends Longs. */
function clientTarget(fixture: string): string {
  const start = fixture.startsWith('reference/') ? [`fixtures/${fixture}.ts`] : ['fixtures/support/start.ts', fixture];
  const command = ['node', join(root, start[0] ?? ''), ...start.slice(1), '--host', '{host}', '--port', '{port}'];
  const device = ['--product-key', '{productKey}', '--device-name', '{deviceName}', '--type', '{timestampType}'];
  const result = { log: 'NTP local time: (?<time>\\d+)' };
  return writeTarget(folder, { name: fixture, role: 'client', process: { command: [...command, ...device] }, result });
}

const reference = writeTarget(folder, {
  name: 'reference server',
  role: 'server',
  process: { command: ['node', join(root, 'fixtures/reference/server.ts'), '--port', '{port}'] },
});
const report = (name: string): InteropReport =>
  JSON.parse(readFileSync(join(folder, name, 'interop.json'), 'utf8')) as InteropReport;

describe('interop of two servers and two clients', () => {
  let ended: CallResult;
  let found: InteropReport;
  before(async () => {
    const targets = [
      clientTarget('reference/client'),
      reference,
      clientTarget('faulty/client/request-at-qos1'),
      fixtureTarget(mkdtempSync(join(folder, 'of two words ')), 'faulty/server/always-strings'),
    ];
    ended = await call(['interop', ...targets, '--starts', '2', '--report', 'matrix'], { cwd: folder });
    found = report('matrix');
  });

  test('says for each pair whether it works together, and which side fails', () => {
    assert.equal(ended.code, 1, ended.stderr);
    const pairs = found.pairs.map((pair) => [
      found.servers[pair.server]?.name,
      found.clients[pair.client]?.name,
      pair.verdict,
      pair.reasons.map(({ side, requirement }) => `${side}: ${requirement}`),
    ]);
    const [qos1, strings] = ['client: client-request-qos0', 'server: server-long-stays-long'];
    const bad = 'do not work together';
    assert.deepEqual(pairs, [
      ['reference server', 'reference/client', 'work together', []],
      ['reference server', 'faulty/client/request-at-qos1', bad, [qos1]],
      ['faulty/server/always-strings', 'reference/client', bad, [strings]],
      ['faulty/server/always-strings', 'faulty/client/request-at-qos1', bad, [qos1]],
    ]);
  });

  test('includes the latency of the link, and each time matches the formula', () => {
    const [pair] = found.pairs;
    assert.deepEqual(
      pair?.starts.map(({ forthMs, right }) => [forthMs, right]),
      [
        [0, true],
        [200, true],
      ],
    );
    assert.equal(pair?.requirements.find(({ id }) => id === 'client-counts-latency')?.status, 'passed');
  });

  test('writes an accessible page', { skip }, async () => {
    const browser = await launch();
    try {
      const views = [...phoneViews, { width: 800, scheme: 'dark' }, { width: 1280, scheme: 'light' }] as const;
      await assertAccessible(browser, join(folder, 'matrix/index.html'), views);
    } finally {
      await browser.close();
    }
  });

  test('writes reports that agree, and certifies nothing', () => {
    assert.deepEqual(schemaFaults('interop', readFileSync(join(folder, 'matrix/interop.json'), 'utf8')), []);
    const junit = readFileSync(join(folder, 'matrix/junit.xml'), 'utf8');
    // three pairs that do not work together, and in each the requirement that is broken
    assert.match(junit, /<testsuites [^>]*failures="6" errors="0"/);
    assert.match(readFileSync(join(folder, 'matrix/index.html'), 'utf8'), /<h1 class="bad">do not work together<\/h1>/);
    assert.match(ended.stdout, /interop certifies nothing/);
    assert.match(
      ended.stdout,
      /repeat +npm run -s conformance -- interop "\S+of two words \S+always-strings\S*" \S*client\S* --starts 2\n/,
    );
    assert.match(ended.stdout, /\ninterop: do not work together, because 3 of 4 pairs do not work together\n$/);
  });
});

test('interrupted interop ends with 4, regardless of earlier results', { timeout: 60_000 }, async () => {
  const lasting = writeTarget(folder, {
    name: 'lasting',
    role: 'server',
    // It is never ready, so the second pair does not end.
    process: { command: ['node', '-e', 'setInterval(() => {}, 1000)', '{port}'] },
  });
  const targets = [fixtureTarget(folder, 'faulty/server/always-strings'), lasting, clientTarget('reference/client')];
  const { child, end } = start(['interop', ...targets, '--starts', '1', '--report', 'interrupted'], { cwd: folder });
  let text = '';
  let early: unknown;
  child.stdout?.on('data', (part: Buffer) => {
    text += part.toString();
    if (!text.includes('against faulty/server/always-strings')) return;
    const { verdict, because, pairs } = report('interrupted');
    early = [verdict, because, pairs.length];
    // Only once: a second signal ends it without a report.
    text = '';
    child.kill('SIGINT');
  });
  const { code, stdout } = await end;
  assert.equal(code, 4, stdout);
  assert.deepEqual(early, ['incomplete', 'the run did not finish: 1 of 2 pairs were tried', 1]);
  assert.match(stdout, /\ninterop: do not work together, because the run was interrupted \(SIGINT\): 1 of 2 pairs does not work/);
  assert.deepEqual([report('interrupted').exitCode, report('interrupted').pairs.length], [4, 2]);
});

test('interop needs a server and a client that can be connected', async () => {
  const alone = await call(['interop', reference, '--report', 'alone'], { cwd: folder });
  assert.deepEqual([alone.code, alone.stdout], [2, '']);
  assert.match(alone.stderr, /none of these has role: client\n$/);
});

test('interop against a server that does not start is incomplete, and says why', async () => {
  const dead = writeTarget(folder, {
    name: 'dead',
    role: 'server',
    process: { command: ['node', '-e', 'process.exit(7)', '{port}'] },
  });
  const { code, stdout } = await call(['interop', dead, clientTarget('reference/client'), '--report', 'dead'], { cwd: folder });
  assert.equal(code, 3);
  assert.match(
    stdout,
    /\? incomplete {2}reference\/client against dead\n {4}dead \(dead\.json\) did not start.*.*exited with code 7/,
  );
  assert.equal(report('dead').verdict, 'incomplete');
});
