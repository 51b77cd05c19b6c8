import { Given, Then, When } from '@cucumber/cucumber';
import { estimateServerTime } from '../harness/device/server-time.ts';
import { EnvironmentError } from '../harness/implementation/errors.ts';
import { wallMsAt } from '../harness/time/now.ts';
import type { ServerWorld } from './server-scenario.ts';
import { stamps, timeOf } from './stamp.ts';

/** A start may take as long as the target file says; it has an end of its own. */
const patience = { timeout: 900_000 };

/** A time that moves with the time zone does by whole quarters of an hour, in ms. */
const quarter = 900_000;

Given(
  'another start of the server with {word}={word}',
  patience,
  async function (this: ServerWorld, name: string, value: string) {
    try {
      this.scenario.otherStart = await this.scenario.serverRun.another({ [name]: value });
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      // It may hold a lock, a port or a file that the first start has: no requirement says that it must not.
      return this.inapplicable(`a second start beside the first one does not become ready: ${error.message.split('\n')[0]}`);
    }
    return this.scenario.otherStart === undefined
      ? this.inapplicable('the suite cannot restart this server: the target file gives only its address')
      : undefined;
  },
);

When('the device asks both starts', async function (this: ServerWorld) {
  const { scenario } = this;
  await scenario.device.permission();
  const first = await scenario.answered(scenario.device, scenario.device.ask());
  // Both may stand in front of one broker, which takes a client id once.
  await scenario.device.disconnect();
  const { otherStart: started, serverRun } = scenario;
  if (started === undefined) throw new Error('this scenario has no other start yet');
  const other = await scenario.play(serverRun.identity, { clock: wallMsAt, name: 'device at the other start', started });
  await other.subscribe(other.responseTopic);
  await other.permission();
  scenario.exchanges = [first, await scenario.answered(other, other.ask())];
});

Then('both give the same time, to within {duration} and the round trips', function (this: ServerWorld, ms: number) {
  const [first, other] = this.scenario.exchanges;
  if (first === undefined || other === undefined) throw new Error('both starts are to be asked');
  for (const exchange of [first, other]) for (const name of stamps) timeOf(this, exchange, name);
  const { step } = this.scenario.serverRun.ledger.clockResolution;
  const [a, b] = [estimateServerTime([first], step), estimateServerTime([other], step)];
  if (a === undefined || b === undefined) throw new Error('both exchanges have stamps');
  const apart = b.offset - a.offset;
  this.inform(`the times of the two starts are ${apart.toFixed(1)} ms apart`);
  if (Math.abs(apart) <= a.uncertainty + b.uncertainty + ms) return;
  const quarters = Math.round(apart / quarter);
  const zone = quarters !== 0 && Math.abs(apart - quarters * quarter) <= ms;
  this.fail({
    expected: `the time of the first start, ${Math.floor(wallMsAt(other.response.message.atUs) + a.offset)}, to within ${ms} ms`,
    received: `${other.response.payload.text}, which is ${Math.round(Math.abs(apart))} ms ${apart > 0 ? 'ahead' : 'behind'}`,
    likely: zone ? "the server's local time: the offset of its time zone is added" : undefined,
    at: [other.response, ...stamps.map((name) => `/${name}`)],
  });
});
