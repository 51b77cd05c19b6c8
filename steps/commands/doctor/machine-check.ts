import { once } from 'node:events';
import { accessSync, constants, existsSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { delimiter, dirname, join, resolve } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { freePort } from '../../harness/implementation/free-port.ts';
import type { ProcessStart } from '../../harness/implementation/target.ts';
import { nowUs } from '../../harness/time/now.ts';
import { type CheckOutcome, notNeeded, ok, problem } from './check-result.ts';

/** How long both clocks are watched, in ms. */
const watchedMs = 1_000;

/** By how much they may differ after that, in ms: twenty times what a time service corrects in a second. */
const mostApartMs = 10;

/** The most that the reports of a whole run need, in bytes. */
const room = 100 * 1024 ** 2;

/** Listens on a free port of the loopback, connects to it, and waits for the answer. */
export async function checkLoopback(): Promise<CheckOutcome> {
  const host = '127.0.0.1';
  const port = await freePort(host);
  const server = createServer((socket) => socket.pipe(socket)).listen(port, host);
  try {
    await once(server, 'listening');
    const socket = createConnection({ host, port });
    try {
      await once(socket, 'connect');
      socket.write('?');
      await once(socket, 'data');
    } finally {
      socket.destroy();
    }
    return ok(`port ${port} of ${host} was free, and answers`);
  } catch (error) {
    return problem(
      `a port of ${host} does not answer: ${(error as Error).message}`,
      'Let programs of this machine listen on its loopback and connect to it (firewall, sandbox).',
    );
  } finally {
    server.close();
  }
}

/** Whether the wall clock runs as fast as the monotonic clock: the suite judges times by both. */
export async function checkClocks(): Promise<CheckOutcome> {
  const first = apart();
  await after(watchedMs);
  const last = apart();
  const moved = Math.max(last.least - first.most, first.least - last.most, 0);
  return clocksOutcome(moved, new Date().toISOString());
}

/** @param moved by how many ms at least the wall clock was moved */
export function clocksOutcome(moved: number, now: string): CheckOutcome {
  if (moved <= mostApartMs) return ok(`it is ${now}, and the wall clock runs like the monotonic clock`);
  return problem(
    `the wall clock was moved by ${moved.toFixed(0)} ms while ${watchedMs / 1000} s passed`,
    'Wait until the time service has set the clock; on a virtual machine, let only one service set it.',
  );
}

/** How far the wall clock is ahead of the monotonic clock, in ms: it is between these two values. */
function apart(): { readonly least: number; readonly most: number } {
  const before = nowUs();
  const wall = Date.now();
  return { least: wall - nowUs() / 1000, most: wall + 1 - before / 1000 };
}

/** Writes a file into the report folder, or into the folder that it will be made in, and removes it. */
export function checkReportFolder(folder: string): CheckOutcome {
  const advice = 'Free some space or grant write access there, or name another folder with --report.';
  let there = resolve(folder);
  while (!existsSync(there)) there = dirname(there);
  if (!statSync(there).isDirectory()) return problem(`${there} is not a folder`, advice);
  try {
    const made = mkdtempSync(join(there, '.iot-ntp-conformance-'));
    try {
      writeFileSync(join(made, 'report.json'), '{}\n', { flush: true });
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
    const { bavail, bsize } = statfsSync(there);
    const free = bavail * bsize;
    if (free < room)
      return problem(`${folder} has room for ${Math.floor(free / 1024 ** 2)} MB only; expected ${room / 1024 ** 2}`, advice);
    return ok(`${folder} can be written to`);
  } catch (error) {
    return problem(`${folder} cannot be written to: ${(error as Error).message}`, advice);
  }
}

/** Looks for the program of a command as the system does. */
export function checkProgram({ command, cwd }: ProcessStart, path = process.env['PATH'] ?? ''): CheckOutcome {
  const [program = ''] = command;
  if (program === 'node') return ok(`node is the Node that the suite runs on, ${process.execPath}`);
  if (program.includes('{')) return notNeeded(`not tried: ${program} is known when it starts`);
  const named = /[/\\]/.test(program);
  const found = named ? [resolve(cwd, program)].find(canRun) : path.split(delimiter).flatMap(withEndings(program)).find(canRun);
  if (found !== undefined) return ok(found);
  return problem(
    `${program} ${named ? `is no program (in ${cwd})` : 'is not on PATH'}`,
    'Install it, or correct process.command in the target file.',
  );
}

const withEndings =
  (program: string) =>
  (folder: string): string[] =>
    (process.platform === 'win32' ? ['.exe', '.cmd', ''] : ['']).map((ending) => join(folder, program + ending));

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** @param least what package.json asks for: `^22.22.0 || 24 || >=26` */
export function checkNode(version: string, least: string): CheckOutcome {
  const numbers = version.replace(/^v/, '').split('.').map(Number);
  const fits = least.split('||').some((range) => isWithin(numbers, range.trim()));
  if (fits) return ok(`${version}, ${process.execPath}`);
  return problem(
    `${version}, ${process.execPath}; expected ${least}`,
    'Install such a Node; in a checkout, npm run takes the right one.',
  );
}

/** Knows only the forms of ranges in the suite's package.json: `^1.2.3`, `1`, `>=1.2`. */
function isWithin(version: readonly number[], range: string): boolean {
  const [, sign = '', numbers = ''] = /^(\^|>=)?(\d+(?:\.\d+)*)$/.exec(range) ?? [];
  const least = numbers.split('.').map(Number);
  if (sign !== '>=' && version[0] !== least[0]) return false;
  for (const [index, number] of least.entries()) {
    const own = version[index] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}
