import type { Plugin } from '@cucumber/cucumber/api';
import { embeddedTarget } from './cli/embedded.ts';
import { Session, setSession } from './harness/session.ts';
import { loadTarget } from './harness/target/file.ts';
import { startTarget } from './harness/target/start.ts';

/**
 * For plain `npx cucumber-js` in a checkout, and so for editors and debuggers: starts the target that CONFORMANCE_TARGET names, or the
 * embedded reference server. Such a run gives no verdict; only the command line does.
 */
const plugin: Plugin = {
  type: 'plugin',
  coordinator: async ({ operation, logger, environment }) => {
    if (operation !== 'runCucumber') return undefined;
    const path = environment.env['CONFORMANCE_TARGET'];
    const target = path === undefined ? await embeddedTarget('server') : await loadTarget(path);
    const started = await startTarget(target);
    const session = new Session(started);
    setSession(session);
    logger.info(`${target.name} (${target.role}) is running; this run gives no verdict: "npm run conformance -- run" does`);
    return async () => {
      await session.close();
      setSession(undefined);
      await started.stop();
    };
  },
};

export default plugin;
