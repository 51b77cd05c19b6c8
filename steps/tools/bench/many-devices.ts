/**
 * What the device simulator costs: memory of each device, and exchanges per second beside those of a bare mqtt.js loop. It drives the
 * server as the command `load` does.
 *
 * Usage: npm run load [-- [TARGET] [--devices N] [--rounds N]]
 *
 * TARGET is the target file of a server; without it the embedded reference, in a process of its own. Exit codes: 0 each device got its
 * own single answer each time, 1 not so, 2 wrong use.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { fleetOptions, identitiesOf } from '../../commands/load/devices.ts';
import { drive } from '../../commands/load/drive.ts';
import { embeddedTarget } from '../../commands/run/reference-target.ts';
import { Fleet } from '../../harness/device/fleet.ts';
import { InputFileError } from '../../harness/implementation/errors.ts';
import { startTarget } from '../../harness/implementation/start-target.ts';
import type { Target } from '../../harness/implementation/target.ts';
import { loadTarget } from '../../harness/implementation/target-file.ts';
import { peakMemory } from '../../harness/text/peak-memory.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { answerHelp, complain } from '../usage.ts';
import { programPath } from './child.ts';
import type { Done } from './exchange-work.ts';
import { median } from './lines.ts';

/** How many connections exchange at once where the rate is measured, and for how long, in ms. */
const exchanging = { connections: 100, ms: 4000 };

/** How often the fleet and the bare loop take turns where the rate is measured. */
const turns = 3;

interface Wishes {
  readonly target: string | undefined;
  readonly devices: number;
  readonly rounds: number;
}

function readWishes(args: readonly string[]): Wishes {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { devices: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '3' } },
    allowPositionals: true,
  });
  const whole = (name: 'devices' | 'rounds', most: number): number => {
    const number = Number(values[name]);
    if (!Number.isInteger(number) || number < 1 || number > most)
      throw new WrongUse(`--${name} is "${values[name]}"; expected a whole number from 1 to ${most}`);
    return number;
  };
  if (positionals.length > 1) throw new WrongUse(`one target file, not ${positionals.length}: ${positionals.join(', ')}`);
  return { target: positionals[0], devices: whole('devices', 100_000), rounds: whole('rounds', 1000) };
}

/** @throws WrongUse */
function requireDevices({ devices, onlyThese, role }: Target, count: number): void {
  if (role !== 'server') throw new WrongUse('the target file is that of a client; only servers can be asked');
  if (onlyThese && devices.length < count)
    throw new WrongUse(`by its target file the server knows ${devices.length} devices and no others, and ${count} are needed`);
}

/** How fast exchanges go, and what each costs the process that asks. */
interface Speed {
  readonly perSecond: number;
  /** Processor time in µs. */
  readonly cpuUs: number;
}

/** A bare mqtt.js loop on as many connections, in a process of its own. */
async function bareSpeed({ host, port }: { readonly host: string; readonly port: number }, connections: number): Promise<Speed> {
  const work = [host, String(port), 'many', String(connections), String(exchanging.ms)];
  const child = spawn(process.execPath, [programPath('./bare-exchanges.ts'), ...work], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (child.exitCode !== 0) throw new Error(`the bare loop ended with code ${child.exitCode}`);
  const { exchanges, ms, cpuMs } = JSON.parse(said) as Done;
  return { perSecond: (exchanges / ms) * 1000, cpuUs: (cpuMs / exchanges) * 1000 };
}

function line(name: string, value: string, remark = ''): void {
  console.log(`  ${name.padEnd(52)} ${value.padStart(12)}  ${remark}`.trimEnd());
}

async function measure({ target: file, devices, rounds }: Wishes): Promise<boolean> {
  const target = file === undefined ? await embeddedTarget('server') : await loadTarget(file);
  requireDevices(target, devices);
  const who = identitiesOf(target, { devices });
  const server = await startTarget(target);
  try {
    console.log(`${target.name}: ${devices} devices at once`);
    gc?.();
    const before = process.memoryUsage.rss();
    const start = performance.now();
    await using fleet = await Fleet.gather(who, fleetOptions(server));
    line('connected, each hears its response topic', `${((performance.now() - start) / 1000).toFixed(1)} s`);
    // One round more than is told: what the server has to say twice, it has said before it answers the same device once more.
    for (let round = 1; round <= rounds + 1; round += 1) {
      const answered = fleet.counts.answered;
      const { ms } = await drive(fleet, { devices });
      const now = fleet.counts.answered - answered;
      const took = `in ${(ms / 1000).toFixed(2)} s, ${Math.round((now / ms) * 1000)} a second`;
      if (round <= rounds) line(`round ${round}: answered`, `${now} of ${devices}`, took);
    }
    const each = (process.memoryUsage.rss() - before) / devices;
    line('memory of the suite for each device', `${(each / 1024).toFixed(1)} KiB`, 'at most 60 KiB');
    line('peak memory of the suite', `${(peakMemory() / 2 ** 20).toFixed(0)} MiB`);
    const count = Math.min(exchanging.connections, devices);
    const [own, bare]: [Speed[], Speed[]] = [[], []];
    for (let turn = 0; turn < turns; turn += 1) {
      const cpu = process.cpuUsage();
      const { latency, ms } = await drive(fleet, { devices: count, forMs: exchanging.ms }, undefined, count);
      const { user, system } = process.cpuUsage(cpu);
      own.push({ perSecond: (latency.count / ms) * 1000, cpuUs: (user + system) / latency.count });
      bare.push(await bareSpeed(server, count));
    }
    const [perSecond, barePerSecond] = [own, bare].map((speeds) => median(speeds.map((speed) => speed.perSecond))) as [
      number,
      number,
    ];
    const [cpuUs, bareCpuUs] = [own, bare].map((speeds) => median(speeds.map((speed) => speed.cpuUs))) as [number, number];
    line(`exchanges a second, on ${count} connections`, String(Math.round(perSecond)));
    line(
      'a bare mqtt.js loop',
      String(Math.round(barePerSecond)),
      `the suite has ${(perSecond / barePerSecond).toFixed(2)} of it; at least 0.80`,
    );
    line('processor time of an exchange', `${cpuUs.toFixed(0)} µs`, `a bare mqtt.js loop: ${bareCpuUs.toFixed(0)} µs`);
    for (const fault of fleet.faults) console.log(`  ${fault}`);
    const more = fleet.faultCount - fleet.faults.length;
    if (more > 0) console.log(`  and ${more} more`);
    return fleet.faultCount === 0 && fleet.counts.answered === fleet.counts.asked;
  } finally {
    await server.stop();
  }
}

answerHelp(import.meta.url);
try {
  const passed = await measure(readWishes(process.argv.slice(2)));
  console.log(passed ? 'each device got its own single answer each time' : 'not every device got its own single answer');
  process.exitCode = passed ? 0 : 1;
} catch (error) {
  complain('load', error);
  if (error instanceof InputFileError) process.exitCode = 2;
}
