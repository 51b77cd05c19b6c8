import type { Plugin } from '@cucumber/cucumber/api';
import { embeddedTarget } from '../commands/run/reference-target.ts';
import { ServerLanes } from '../harness/device/server-lanes.ts';
import { ServerRun } from '../harness/device/server-run.ts';
import { startTarget } from '../harness/implementation/start-target.ts';
import type { Target } from '../harness/implementation/target.ts';
import { loadTarget } from '../harness/implementation/target-file.ts';
import { ClientRunner } from '../harness/platform/client-runner.ts';
import { currentRun } from '../support/current-run.ts';

/** Starts a server for the whole run. @returns a function that ends it */
async function openServer(target: Target): Promise<() => Promise<void>> {
  const started = await startTarget(target);
  const serverRun = new ServerRun(started);
  currentRun.serverLanes = new ServerLanes(serverRun);
  return async () => {
    await serverRun.close();
    currentRun.serverLanes = undefined;
    await started.stop();
  };
}

/** Opens the platform; each scenario starts the client itself. @returns a function that closes it */
async function openClient(target: Target): Promise<() => Promise<void>> {
  const runner = await ClientRunner.open(target);
  currentRun.clientRunner = runner;
  const fault = target.capabilities.has('clock') ? await runner.proveClock() : undefined;
  if (fault !== undefined) throw new Error(fault);
  return async () => {
    currentRun.clientRunner = undefined;
    await runner.close();
  };
}

/**
 * For plain `npx cucumber-js` in a checkout, which editors and debuggers call: starts the target that CONFORMANCE_TARGET names, or the
 * embedded reference server. Such a run has no verdict; only the command line gives one.
 */
const plugin: Plugin = {
  type: 'plugin',
  coordinator: async ({ operation, logger, environment }) => {
    if (operation !== 'runCucumber') return undefined;
    const path = environment.env['CONFORMANCE_TARGET'];
    const target = path === undefined ? await embeddedTarget('server') : await loadTarget(path);
    const close = target.role === 'server' ? await openServer(target) : await openClient(target);
    logger.info(`${target.name} (${target.role}) is under test; this run gives no verdict: "npm run conformance -- run" does`);
    return close;
  },
};

export default plugin;
