import { setTimeout as pass } from 'node:timers/promises';
import { ConnectError, type DeviceConnection } from '../../harness/device/device.ts';
import type { ServerRun } from '../../harness/device/server-run.ts';
import { EnvironmentError } from '../../harness/implementation/errors.ts';
import { nowUs } from '../../harness/time/now.ts';

/** How long the suite waits before it asks again a server that is not ready yet, in ms. */
const pauseMs = 100;

/**
 * Checks the set-up before the first scenario: TLS, CONNECT, SUBSCRIBE and one exchange, as the first device of the target file. What
 * the server refuses here is a mistake of the target file and not of the implementation. A server that accepts all of it and does not
 * answer passes: the scenarios judge it.
 *
 * @param sinceUs when the implementation was started: until `ready.within` has passed, one that the suite started is asked again
 * @throws EnvironmentError with the member of the target file to change
 */
export async function preflight(run: ServerRun, sinceUs: number): Promise<void> {
  await run.requireTls();
  const { target } = run.started;
  const untilUs = target.start.kind === 'address' ? 0 : sinceUs + target.ready.withinMs * 1000;
  for (;;) {
    const fault = await faultOfSetUp(run);
    // How a server ended is told by the scenarios, which find it so.
    if (fault === undefined || run.started.ended() !== undefined) return;
    if (nowUs() > untilUs) {
      if ((await run.fate()) !== undefined) return;
      throw new EnvironmentError(fault);
    }
    await pass(pauseMs);
  }
}

/** How long a server has to disconnect a device that asks without the right to, in ms. Silence for longer is judged by the scenarios. */
const noticeMs = 250;

/** What the target file has wrong, in words; undefined when nothing is. */
async function faultOfSetUp(run: ServerRun): Promise<string | undefined> {
  const { host, port, target } = run.started;
  const { deviceName, productKey } = run.identity;
  const device = `the device ${deviceName} of ${productKey}`;
  run.refusals.begin();
  let connection: DeviceConnection;
  try {
    connection = await run.probe();
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    const what = `The server at ${host}:${port} does not let ${device} connect: ${error.message}`;
    if (error.refusal !== undefined) return `${what}.\n  ${error.refusal.words}.`;
    return `${what}.\n  See address, tls and mqttVersion in the target file: the suite speaks MQTT ${target.mqttVersion} there.`;
  }
  try {
    const topic = `/ext/ntp/${productKey}/${deviceName}`;
    const granted = await connection.subscribe(`${topic}/response`, 0);
    const refused = granted === undefined && run.acknowledges;
    if (connection.inbox.closed === undefined) connection.publish(`${topic}/request`, `{"deviceSendTime":${Date.now()}}`, 0);
    const answer = await connection.inbox.until(
      () => connection.inbox.messages.find((message) => message.topic === `${topic}/response`),
      refused ? target.responseDeadlineMs : Math.min(noticeMs, target.responseDeadlineMs),
    );
    // A server may refuse a subscription that it does not need.
    if (answer !== undefined) return undefined;
    const { latest } = run.refusals;
    if (connection.inbox.closed !== undefined && latest !== undefined)
      return `The server at ${host}:${port} disconnects ${device} when it asks.\n  ${latest.words}.`;
    if (!refused) return undefined;
    return (
      `The server at ${host}:${port} refuses ${device} its subscription of ${topic}/response.\n` +
      '  See auth and devices in the target file: the device may not be known there, or not have this right.'
    );
  } finally {
    await connection.close();
  }
}
