import { Given, When } from '@cucumber/cucumber';
import type { NtpDevice } from '../harness/device/ntp-device.ts';
import { EnvironmentError } from '../harness/implementation/errors.ts';
import type { Exchange } from '../harness/message/exchange.ts';
import { wallMsAt } from '../harness/time/now.ts';
import type { ServerWorld } from './server-scenario.ts';
import { setClockAside } from './stop-clock.ts';

Given('another start of the server with {word}={word}', async function (this: ServerWorld, name: string, value: string) {
  try {
    this.scenario.otherStart = await this.scenario.serverRun.another({ [name]: value });
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    // It may hold a lock, a port or a file that the first start has: no requirement says that it must not.
    return this.inapplicable(`a second start beside the first one does not become ready: ${error.message.split('\n')[0]}`);
  }
  return this.scenario.otherStart === undefined
    ? this.inapplicable('the suite cannot start this server a second time: the target file gives only its address')
    : undefined;
});

/** The device asks once in each type. */
async function inBothTypes({ scenario }: ServerWorld, device: NtpDevice): Promise<Exchange[]> {
  const exchanges: Exchange[] = [];
  for (const type of ['Long', 'String'] as const) {
    await device.permission();
    exchanges.push(await scenario.answered(device, device.ask(device.timestamp(type))));
  }
  return exchanges;
}

When('the device asks both starts, with a Long and with a String', async function (this: ServerWorld) {
  const { scenario } = this;
  const first = await inBothTypes(this, scenario.device);
  // Both may stand in front of one broker, which takes a client id once.
  await scenario.device.disconnect();
  const { otherStart: started, serverRun } = scenario;
  if (started === undefined) throw new Error('this scenario has no other start yet');
  setClockAside(serverRun);
  const other = await scenario.play(serverRun.identity, { clock: wallMsAt, name: 'device at the other start', started });
  await other.subscribe(other.responseTopic);
  scenario.exchanges = [...first, ...(await inBothTypes(this, other))];
});
