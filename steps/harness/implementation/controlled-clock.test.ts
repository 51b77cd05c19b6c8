import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { withoutCompiler } from '../../testing/compiler-prerequisite.ts';
import { ControlledClock } from './controlled-clock.ts';

/** The page's times, both sides of 2^31 s and ms, 1970, 2100, and what a double or a float would lose. */
const times = [
  1571724098000, 1571724098025, 1571724098001, 0, 1, 999, 2147483647, 2147483647999, 2147483648000, 4102444800123, 4294967296000,
];

/** In every language a program that answers each line of its input with the time of day in ms. */
const programs = {
  node: `process.stdin.on('data', () => console.log(Date.now()))`,
  python: `
import sys, time
for line in sys.stdin: print(time.time_ns() // 1000000, flush=True)`,
  c: `
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static long long ms_of(struct timespec time) { return time.tv_sec * 1000LL + time.tv_nsec / 1000000; }
/* How long a wait for so many ms of a clock takes in real ms. */
static long long waited(clockid_t id, long ms) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; pthread_cond_t condition; pthread_condattr_t attributes;
  struct timespec from, to, until;
  pthread_condattr_init(&attributes); pthread_condattr_setclock(&attributes, id); pthread_cond_init(&condition, &attributes);
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &from);
  clock_gettime(id, &until); until.tv_nsec += ms * 1000000; until.tv_sec += until.tv_nsec / 1000000000; until.tv_nsec %= 1000000000;
  pthread_mutex_lock(&mutex); pthread_cond_timedwait(&condition, &mutex, &until); pthread_mutex_unlock(&mutex);
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &to);
  return ms_of(to) - ms_of(from);
}
int main(void) {
  for (char line[80]; fgets(line, sizeof line, stdin);) {
    struct timespec exact, other; struct timeval rough;
    clock_gettime(CLOCK_REALTIME, &exact); timespec_get(&other, TIME_UTC); gettimeofday(&rough, NULL);
    int agree = ms_of(exact) == ms_of(other) && time(NULL) == exact.tv_sec;
    agree = agree && rough.tv_sec == exact.tv_sec && rough.tv_usec == exact.tv_nsec / 1000;
    if (line[0] == 'm') { clock_gettime(CLOCK_MONOTONIC, &exact); printf("%lld\\n", ms_of(exact)); }
    else if (line[0] == 'w') printf("%d\\n", waited(CLOCK_REALTIME, 30) >= 30 && waited(CLOCK_MONOTONIC, 30) >= 30);
    else if (line[0] == 'h') printf("%lld\\n", waited(CLOCK_REALTIME, 30) >= 30 ? waited(CLOCK_MONOTONIC, 300) : 0);
    else if (agree || line[0] == 'r') printf("%lld\\n", ms_of(exact));
    else printf("they disagree\\n");
    fflush(stdout);
  }
  return 0;
}`,
};

/** Asks a running program, line by line. */
class Teller {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(context: TestContext, clock: ControlledClock, command: string, ...args: string[]) {
    this.#child = spawn(command, args, { env: { PATH: process.env['PATH'], ...clock.forProcess().env }, stdio: 'pipe' });
    context.after(() => this.#child.kill());
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  async ask(question = 't'): Promise<string> {
    this.#child.stdin.write(`${question}\n`);
    return String((await this.#lines.next()).value);
  }
}

async function start(context: TestContext): Promise<ControlledClock> {
  const clock = await ControlledClock.create();
  context.after(() => clock[Symbol.dispose]());
  return clock;
}

function compile(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'clock-test-'));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'teller.c'), programs.c);
  const made = spawnSync('cc', ['-O1', '-o', join(folder, 'teller'), join(folder, 'teller.c'), '-lpthread']);
  assert.equal(made.status, 0, String(made.stderr));
  return join(folder, 'teller');
}

const withoutPython = spawnSync('python3', ['--version']).error === undefined ? false : 'python3 is not installed';

for (const [language, skip, command] of [
  ['node', withoutCompiler, () => [process.execPath, '-e', programs.node]],
  ['python3', withoutCompiler || withoutPython, () => ['python3', '-c', programs.python]],
  ['C', withoutCompiler, (context: TestContext) => [compile(context)]],
] as const) {
  test(`a running program in ${language} sees every move of the clock, to the millisecond`, { skip }, async (context) => {
    const clock = await start(context);
    const [program = '', ...args] = command(context);
    const teller = new Teller(context, clock, program, ...args);
    const before = Date.now();
    const real = Number(await teller.ask('real'));
    assert.ok(real >= before && real <= Date.now(), `${real} is the real time`);
    for (const time of times) {
      clock.set(time);
      assert.equal(await teller.ask(), String(time));
      clock.set(BigInt(time), 999_999);
      assert.equal(await teller.ask(), String(time), 'a fraction of a millisecond adds none');
    }
    clock.follow();
    assert.ok(Number(await teller.ask('real')) >= before);
  });
}

test('a wait until a point of the wall time lasts as long as the program meant', { skip: withoutCompiler }, async (context) => {
  const clock = await start(context);
  const teller = new Teller(context, clock, compile(context));
  for (const time of [undefined, 1571724098000, 4102444800000]) {
    if (time !== undefined) clock.set(time);
    assert.equal(await teller.ask('wait'), '1', `at ${time ?? 'the real time'}`);
  }
});

test('a monotonic clock can be hastened, and neither timers nor waits are', { skip: withoutCompiler }, async (context) => {
  const clock = await start(context);
  const teller = new Teller(context, clock, compile(context));
  const monotonic = async (): Promise<number> => Number(await teller.ask('monotonic'));
  const realMs = (): number => Number(process.hrtime.bigint()) / 1e6;
  const before = realMs();
  assert.ok((await monotonic()) >= Math.floor(before) && (await monotonic()) <= realMs(), 'it is the real one');
  clock.set(1571724098000);
  const from = realMs();
  clock.hasten(10);
  const since = realMs();
  for (let looks = 0; looks < 5; looks += 1) {
    const least = (realMs() - since) * 10 + since;
    const shown = await monotonic();
    assert.ok(shown >= Math.floor(least), `${shown} is at least ${least}`);
    assert.ok(shown <= (realMs() - from) * 10 + from, `${shown} is no more than ten times as much`);
  }
  // 30 ms if it were hastened. What passes between its look at the clock and the wait counts ten times.
  assert.ok(Number(await teller.ask('hastened wait')) >= 150);
  clock.follow();
  assert.ok((await monotonic()) <= realMs());
});

test('a container gets one folder to mount, and the same names in it', { skip: withoutCompiler }, async (context) => {
  const clock = await start(context);
  const { env, mount } = clock.forContainer();
  assert.deepEqual(env, { LD_PRELOAD: '/wallclock/wallclock.so', WALLCLOCK_FILE: '/wallclock/time' });
  assert.equal(mount.target, '/wallclock');
  for (const name of ['wallclock.so', 'time']) assert.ok(existsSync(join(mount.source, name)));
});

test('its folder goes with it', { skip: withoutCompiler }, async () => {
  const clock = await ControlledClock.create();
  const folder = dirname(clock.forProcess().env['WALLCLOCK_FILE'] ?? '');
  assert.ok(existsSync(folder));
  clock[Symbol.dispose]();
  assert.ok(!existsSync(folder));
});

test('a time that the clock cannot show is refused', { skip: withoutCompiler }, async (context) => {
  const clock = await start(context);
  assert.throws(() => clock.set(2n ** 63n), /cannot stand at/);
  assert.throws(() => clock.set(1.5), RangeError);
});
