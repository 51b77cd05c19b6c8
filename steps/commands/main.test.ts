import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { call, temporaryFolder } from '../testing/command-line.ts';
import { exitCodes } from './terminal/exit-codes.ts';

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
    [['run', '--only', 'server-response-qos0', 'target.yaml'], /--only target\.yaml: .*put target files before --only/],
    [['run', '--role', 'server', '--tags', '@nobody'], /--tags @nobody: this selects no scenario/],
    [['run', '--role', 'server', '--tags', '('], /--tags \(: /],
    [
      ['run', '--role', 'server', '--devices', '20'],
      /^error: option '--devices <number>' argument '20' is invalid\. Expected a whole number from 200 to 50000/,
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
      // Two at a time: each has a report folder of its own.
      const { code, stdout, stderr } = await call(args, { cwd: mkdtempSync(join(folder, 'wrong-')) });
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /^\s+at /m, 'a stack trace');
    });
  }
});
