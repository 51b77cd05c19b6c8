import { Then, When } from '@cucumber/cucumber';
import { type MalformedRequest, readingTime } from '../harness/device/malformed-request.ts';
import { printable } from '../harness/text/printable.ts';
import { endsReading } from './server-diagnosis.ts';
import type { ServerWorld } from './server-scenario.ts';

When('the device publishes a request with {content}', async function (this: ServerWorld, payload: string | Buffer) {
  const { device } = this.scenario;
  await device.permission();
  const { connections } = device;
  const request = device.publish(device.requestTopic, payload, { malformed: true });
  this.scenario.malformed = { request, connections, bytes: payload.length };
});

Then('the server still serves the device, however it reacted', async function (this: ServerWorld) {
  const { malformed, device } = this.scenario;
  if (malformed === undefined) throw new Error('nothing malformed was published in this scenario');
  try {
    await this.scenario.fence(device, { within: patience(this, malformed), likely: async () => likelyEnd(this) });
  } catch (error) {
    this.scenario.serverRun.state.stoppedServing = true;
    throw error;
  } finally {
    this.inform(`reaction to the malformed request: ${reaction(this, malformed)}`);
  }
});

/** How long an answer may take after so much that had to be read, in ms. */
function patience({ scenario: { serverRun, device } }: ServerWorld, { bytes }: MalformedRequest): number {
  const usual = serverRun.state.stoppedServing ? serverRun.patience.short(device.deadline) : device.deadline;
  return usual + readingTime(bytes) / (serverRun.state.stoppedServing ? 8 : 1);
}

function likelyEnd({ scenario: { serverRun } }: ServerWorld): string | undefined {
  return serverRun.started.ended() === undefined ? undefined : endsReading;
}

/** What the server did about it, in words. */
function reaction({ scenario: { device, serverRun } }: ServerWorld, { request, connections }: MalformedRequest): string {
  const ended = serverRun.started.ended()?.words;
  const [answer] = request.responses;
  const closed = device.closed !== undefined || device.connections > connections;
  const seen = [
    ...(answer === undefined ? [] : [`answered, ${printable(answer.payload.text, 200)}`]),
    ...(ended !== undefined ? [`the server ${ended}`] : closed ? ['disconnected'] : []),
  ];
  return seen.length === 0 ? 'silent' : seen.join(', and ');
}
