import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after } from 'node:test';
import type { Role } from '../requirements/requirement.ts';
import { root } from '../requirements/requirement.ts';
import type { Report } from '../verdict/report.ts';
import { type CallResult, callWarm } from './warm-process.ts';

/** The suite's command line in a checkout. */
export const entry = join(root, 'steps/commands/entry.mjs');

/** Differences from the usual call. */
export interface CallOptions {
  /** Working directory; by default not the checkout, so that nothing depends on it. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly program?: string;
  /** The Node that runs it; by default the Node of the tests. */
  readonly node?: string;
}

/** Makes a folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'iot-ntp-cli-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts `iot-ntp-conformance …`. */
export function start(args: readonly string[], options: CallOptions = {}): { child: ChildProcess; end: Promise<CallResult> } {
  const { cwd = tmpdir(), env = {}, program = entry, node = process.execPath } = options;
  const child = spawn(node, [program, ...args], { cwd, env: { ...inherited(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const end = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]).then(([[code], stdout, stderr]) => ({
    code: code as number | null,
    stdout,
    stderr,
  }));
  return { child, end };
}

/** Runs `iot-ntp-conformance …` to its end, in a process of its own: for tests of what a process does at its start and end. */
export function callAfresh(args: readonly string[], options: CallOptions = {}): Promise<CallResult> {
  return start(args, options).end;
}

/** Runs `iot-ntp-conformance …` to its end. The calls of a test file share a process, unless they name a program or its Node. */
export function call(args: readonly string[], options: CallOptions = {}): Promise<CallResult> {
  const { cwd = tmpdir(), env = {}, program, node } = options;
  if (program !== undefined || node !== undefined) return callAfresh(args, options);
  return callWarm({ args, cwd, env: { ...inherited(), ...env } });
}

/** The environment of the tests, without its variables about colours, which must not affect the output. */
function inherited(): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _force, NO_COLOR: _no, NODE_TEST_CONTEXT: _context, ...rest } = process.env;
  return rest;
}

/** The `report.json` of a folder. */
export function reportIn(folder: string): Report {
  return JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as Report;
}

/** Writes a target file of a server whose process is one of the fixtures. @param more members of the file @returns its path */
export function fixtureTarget(folder: string, fixture: string, more: Readonly<Record<string, unknown>> = {}): string {
  const command = ['node', join(root, 'fixtures/support/start.ts'), fixture, '--port', '{port}'];
  return writeTarget(folder, { name: fixture, role: 'server', process: { command }, lateAnswers: '100ms', ...more });
}

/** Writes a target file of a client in the same way. */
export function fixtureClientTarget(folder: string, fixture: string, more: Readonly<Record<string, unknown>> = {}): string {
  const options = '--host {host} --port {port} --product-key {productKey} --device-name {deviceName} --type {timestampType}';
  const command = ['node', join(root, 'fixtures/support/start.ts'), fixture, ...options.split(' ')];
  const result = { log: String.raw`NTP local time: (?<time>\d+)` };
  return writeTarget(folder, { name: fixture, role: 'client', process: { command }, result, ...more });
}

/** Writes a target file. @returns its path */
export function writeTarget(
  folder: string,
  target: { readonly name: string; readonly role: Role } & Readonly<Record<string, unknown>>,
): string {
  const path = join(folder, `${target.name.replaceAll(/[^a-z0-9]+/gi, '-')}.json`);
  writeFileSync(path, JSON.stringify(target, undefined, 2));
  return path;
}
