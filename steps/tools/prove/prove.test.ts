import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { readRequirements, root } from '../../requirements/requirement.ts';
import { temporaryFolder } from '../../testing/command-line.ts';
import { matrix } from './matrix.ts';
import { conclude } from './proof.ts';
import { listImplementations } from './proof-implementation.ts';
import { SuiteProcess } from './suite-process.ts';
import { tryOut } from './trial.ts';

const prove = (...args: string[]) =>
  spawnSync(process.execPath, [`${root}steps/tools/prove/prove.ts`, ...args], { encoding: 'utf8', timeout: 60_000 });

test('--help says what can be used', () => {
  const { status, stdout } = prove('--help');
  assert.equal(status, 0);
  for (const option of ['--only', '--role', '--lanes', 'Exit codes']) assert.ok(stdout.includes(option), option);
});

test('wrong use is named, without a stack trace', () => {
  for (const [args, expected] of [
    [['--role', 'broker'], /'broker' is invalid\. Allowed choices are server, client/],
    [['--lanes', '0'], /'0' is invalid\. Expected a whole number from 1/],
    [['--no-such-option'], /--no-such-option/],
    [['--only', 'no-such-thing'], /--only names "no-such-thing"/],
    [
      ['--part', '--only', 'pretty-json'],
      /--only names "pretty-json", which is none of the implementations that the other options leave/,
    ],
    [
      ['--role', 'client', '--only', 'stamps-in-seconds'],
      /--only names "stamps-in-seconds", which is none of the implementations/,
    ],
  ] as const) {
    const { status, stderr } = prove(...args);
    assert.equal(status, 2, stderr);
    assert.match(stderr, expected);
    assert.doesNotMatch(stderr, /^\s+at /m);
  }
});

test('a deviation that is switched off is a missing failure, and proves nothing', async (context) => {
  const suite = new SuiteProcess();
  context.after(() => suite.close());
  const all = await listImplementations();
  const faulty = all.find(({ name }) => name === 'faulty/server/stamps-in-seconds');
  assert.ok(faulty);
  const command = [process.execPath, `${root}fixtures/reference/server.ts`, '--port', '{port}'];
  const mended = { ...faulty, target: { ...faulty.target, process: { command } } };
  const trial = await tryOut(suite, mended, temporaryFolder());
  const proof = conclude(readRequirements('server'), [trial], { whole: false, durationMs: 1 });
  assert.equal(proof.proven, false);
  assert.match(
    matrix(proof),
    /^MISSING FAILURE {2}faulty\/server\/stamps-in-seconds: server-unit-milliseconds must fail and is passed$/m,
  );
});

test('a Rule that loses its faulty implementations is a gap', async () => {
  const requirements = readRequirements('server');
  const lost = 'server-unit-milliseconds';
  const left = (await listImplementations()).filter(({ fails }) => !fails.includes(lost));
  const trials = left.map((implementation) => ({ implementation, report: undefined, crash: 'not tried', durationMs: 0 }));
  const { gaps, proven } = conclude(requirements, trials, { whole: true, durationMs: 1 });
  assert.equal(proven, false);
  assert.ok(gaps.includes(`${lost}: no implementation in fixtures/faulty/server/ breaks it`), gaps.join('\n'));
});
