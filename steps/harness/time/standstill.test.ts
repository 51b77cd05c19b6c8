import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { StandstillWatch } from './standstill.ts';

/** Clocks that a test moves. */
class TestClocks {
  #us = 5_000_000;
  #wall = 1_571_724_098_000;
  #processor = 0;
  nowUs = (): number => this.#us;
  wallMs = (): number => this.#wall;
  processorMs = (): number => this.#processor;

  /** @param processor how much of the time the suite computes, in ms */
  pass(ms: number, { wall = ms, processor = 0 }: { readonly wall?: number; readonly processor?: number } = {}): void {
    this.#us += ms * 1000;
    this.#wall += wall;
    this.#processor += processor;
  }
}

describe('the watch for standstills', () => {
  test('a suite that was stopped stood still, and what ended before or began after is not touched', () => {
    const clocks = new TestClocks();
    const watch = new StandstillWatch(clocks);
    const before = clocks.nowUs();
    const ran = watch.ranMs();
    clocks.pass(12_100);
    assert.equal(watch.touched(before), 'the suite stood still for 12.0 s');
    assert.equal(watch.ranMs() - ran, 100);
    assert.equal(watch.touched(before - 10, before - 1), undefined);
    clocks.pass(1);
    assert.equal(watch.touched(clocks.nowUs()), undefined);
    assert.equal(watch.touched(before, clocks.nowUs()), 'the suite stood still for 12.0 s');
  });

  test('ordinary load is no standstill, and costs no deadline', () => {
    const clocks = new TestClocks();
    const watch = new StandstillWatch(clocks);
    const [begun, ran] = [clocks.nowUs(), watch.ranMs()];
    clocks.pass(140);
    assert.equal(watch.touched(begun), undefined);
    assert.equal(watch.ranMs() - ran, 140);
  });

  test('half a second without processor time does not count for a deadline, and decides no measurement', () => {
    const clocks = new TestClocks();
    const watch = new StandstillWatch(clocks);
    const [begun, ran] = [clocks.nowUs(), watch.ranMs()];
    clocks.pass(600, { processor: 20 });
    assert.equal(watch.ranMs() - ran, 120);
    assert.equal(watch.touched(begun), undefined);
  });

  test('what the suite computes itself is no standstill', () => {
    const clocks = new TestClocks();
    const watch = new StandstillWatch(clocks);
    const [begun, ran] = [clocks.nowUs(), watch.ranMs()];
    clocks.pass(3_000, { processor: 2_990 });
    assert.equal(watch.touched(begun), undefined);
    assert.equal(watch.ranMs() - ran, 3_000);
  });

  test('a machine that was suspended is known by its wall clock', () => {
    const clocks = new TestClocks();
    const watch = new StandstillWatch(clocks);
    const begun = clocks.nowUs();
    clocks.pass(10, { wall: 3_600_010 });
    assert.equal(watch.touched(begun), 'the machine stood still for 3600.0 s, or its clock was set ahead');
    clocks.pass(10, { wall: -3_590 });
    assert.match(watch.touched(begun) ?? '', /, the clock of the machine was set back by 3\.6 s$/);
  });

  test('nothing is begun within a second after a standstill', { timeout: 10_000 }, async () => {
    const clocks = new TestClocks();
    const watch = new StandstillWatch(clocks);
    clocks.pass(5_000);
    watch.touched(0);
    clocks.pass(900);
    await watch.settled();
    clocks.pass(200);
    await watch.settled();
  });
});

const module = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);

/** Waits for a line of its input, for 400 ms in which it runs. */
const waiting = `
import { Changes } from ${module('./changes.ts')};
import { standstills } from ${module('./standstill.ts')};
const begun = performance.now() * 1000;
const changes = new Changes();
let line;
process.stdin.on('data', (data) => { line = String(data).trim(); changes.changed(); });
console.log('waiting');
const found = await changes.until(() => line, 400);
console.log(found + ': ' + standstills.touched(begun));
process.exit();
`;

test('a wait is over only when what came while the suite was stopped was read', {
  skip: process.platform === 'win32',
  timeout: 60_000,
}, async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', waiting], { stdio: ['pipe', 'pipe', 'inherit'] });
  const printed = text(child.stdout);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.kill('SIGSTOP');
  child.stdin.write('it came\n');
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  child.kill('SIGCONT');
  assert.match(await printed, /it came: the suite stood still for 1\.\d s/);
});
