import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { schemaFaults } from '../../harness/message/schema.ts';
import { readRequirements } from '../../requirements/requirement.ts';
import { reportIn, start, temporaryFolder, writeTarget } from '../../testing/command-line.ts';

const folder = temporaryFolder();

/**
 * A server that accepts everything, and answers only the first request, which is that of the preflight. At the next request, which is
 * that of a scenario, it tells the test through an additional connection. If that connection ends, the server ends, and vice versa.
 */
const mute = `
const { connect, createServer } = require('node:net');
const [port, control] = process.argv.slice(1).map(Number);
const line = connect(control, '127.0.0.1');
let requests = 0;
line.on('close', () => process.exit(0)).on('error', () => process.exit(0));
createServer((socket) => socket.on('error', () => {}).on('data', (bytes) => {
  if (bytes[0] === 0x10) socket.write(Buffer.from([0x20, 2, 0, 0]));
  if (bytes[0] === 0x82) socket.write(Buffer.from([0x90, 3, bytes[2], bytes[3], 0]));
  if (bytes[0] !== 0x30) return;
  requests += 1;
  const topic = bytes.toString('utf8', 4, 4 + bytes[3]).replace('request', 'response');
  if (requests === 1) socket.write(Buffer.concat([Buffer.from([0x30, topic.length + 4, 0, topic.length]), Buffer.from(topic + '{}')]));
  if (requests === 2) line.write('asked');
})).listen(port, '127.0.0.1');`;

/** A run on the mute server that has just sent its first request. */
async function runInTheMiddle(name: string, args: readonly string[] = []) {
  const report = join(folder, name);
  const control = createServer().listen(0, '127.0.0.1');
  await once(control, 'listening');
  const { port } = control.address() as AddressInfo;
  const command = ['node', '-e', mute, '{port}', String(port)];
  const target = writeTarget(folder, { name, role: 'server', process: { command }, responseDeadline: '60s' });
  const { child, end } = start(['run', target, '--report', report, ...args]);
  const over = new AbortController();
  const asked = async (): Promise<Socket> => {
    const [line] = (await once(control, 'connection', over)) as [Socket];
    await once(line, 'data', over);
    return line;
  };
  const early = end.then(({ code, stdout, stderr }): never => {
    over.abort();
    control.close();
    throw new Error(`the run ended before it asked, with code ${code}\n${stdout}${stderr}`);
  });
  const line = await Promise.race([asked(), early]);
  early.catch(() => {});
  const close = (): void => {
    line.destroy();
    control.close();
  };
  return { child, end, line, report, close };
}

describe('a run that is interrupted', () => {
  test('stops its target, reports what was measured, and is incomplete', async () => {
    const { child, end, line, report, close } = await runInTheMiddle('interrupted');
    const stopped = once(line, 'close');
    child.kill('SIGINT');
    const { code, stdout, stderr } = await end;
    await stopped;
    close();
    assert.equal(code, 4, stdout + stderr);
    assert.match(stdout, /\nSIGINT: the run ends here; what was measured is reported\n/);
    assert.match(stdout, /interrupted: incomplete, because the run was interrupted \(SIGINT\)\n$/);
    const { verdict, faults, counts } = reportIn(report);
    assert.equal(verdict, 'incomplete');
    assert.deepEqual(faults, ['the run was interrupted (SIGINT)']);
    assert.equal(counts.failed, 0, stdout);
    assert.deepEqual(schemaFaults('report', readFileSync(join(report, 'report.json'), 'utf8')), []);
  });
});

describe('a run that takes too long', () => {
  test('ends at its deadline, reports what was measured, and is incomplete', async () => {
    const { end, line, report, close } = await runInTheMiddle('overdue', ['--deadline', '5s']);
    const stopped = once(line, 'close');
    const { code, stdout, stderr } = await end;
    await stopped;
    close();
    assert.equal(code, 4, stdout + stderr);
    assert.match(stdout, /\nits deadline of 5 s has passed: the run ends here; what was measured is reported\n/);
    const { verdict, faults, counts } = reportIn(report);
    assert.deepEqual([verdict, faults], ['incomplete', ['the run was interrupted (its deadline of 5 s has passed)']]);
    assert.equal(counts.failed, 0, stdout);
    assert.deepEqual(schemaFaults('report', readFileSync(join(report, 'report.json'), 'utf8')), []);
  });

  test('says what a deadline looks like', async () => {
    const { code, stderr } = await start(['run', '--deadline', 'soon', '--report', join(folder, 'soon')]).end;
    assert.equal(code, 2);
    assert.equal(stderr, '--deadline is "soon"; expected a duration such as 90s or 10m, of an hour at most\n');
  });
});

