import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root } from '../../requirements/requirement.ts';
import { call, reportIn, start, temporaryFolder, writeTarget } from '../../testing/command-line.ts';

const folder = temporaryFolder();

/** Writes a program that runs this fixture; a second call replaces it. */
function write(program: string, fixture: string): void {
  writeFileSync(
    program,
    `process.argv.splice(2, 0, ${JSON.stringify(fixture)});\nawait import(${JSON.stringify(join(root, 'fixtures/support/start.ts'))});\n`,
  );
}

/** A target with its own folder, and the arguments to watch it. */
function prepared(name: string): { own: string; program: string; target: string; report: string; args: string[] } {
  const own = join(folder, name);
  mkdirSync(own);
  const program = join(own, 'server.mjs');
  write(program, 'faulty/server/qos-of-the-subscription');
  const target = writeTarget(own, { name, role: 'server', process: { command: ['node', 'server.mjs', '--port', '{port}'] } });
  const report = join(own, 'report');
  return { own, program, target, report, args: ['run', target, '--watch', '--only', 'server-response-qos0', '--report', report] };
}

describe('run --watch', { timeout: 120_000 }, () => {
  test('runs again after a change, says what changed, outlives a broken target file, and ends at Ctrl-C', async () => {
    const { own, program, target, report, args } = prepared('watched');
    const { child, end } = start(args, { cwd: own });
    const good = readFileSync(target, 'utf8');
    const acts = [
      () => write(program, 'faulty/server/steps-of-100-ms'),
      () => writeFileSync(target, '{ "name": "watched" '),
      () => writeFileSync(target, good),
      () => child.kill('SIGINT'),
    ];
    const verdicts: string[] = [];
    let text = '';
    child.stdout?.on('data', (part: Buffer) => {
      text += part.toString();
      // Output after the line "waiting" belongs to the next run.
      const waiting = /^watching .*; Ctrl-C ends\n/m.exec(text);
      if (waiting === null) return;
      text = text.slice(waiting.index + waiting[0].length);
      verdicts.push(reportIn(report).verdict);
      acts.shift()?.();
    });
    const { code, stdout, stderr } = await end;
    assert.equal(code, 4, stdout + stderr);
    assert.match(
      stdout,
      /\nwatching watched\.json, expectations\.yaml, server\.mjs, \.\/ \(\.js \.mjs \.cjs \.ts \.mts \.cts\); Ctrl-C ends\n/,
    );
    assert.deepEqual(stdout.match(/^changed: .*$/gm), ['changed: server.mjs', 'changed: watched.json', 'changed: watched.json']);
    assert.match(stderr, /^\S*watched\.json:\d+:\d+: is not YAML/);
    // The run that could not start wrote no report.
    assert.deepEqual(verdicts, ['does not conform', 'incomplete', 'incomplete', 'incomplete']);
    assert.equal(stdout.match(/^iot-ntp-conformance .*$/gm)?.length, 3);
  });

  test('runs again when a program that a build removed is back, and after a later edit of it', async () => {
    const { own, report } = prepared('built');
    const built = join(own, 'dist');
    const program = join(built, 'server.mjs');
    const build = (fixture: string): void => {
      mkdirSync(built, { recursive: true });
      write(program, fixture);
    };
    build('faulty/server/qos-of-the-subscription');
    const command = ['node', 'dist/server.mjs', '--port', '{port}'];
    const target = writeTarget(own, { name: 'built', role: 'server', process: { command } });
    const { child, end } = start(['run', target, '--watch', '--only', 'server-response-qos0', '--report', report], { cwd: own });
    const acts = [
      () => rmSync(built, { recursive: true }),
      () => build('faulty/server/steps-of-100-ms'),
      () => write(program, 'faulty/server/qos-of-the-subscription'),
      () => child.kill('SIGINT'),
    ];
    const verdicts: string[] = [];
    let seen = 0;
    let text = '';
    child.stdout?.on('data', (part: Buffer) => {
      text += part.toString();
      const waiting = text.match(/^watching .*; Ctrl-C ends$/gm)?.length ?? 0;
      if (waiting === seen) return;
      seen = waiting;
      verdicts.push(reportIn(report).verdict);
      acts.shift()?.();
    });
    const { stdout, stderr } = await end;
    assert.deepEqual(verdicts, ['does not conform', 'incomplete', 'incomplete', 'does not conform'], stdout + stderr);
    assert.equal(stdout.match(/^changed: .*server\.mjs$/gm)?.length, 3, stdout);
  });

  test('ends the run that lasts, and reports it', async () => {
    const { program, report, args } = prepared('ended');
    // It is never ready, so the run does not end.
    writeFileSync(program, 'setInterval(() => {}, 1000);\n');
    const { child, end } = start(args);
    child.stdout?.once('data', () => child.kill('SIGINT'));
    const { code, stdout } = await end;
    assert.equal(code, 4, stdout);
    assert.match(stdout, /SIGINT: the run ends here/);
    assert.match(reportIn(report).because, /SIGINT/);
  });

  test('needs a target file, and prints no JSON', async () => {
    assert.match((await call(['run', '--watch'])).stderr, /^--watch needs a target file\n$/);
    const { args } = prepared('json');
    const json = await call([...args, '--json']);
    assert.equal(json.code, 2);
  });
});
