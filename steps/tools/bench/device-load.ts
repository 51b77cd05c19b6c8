import { fleetOptions, identitiesOf } from '../../commands/load/devices.ts';
import { sendRequests } from '../../commands/load/send-requests.ts';
import { embeddedTarget } from '../../commands/run/reference-target.ts';
import { Fleet } from '../../harness/device/fleet.ts';
import { startTarget } from '../../harness/implementation/start-target.ts';
import { peakMemory } from '../../harness/text/peak-memory.ts';
import type { BareSpeed } from './bare-client.ts';
import { mebibytes, median, printFigure, seconds } from './figures.ts';
import { runMeasured } from './measured-program.ts';
import { bareClient } from './runs.ts';

/** To measure the rate: how many connections make exchanges at the same time, and for how long, in ms. */
const exchanging = { connections: 100, ms: 4000 };

/** To measure the rate: how often the suite and the bare loop take turns. */
const turns = 3;

/**
 * Measures and prints the cost of a device of `load`, and the exchanges per second as a ratio to bare mqtt.js.
 *
 * @param devices how many send a request to the embedded reference at the same time
 * @throws Error unless each device gets its own answer, once
 */
export async function benchManyDevices(devices: number): Promise<void> {
  const target = await embeddedTarget('server');
  const server = await startTarget(target);
  try {
    console.log(`${devices} devices on the embedded reference\n`);
    const before = process.memoryUsage.rss();
    const start = performance.now();
    await using fleet = await Fleet.gather(identitiesOf(target, { devices }), fleetOptions(server));
    printFigure('connected', seconds(performance.now() - start));
    // The second round shows duplicate answers: they are noticed only when the device gets its next answer.
    for (const round of ['first', 'second']) {
      const { ms } = await sendRequests(fleet, { devices });
      printFigure(`${round} round: all answered`, seconds(ms), `${Math.round((devices / ms) * 1000)} a second`);
    }
    const each = (process.memoryUsage.rss() - before) / devices;
    printFigure('memory of the suite for each device', `${(each / 1024).toFixed(1)} KiB`, 'at most 60 KiB');
    printFigure('peak memory of the suite', mebibytes(peakMemory()));
    await compareRates(fleet, server.port, Math.min(exchanging.connections, devices));
    if (fleet.faultCount > 0 || fleet.counts.answered !== fleet.counts.asked)
      throw new Error(`${fleet.counts.answered} of ${fleet.counts.asked} requests were answered; ${fleet.faults.join('; ')}`);
    console.log();
  } finally {
    await server.stop();
  }
}

async function compareRates(fleet: Fleet, port: number, connections: number): Promise<void> {
  const [own, bare]: [BareSpeed[], BareSpeed[]] = [[], []];
  for (let turn = 0; turn < turns; turn += 1) {
    const cpu = process.cpuUsage();
    const { latency, ms } = await sendRequests(fleet, { devices: connections, forMs: exchanging.ms }, undefined, connections);
    const { user, system } = process.cpuUsage(cpu);
    own.push({ exchanges: latency.count, ms, cpuMs: (user + system) / 1000 });
    const { output } = await runMeasured([bareClient, String(port), 'many', String(connections), String(exchanging.ms)]);
    bare.push(JSON.parse(output) as BareSpeed);
  }
  const rate = (speeds: readonly BareSpeed[]): number => median(speeds.map(({ exchanges, ms }) => (exchanges / ms) * 1000));
  const cost = (speeds: readonly BareSpeed[]): number => median(speeds.map(({ exchanges, cpuMs }) => (cpuMs / exchanges) * 1000));
  printFigure(`exchanges a second, on ${connections} connections`, rate(own).toFixed(0));
  printFigure('bare mqtt.js', rate(bare).toFixed(0), `ratio ${(rate(own) / rate(bare)).toFixed(2)}, at least 0.80`);
  printFigure('processor time of an exchange', `${cost(own).toFixed(0)} µs`, `bare mqtt.js: ${cost(bare).toFixed(0)} µs`);
}
