import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { schemaFaults } from '../../harness/message/schema.ts';
import { root } from '../../requirements/requirement.ts';
import { call, fixtureTarget, start, temporaryFolder, writeTarget } from '../../testing/command-line.ts';
import { FakeServer } from '../../testing/fake-server.ts';
import type { LoadReport } from './load-report.ts';

const folder = temporaryFolder();

/** The `load.json` of a folder; asserts that it matches its schema. */
function loadIn(name: string): LoadReport {
  const text = readFileSync(join(folder, name, 'load.json'), 'utf8');
  assert.deepEqual(schemaFaults('load', text), []);
  return JSON.parse(text) as LoadReport;
}

const to = (name: string): string[] => ['--report', join(folder, name)];

describe('load', { concurrency: 2 }, () => {
  test('asks the embedded reference at a rate, and reports rate and latency', async () => {
    const { code, stdout, stderr } = await call(['load', '--devices', '50', '--rate', '200', '--for', '1s', ...to('good')]);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /\nload: answered, because every device got its own single answer each time, 200 in all\n/);
    assert.match(stdout, / {2}requests answered +200 of 200 sent {2}in /);
    assert.match(stdout, / {2}answers to a last request +50 of 50 {2}each device asks once more/);
    assert.match(
      stdout,
      / {2}latency +p50 [\d.]+, p90 [\d.]+, p99 [\d.]+, p99\.9 [\d.]+, max [\d.]+ ms {2}from when a request was due\n/,
    );
    assert.match(stdout, /not a verdict of conformance/);
    const { outcome, certifies, connected, counts, latency, lateness, response, plan } = loadIn('good');
    assert.deepEqual([outcome, certifies, connected], ['answered', false, 50]);
    assert.deepEqual([counts.asked, counts.answered, latency.count, lateness.count, response.count], [200, 200, 200, 200, 200]);
    assert.ok(response.maxMs <= latency.maxMs);
    assert.deepEqual(plan, { devices: 50, ratePerSecond: 200, forMs: 1000, schedule: 'open' });
    const page = readFileSync(join(folder, 'good', 'load.html'), 'utf8');
    assert.equal(page.match(/<path class="curve" d="M[\d .LM-]+"/g)?.length, 2);
    assert.doesNotMatch(page, /<script|NaN|undefined|https?:/);
  });

  test('finds the server that answers twice', async () => {
    const target = fixtureTarget(folder, 'faulty/server/answers-twice');
    const { code, stdout } = await call(['load', target, '--devices', '20', ...to('twice')]);
    assert.equal(code, 1, stdout);
    const { outcome, counts, faults } = loadIn('twice');
    assert.deepEqual([outcome, counts.answered, counts.lost], ['not answered', 20, 0]);
    assert.ok(counts.doubled >= 20);
    assert.match(faults[0] ?? '', /a duplicate answer/);
  });

  test('says that the server did not accept every device', async () => {
    const target = fixtureTarget(folder, 'faulty/server/no-more-than-64-connections');
    const { code, stdout } = await call(['load', target, '--devices', '100', ...to('refused')]);
    assert.equal(code, 1, stdout);
    assert.equal(loadIn('refused').connected, 64);
    assert.match(stdout, / {2}devices connected +64 of 100\n/);
    assert.match(loadIn('refused').because, /^64 of 100 devices connected, \d+ could not(, \d+ did not try)?\. load-\d+: /);
  });

  test('names the member of the target file that would mend a refusal', async () => {
    await using server = await FakeServer.open((_, peer) => peer.send({ cmd: 'connack', sessionPresent: false, returnCode: 5 }));
    const { host, port } = server.address;
    const target = writeTarget(folder, { name: 'unknown', role: 'server', address: `mqtt://${host}:${port}` });
    const { code, stdout } = await call(['load', target, '--devices', '1', ...to('unknown')]);
    assert.equal(code, 3, stdout);
    const { outcome, exitCode, because } = loadIn('unknown');
    assert.deepEqual([outcome, exitCode], ['incomplete', 3]);
    assert.match(because, /^0 of 1 devices connected, 1 could not\. load-\d+: the server refused the connection with code 5\.\n/);
    assert.match(because, /the credentials are not those that the server knows: see auth and devices in the target file\.$/);
  });

  test('that is interrupted reports what was measured, and is incomplete', async () => {
    const { child, end } = start(['load', '--devices', '20', '--for', '10m', ...to('interrupted')]);
    assert.ok(child.stdout);
    for (let said = ''; !said.includes('connected after'); ) said += String((await once(child.stdout, 'data'))[0]);
    child.kill('SIGINT');
    const { code, stdout } = await end;
    assert.equal(code, 4, stdout);
    assert.match(stdout, /\nSIGINT: the load ends here; what was measured is reported\n/);
    const { outcome, counts } = loadIn('interrupted');
    assert.equal(outcome, 'incomplete');
    assert.equal(counts.asked, counts.answered + counts.open + counts.lost);
  });

  test('of several machines is merged into one', async () => {
    const machines = [1, 2].map((number) =>
      call(['load', '--devices', '30', '--rate', '100', '--for', '500ms', '--shard', `${number}/2`, ...to(`shard-${number}`)]),
    );
    for (const { code, stdout } of await Promise.all(machines)) assert.equal(code, 0, stdout);
    const folders = [1, 2].map((number) => join(folder, `shard-${number}`));
    const { code, stdout, stderr } = await call(['load', '--merge', ...folders, '--json', ...to('merged')]);
    assert.equal(code, 0, stderr);
    const merged = loadIn('merged');
    assert.deepEqual(JSON.parse(stdout), merged);
    assert.deepEqual([merged.machines, merged.connected, merged.counts.answered, merged.latency.count], [2, 30, 50, 50]);
    const alone = await call(['load', '--merge', folders[0] ?? '', ...to('alone')]);
    assert.equal(alone.code, 2);
    assert.match(alone.stderr, /^shard 2 of 2 is missing/);
    assert.ok(!existsSync(join(folder, 'alone')));
  });
});

