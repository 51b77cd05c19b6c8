/**
 * The devices that the suite plays, doing what MQTT tools are asked to do: the device of a scenario, each packet of which is recorded
 * and each answer given to its request, and the light device of `load`.
 *
 * Usage: node suite-exchanges.ts HOST PORT KIND COUNT [MS], as in `exchange-work.ts`; `anew` and `turns` are done by the device of a
 * scenario, `many` and `burst` by light ones
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fleetOptions, identitiesOf } from '../../commands/load/devices.ts';
import { drive } from '../../commands/load/drive.ts';
import { Fleet } from '../../harness/device/fleet.ts';
import { ServerUnderTest } from '../../harness/device/server-under-test.ts';
import { startTarget } from '../../harness/implementation/start-target.ts';
import type { Target } from '../../harness/implementation/target.ts';
import { loadTarget } from '../../harness/implementation/target-file.ts';
import { nowUs } from '../../harness/time/now.ts';
import { measured, readWork, type Work } from './exchange-work.ts';

const work = readWork();
const target = await targetAt(work);
if (work.kind === 'anew' || work.kind === 'turns') await asScenario(target, work);
else await asLoad(target, work);

async function targetAt({ host, port }: Work): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'ntp-tools-'));
  try {
    const file = join(folder, 'target.json');
    writeFileSync(file, JSON.stringify({ name: 'tools', role: 'server', address: `mqtt://${host}:${port}` }));
    return await loadTarget(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function asScenario(of: Target, { kind, count }: Work): Promise<void> {
  await using server = await ServerUnderTest.start(of);
  const ask = async (device: Awaited<ReturnType<ServerUnderTest['device']>>): Promise<void> => {
    if ((await device.askAndWait()) === undefined) throw new Error('the server does not answer');
  };
  if (kind === 'anew')
    await measured(async () => {
      for (let n = 0; n < count; n += 1) {
        await ask(await server.device());
        await server.next();
      }
      return count;
    });
  else {
    const device = await server.device();
    await measured(async () => {
      for (let n = 0; n < count; n += 1) await ask(device);
      return count;
    });
  }
}

async function asLoad(of: Target, { kind, count, ms }: Work): Promise<void> {
  const started = await startTarget(of);
  try {
    const devices = kind === 'many' ? count : 1;
    await using fleet = await Fleet.gather(identitiesOf(of, { devices }), fleetOptions(started));
    await measured(async () => {
      if (kind === 'many') await drive(fleet, { devices, forMs: ms });
      else {
        for (let n = 0; n < count; n += 1) fleet.ask(0, nowUs());
        await fleet.settle();
      }
      if (fleet.faultCount > 0) throw new Error(fleet.faults.join('; '));
      return fleet.counts.answered;
    });
  } finally {
    await started.stop();
  }
}
