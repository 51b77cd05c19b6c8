/**
 * Whether the shards of a run, merged, come to what the whole run comes to, in ten shardings of chance on implementations of both roles.
 *
 * Usage: npm run shardings
 *
 * Exit codes: 0 all of them did, 1 one of them did not, 2 wrong use.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Statement } from '../../report/certificate/statement.ts';
import { type Role, root } from '../../requirements/requirement.ts';
import type { Report } from '../../verdict/report.ts';
import { answerHelp, takeNoArguments } from '../usage.ts';

const shardings = 10;
const most = 8;

/** Implementations that go the same way every time: names of `node fixtures/support/start.ts --list`. */
const implementations = [
  'unusual/server/pretty-json',
  'faulty/server/qos-of-the-subscription',
  'faulty/server/strings-only',
  'unusual/client/age',
  'faulty/client/request-at-qos1',
];

const entry = `${root}steps/commands/entry.mjs`;
answerHelp(import.meta.url);
takeNoArguments('shardings');
const folder = mkdtempSync(join(tmpdir(), 'ntp-shardings-'));
try {
  const wholes = new Map<string, string>();
  let unlike = 0;
  for (let index = 0; index < shardings; index++) {
    const name = implementations[index % implementations.length] ?? '';
    const target = writeTarget(name);
    const whole = wholes.get(name) ?? wholeRun(target);
    wholes.set(name, whole);
    const of = 2 + Math.floor(Math.random() * (most - 1));
    const same = shardedRun(target, of) === whole;
    if (!same) unlike += 1;
    console.log(`${name.padEnd(40)}${String(of).padStart(2)} shards   ${same ? 'as the whole run' : 'UNLIKE the whole run'}`);
  }
  console.log(
    `${shardings - unlike} of ${shardings} shardings came to the verdict, the requirements and the certificate of the whole run`,
  );
  process.exitCode = unlike === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function writeTarget(name: string): string {
  const role: Role = name.includes('/client/') ? 'client' : 'server';
  const own = ['--port', '{port}'];
  const device = ['--product-key', '{productKey}', '--device-name', '{deviceName}', '--type', '{timestampType}'];
  const clients = ['--host', '{host}', ...own, '--timeout', '2000', ...device];
  const command = [process.execPath, `${root}fixtures/support/start.ts`, name, ...(role === 'client' ? clients : own)];
  const result = { log: String.raw`^NTP local time: (?<time>\S+)` };
  const path = join(folder, `${name.replaceAll('/', '-')}.json`);
  const build = { name, digest: `sha256:${'0'.repeat(64)}` };
  // What fails by silence would be waited for.
  const more = role === 'client' ? { result, within: '4s' } : { responseDeadline: '600ms' };
  const target = { name, role, build, process: { command }, ...more };
  writeFileSync(path, JSON.stringify(target));
  return path;
}

function call(...args: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [entry, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0 && status !== 1) throw new Error(`${args.join(' ')} exited with ${status}: ${stderr}`);
}

function wholeRun(target: string): string {
  const report = join(folder, 'whole');
  call('run', target, '--report', report);
  return essence(report);
}

/** The shards one after the other, in an order of chance, and merged in another. */
function shardedRun(target: string, of: number): string {
  const numbers = shuffled(Array.from({ length: of }, (_, index) => index + 1));
  const partOf = (number: number): string => join(folder, `shard-${number}`);
  for (const number of numbers) call('run', target, '--shard', `${number}/${of}`, '--report', partOf(number));
  const report = join(folder, 'merged');
  call('merge', ...shuffled(numbers).map(partOf), '--report', report);
  return essence(report);
}

function shuffled(numbers: readonly number[]): number[] {
  return numbers
    .map((number) => ({ number, turn: Math.random() }))
    .sort((a, b) => a.turn - b.turn)
    .map(({ number }) => number);
}

/** The verdict, every requirement and scenario with its status, and what the certificate is about and says. */
function essence(report: string): string {
  const { verdict, because, exitCode, counts, requirements } = JSON.parse(
    readFileSync(join(report, 'report.json'), 'utf8'),
  ) as Report;
  const table = requirements.map(({ id, status, scenarios }) => [id, status, scenarios.map((one) => [one.place, one.status])]);
  const { subject, predicate } = JSON.parse(readFileSync(join(report, 'certificate.json'), 'utf8')) as Statement;
  const { result, configuration, passedTests, warnedTests, failedTests } = predicate;
  const certified = [subject, result, configuration, passedTests, warnedTests, failedTests];
  return JSON.stringify([verdict, because, exitCode, counts, table, certified]);
}