describe('wrong use of load', { concurrency: 2 }, () => {
  const client = join(root, 'fixtures/targets/reference-client.yaml');
  const one = join(folder, 'one.yaml');
  const device = 'devices: [{ productKey: a1PkTest01, deviceName: dev01 }]';
  writeFileSync(one, `name: s\nrole: server\nprocess: { command: [s, "{port}"] }\n${device}\nonlyThese: true\n`);
  const limited = join(folder, 'limited.yaml');
  writeFileSync(
    limited,
    'name: s\nrole: server\nprocess: { command: [s, "{port}"] }\nlimits: { connections: 50, requestsPerSecond: 30 }\n',
  );
  for (const [args, says] of [
    [['--devices', '0'], /'--devices <number>' argument '0' is invalid\. Expected a whole number from 1/],
    [['--rate', 'fast'], /'--rate <number>' argument 'fast' is invalid/],
    [['--for', 'ever'], /^--for is "ever"; expected a duration such as/],
    [['--shard', '3/2'], /^--shard is "3\/2"/],
    [['--devices', '1', '--shard', '2/2'], /^--shard is "2\/2", but with 1 devices this part has none/],
    [[client], /is the target file of a client; load needs a server/],
    [[limited], /--devices is 1000, and the target file allows 50 connections \(limits\.connections\)/],
    [[limited, '--devices', '10', '--for', '1s'], /--for without --rate.*30 requests a second.*a --rate of at most 300/],
    [[limited, '--devices', '10', '--rate', '301'], /--rate is 301, and .*: at most 300 for 10 devices/],
    [[one], /--devices is 1000, and the server knows only the devices of its target file, 1 \(onlyThese\)/],
    [['--merge', folder], /expected the reports of "load --shard"/],
  ] as const) {
    test(`load ${args.map((word) => basename(word)).join(' ')} is answered with what was wrong`, async () => {
      const { code, stdout, stderr } = await call(['load', ...args, ...to('wrong')]);
      assert.deepEqual([code, stdout], [2, ''], stderr);
      assert.match(stderr, says);
      assert.ok(!existsSync(join(folder, 'wrong')), 'nothing is written');
    });
  }
});
