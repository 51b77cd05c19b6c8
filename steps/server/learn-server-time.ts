import { estimateServerTime } from '../harness/device/server-time.ts';
import type { Exchange } from '../harness/message/exchange.ts';
import type { ServerWorld } from './server-scenario.ts';

/** Reads the server's clock by some quick exchanges on a direct connection. */
export async function learnServerTime(world: ServerWorld): Promise<void> {
  const { scenario } = world;
  // Not the scenario's own device where there is another one: it may be about to connect in another way.
  const { sibling, first } = scenario.serverRun.devices;
  const device = await scenario.play(sibling ?? first, { lasting: true });
  await device.subscribe(device.responseTopic);
  scenario.device = device;
  const { clockResolution } = scenario.serverRun.ledger.run;
  const known = (all: readonly Exchange[]): boolean => all.length >= 8 && (clockResolution.certain || all.length >= 2000);
  const exchanges = await scenario.series((all) => known(all) && (clockResolution.step > 1 || hasTicked(all)), 1500);
  if (sibling === undefined) await device.disconnect();
  scenario.serverTime = estimateServerTime(exchanges, clockResolution.step);
  if (scenario.serverTime === undefined) {
    const { payload } = exchanges[0]?.response ?? {};
    world.fail({
      expected: 'two times of the server that can be read',
      received: payload?.text ?? '',
      ...(exchanges[0] === undefined ? {} : { at: [exchanges[0].response, 'payload'] as const }),
    });
  }
}

/**
 * True when a clock that moves in ticks was seen through a whole one, so that it is known within which bounds it is behind: common
 * clocks tick every 15.6 ms at the slowest.
 */
function hasTicked(exchanges: readonly Exchange[]): boolean {
  const [first, last] = [exchanges[0], exchanges.at(-1)];
  if (first === undefined || last === undefined) return false;
  const seen = new Set(exchanges.map(({ response }) => response.serverSendTime?.number));
  return seen.size >= 3 || last.response.message.atUs - first.request.message.atUs >= 40_000;
}
