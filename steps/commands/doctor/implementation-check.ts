import { execFile } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { ControlledClock } from '../../harness/implementation/controlled-clock.ts';
import { listenAddressOf, listenerOf } from '../../harness/implementation/listen-address.ts';
import type { Target } from '../../harness/implementation/target.ts';
import { wallclockLibrary } from '../../harness/implementation/wallclock-library.ts';
import { ClientRunner } from '../../harness/platform/client-runner.ts';
import { proveClock } from '../../harness/platform/clock-proof.ts';
import { type CheckOutcome, ok, problem } from './check-result.ts';

/** Whether the suite's platform can listen at the address that the client will connect to. @throws Error of node:net, EnvironmentError */
export async function checkPlatform(target: Target): Promise<CheckOutcome> {
  const listenAddress = await listenAddressOf(target);
  const server = createServer();
  try {
    const port = await listenAddress.listen(listenerOf(server));
    return ok(
      `the platform can listen at ${(server.address() as AddressInfo).address}, for clients as ${listenAddress.host}:${port}`,
    );
  } finally {
    server.close();
    await listenAddress.leave();
  }
}

/** The time that the controlled clock shows, in ms. */
const shown = 1_571_724_098_000;

/**
 * Whether the library of the controlled clock is there or can be built, and, for processes, whether it changes the client's clock.
 *
 * @throws EnvironmentError when there is none; the message says what to install
 */
export async function checkControlledClock(target: Target): Promise<CheckOutcome> {
  const { start } = target;
  if (start.kind === 'container') {
    const { connectEngine } = await import('../../harness/implementation/engine.ts');
    const { client, remote } = await connectEngine();
    if (remote)
      return problem(
        'it is a file that the container sees, and the Docker engine is on another machine',
        'Take "clock" out of the capabilities of the target file, or run the suite on the machine of the engine.',
      );
    const { architecture } = client.info.containerRuntime;
    return ok(`its library is ready: ${await wallclockLibrary(architecture === 'aarch64' ? 'arm64' : 'x64')}`);
  }
  using clock = await ControlledClock.create();
  clock.set(shown);
  const { env } = clock.forProcess();
  const { stdout } = await promisify(execFile)(process.execPath, ['-p', 'Date.now()'], { env, timeout: 10_000 });
  if (Number(stdout) !== shown)
    return problem(`a program that was started with it reads ${stdout.trim()}, and not ${shown}`, withoutClock);
  return await checkClientClock(target);
}

const withoutClock = 'Take "clock" out of the capabilities of the target file: the client is then judged on its own clock.';

/** Whether the client reads the controlled clock, judged by its request. @throws EnvironmentError when the client does not start */
async function checkClientClock(target: Target): Promise<CheckOutcome> {
  const runner = await ClientRunner.open(target);
  try {
    const { clock, words } = await proveClock({ target, perform: (setup) => runner.perform(setup) });
    return clock === 'controlled' ? ok(words) : problem(words, withoutClock);
  } finally {
    await runner.close();
  }
}
