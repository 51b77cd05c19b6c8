import { execFile } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { startAddress } from '../../harness/implementation/address.ts';
import { ControlledClock } from '../../harness/implementation/controlled-clock.ts';
import { listenAddressOf, listenerOf } from '../../harness/implementation/listen-address.ts';
import type { AddressStart, Target } from '../../harness/implementation/target.ts';
import { wallclockLibrary } from '../../harness/implementation/wallclock-library.ts';
import { ok, problem, type Seen } from './finding.ts';

/** Whether a server that runs already accepts a connection. @throws EnvironmentError when it does not */
export async function seeAddress(target: Target, start: AddressStart): Promise<Seen> {
  const { host, port } = await startAddress(target, start);
  return ok(`port ${port} of ${host} accepts a connection`);
}

/** Whether the platform that the suite plays can listen where the client will look for it. @throws Error of node:net, EnvironmentError */
export async function seePlatform(target: Target): Promise<Seen> {
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

/** What the controlled clock is made to show. */
const shown = 1_571_724_098_000;

/**
 * Whether the library of the controlled clock is there or can be built, and, for processes, whether it takes hold of a program.
 *
 * @throws EnvironmentError when there is none; the message says what to install
 */
export async function seeControlledClock({ start }: Target): Promise<Seen> {
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
  if (Number(stdout) === shown) return ok('a program that was started with it reads the time that it was set to');
  return problem(
    `a program that was started with it reads ${stdout.trim()}, and not ${shown}`,
    'Take "clock" out of the capabilities of the target file: the client is then judged on its own clock.',
  );
}