describe('a run that dies', () => {
  test('leaves a report that says incomplete', async () => {
    const { child, end, report, close } = await runInTheMiddle('killed');
    child.kill('SIGKILL');
    const { code } = await end;
    close();
    assert.equal(code, null);
    const text = readFileSync(join(report, 'report.json'), 'utf8');
    assert.deepEqual(schemaFaults('report', text), []);
    const { verdict, because, counts } = reportIn(report);
    assert.equal(verdict, 'incomplete');
    assert.equal(because, 'the run did not finish');
    assert.equal(counts.inconclusive, readRequirements('server').length);
    assert.match(readFileSync(join(report, 'junit.xml'), 'utf8'), /<property name="verdict" value="incomplete"\/>/);
  });
});

describe('a run that cannot begin', () => {
  test('says why its target did not start, with its last lines', async () => {
    const report = join(folder, 'not-started');
    const target = writeTarget(folder, {
      name: 'Acme',
      role: 'server',
      process: {
        command: ['node', '-e', 'console.log("booting"); console.error("no licence"); process.exitCode = 7', '{port}'],
      },
    });
    const { code, stderr } = await start(['run', target, '--report', report]).end;
    assert.equal(code, 3, stderr);
    assert.match(stderr, /^Acme \(Acme\.json\) did not start\.\n/);
    assert.match(stderr, /exited with code 7/);
    assert.match(stderr, /booting\n {4}no licence\n|no licence\n {4}booting\n/);
    assert.doesNotMatch(stderr, /^\s+at /m, 'a stack trace');
    const { verdict, because, exitCode } = reportIn(report);
    assert.equal(exitCode, code);
    assert.deepEqual(schemaFaults('report', readFileSync(join(report, 'report.json'), 'utf8')), []);
    assert.equal(`${verdict}: ${because}`, 'incomplete: Acme (Acme.json) did not start.');
  });

  for (const [what, command, seen] of [
    ['cannot be run', ['no-such-program'], /the program could not be run \(ENOENT\)/],
    [
      'ends with an error before it tries to connect',
      ['node', '-e', 'console.error("no licence"); process.exitCode = 7'],
      /it exited with code 7 before it tried to connect\n {2}its last lines:\n {4}no licence\n/,
    ],
  ] as const)
    test(`says that its client ${what}, and certifies nothing`, async () => {
      const report = join(folder, `client-${command.length}`);
      const target = writeTarget(folder, {
        name: `Sensor-${command.length}`,
        role: 'client',
        device: { productKey: 'a1PkTest01', deviceName: 'dev01' },
        process: { command: [...command, '{host}', '{port}', '{productKey}', '{deviceName}'] },
        result: { log: 'time (?<time>\\d+)' },
        build: { name: 'sensor', digest: `sha256:${'0'.repeat(64)}` },
      });
      const { code, stderr } = await start(['run', target, '--report', report]).end;
      assert.equal(code, 3, stderr);
      assert.match(stderr, /^Sensor-\d \(Sensor-\d\.json\) did not start\.\n/);
      assert.match(stderr, seen);
      assert.equal(reportIn(report).exitCode, 3);
      assert.equal(existsSync(join(report, 'certificate.json')), false);
    });

  test('says why its report cannot be written', async () => {
    writeFileSync(join(folder, 'a-file'), '');
    const { code, stdout, stderr } = await start(['run', '--role', 'server', '--report', join(folder, 'a-file/report')]).end;
    assert.equal(code, 3);
    assert.equal(stdout, '');
    assert.match(stderr, /a-file.*: nothing was judged\n$/);
    assert.doesNotMatch(stderr, /^\s+at /m, 'a stack trace');
  });
});

describe('a run whose reader goes away', () => {
  test('still finishes', async () => {
    const report = join(folder, 'unread');
    const { child, end } = start(['run', '--only', 'server-response-qos0', '--verbose', '--report', report]);
    child.stdout?.destroy();
    const { code, stderr } = await end.catch(() => ({ code: child.exitCode, stderr: '' }));
    if (child.exitCode === null) await once(child, 'exit');
    assert.equal(code ?? child.exitCode, 4, stderr);
    assert.equal(reportIn(report).counts.passed, 1);
  });
});
