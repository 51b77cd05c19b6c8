import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Requirement, readRequirements, root } from '../../requirements/requirement.ts';
import { readSets } from '../../requirements/requirement-set.ts';
import { call, temporaryFolder } from '../../testing/command-line.ts';
import { exitCodes } from './exit-codes.ts';

const folder = temporaryFolder();

/** The commands that `--help` names. */
const { stdout: help } = await call(['--help']);
const commands = [...help.matchAll(/^ {2}([a-z]+) .*/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');

describe('help', { concurrency: 2 }, () => {
  test('names the commands', () => {
    for (const name of ['init', 'doctor', 'run', 'verify', 'list', 'explain', 'validate', 'completion'])
      assert.ok(commands.includes(name), name);
  });

  for (const command of commands) {
    test(`of ${command} says what it does and takes, and how it is typed`, async () => {
      const { code, stdout, stderr } = await call([command, '--help']);
      assert.equal(code, 0);
      assert.equal(stderr, '');
      assert.match(stdout, new RegExp(`^Usage: iot-ntp-conformance ${command} .*\n\n[A-Z]`));
      assert.match(stdout, new RegExp(`\nExamples:\n( .*\n)*  .*iot-ntp-conformance ${command}`));
      assert.equal((await call(['help', command])).stdout, stdout);
    });
  }

  test('says every exit code, of the whole and of run', async () => {
    for (const args of [['--help'], ['run', '--help']]) {
      const { stdout } = await call(args);
      for (const [code, meaning] of Object.entries(exitCodes)) assert.ok(stdout.includes(`  ${code}  ${meaning}`), meaning);
    }
  });

  test('is shown when nothing is asked for, and that is wrong use', async () => {
    const { code, stdout, stderr } = await call([]);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^Usage: iot-ntp-conformance /);
  });
});

describe('wrong use', { concurrency: 2 }, () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['runn'], /unknown command 'runn'[\s\S]*Did you mean run\?/],
    [['run', '--stricct'], /unknown option '--stricct'[\s\S]*Did you mean --strict\?/],
    [['run', 'one.yaml', 'two.yaml'], /^one\.yaml: there is no such file\n$/],
    [['list', 'server'], /too many arguments/],
    [['run', 'absent.yaml'], /^absent\.yaml: there is no such file\n$/],
    [['run', '--only', 'server-respnse-qos0'], /there is no such requirement.*did you mean "server-response-qos0"\?/],
    [['run', '--only', 'server-response-qos0', 'target.yaml'], /--only target\.yaml: .*a target file stands before --only/],
    [['run', '--role', 'server', '--tags', '@nobody'], /--tags @nobody: this selects no scenario/],
    [['run', '--role', 'server', '--tags', '('], /--tags \(: /],
    [
      ['run', '--role', 'server', '--devices', '20'],
      /^error: option '--devices <number>' argument '20' is invalid\. Expected 200 to 50000/,
    ],
    [['run', '--role', 'server', '--order', 'reverse'], /^--order reverse: expected defined, random, or random:SEED/],
    [['run', '--role', 'broker'], /Allowed choices are server, client/],
    [['run', '--json'], /--json prints one report/],
    [['explain'], /missing required argument 'id'/],
    [['list', '--set', '1999.1'], /--set 1999\.1: there is no such requirement set.*; there are .*2026\.1/],
    [['list', '--role', 'broker'], /Allowed choices are server, client/],
  ];
  for (const [args, says] of wrong) {
    test(`${args.join(' ')} is answered with what was wrong`, async () => {
      const { code, stdout, stderr } = await call(args, { cwd: folder });
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /^\s+at /m, 'a stack trace');
    });
  }
});

describe('list', () => {
  const requirements = readRequirements('server');

  test('has a line for each requirement, in the order of the features', async () => {
    const { code, stdout } = await call(['list', '--role', 'server']);
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => line.split(/\s+/)[0]),
      requirements.map(({ id }) => id),
    );
    for (const [index, { level, sentence }] of requirements.entries())
      assert.ok(lines[index]?.includes(`  ${level.toUpperCase().padEnd(6)}  ${sentence}`), lines[index]);
  });

  test('is the same as JSON, with scenarios, sources and digests', async () => {
    const { stdout } = await call(['list', '--role', 'server', '--json']);
    assert.deepEqual(JSON.parse(stdout) as Requirement[], requirements);
  });

  test('shows a released set with its ids and digests, the newest by default, also as JSON', async () => {
    const [newest] = readSets();
    assert.ok(newest);
    const { code, stdout } = await call(['list', '--set']);
    assert.equal(code, 0);
    const [first, ...lines] = stdout.trimEnd().split('\n');
    assert.equal(first, `requirement set ${newest.name}, digest ${newest.digest}`);
    const members = [...newest.server, ...newest.client];
    assert.deepEqual(
      lines.map((line) => line.split(/\s+/)),
      members.map(({ id, digest }) => [id, digest]),
    );
    const { name, digest, server } = newest;
    const { stdout: json } = await call(['list', '--set', name, '--role', 'server', '--json']);
    assert.deepEqual(JSON.parse(json), { name, digest, requirements: server });
  });

  test('says what cannot be tested, and why', async () => {
    const { code, stdout } = await call(['list', '--excluded']);
    assert.equal(code, 0);
    const { stdout: json } = await call(['list', '--excluded', '--json']);
    const statements = JSON.parse(json) as { statement: string; why: string }[];
    assert.ok(statements.length > 0);
    for (const { statement, why } of statements) assert.ok(stdout.includes(`${statement}\n    ${why}\n`), statement);
  });
});

describe('explain', () => {
  test('says everything about a requirement', async () => {
    const { code, stdout } = await call(['explain', 'server-response-qos0']);
    assert.equal(code, 0);
    assert.match(stdout, /^server-response-qos0 {2}MUST\n {2}the server MUST deliver the response at QoS 0\n/);
    assert.match(stdout, /\n {2}source {6}stated, "Device connection", step 1/);
    assert.match(stdout, /\n {2}mistakes {4}the service publishes at the QoS of the subscription/);
    assert.match(stdout, /\n {2}stands at {3}features\/server\/qos\.feature:\d+\n/);
    assert.match(stdout, /\n {4}The subscription asked for QoS 1\n/);
  });

  test('takes the id as a tag too, and names the nearest for an unknown one', async () => {
    assert.equal((await call(['explain', '@server-response-qos0'])).code, 0);
    const { code, stderr } = await call(['explain', 'server-respons-qos']);
    assert.equal(code, 2);
    assert.match(stderr, /there is no such requirement \(did you mean "server-response-qos0"\?\)/);
  });
});

describe('validate', () => {
  test('says what a good target file describes', async () => {
    const { code, stdout } = await call(['validate', 'fixtures/targets/reference-server.yaml'], { cwd: root });
    assert.equal(code, 0);
    assert.match(stdout, /is a valid target file: reference server \(server, process\)/);
  });

  test('says file, line, member, expectation and nearest name of every mistake', async () => {
    writeFileSync(
      join(folder, 'bad.yaml'),
      'name: Acme\nrole: servre\ncontainer:\n  image: acme/hub:1\n  prot: 1883\n  port: many\n',
    );
    const { code, stdout, stderr } = await call(['validate', 'bad.yaml'], { cwd: folder });
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^bad\.yaml:2:7: role: .*did you mean "server".*one of server, client/m);
    assert.match(stderr, /^bad\.yaml:5:3: container\.prot: .*did you mean "port"/m);
    assert.match(stderr, /^bad\.yaml:6:9: container\.port: .*port number/m);
  });
});
