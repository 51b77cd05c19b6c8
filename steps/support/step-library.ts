import { type IConfiguration, type IRunConfiguration, loadConfiguration } from '@cucumber/cucumber/api';
import { fromCheckout, root } from '../requirements/requirement.ts';

/** How the names of the suite's own modules end. */
export const ending = fromCheckout ? 'ts' : 'js';

/**
 * A configuration of Cucumber with the steps of the suite. It reads no configuration file: a vendor's cucumber.mjs must not change a
 * requirement.
 *
 * @param support the modules of this folder that belong to the steps: a pattern
 */
export async function configure(support: string, own: Partial<IConfiguration> = {}): Promise<IRunConfiguration> {
  const steps = fromCheckout ? `${root}steps` : `${root}dist/steps`;
  const files = [`${steps}/{server,client}/*.steps.${ending}`, `${steps}/support/${support}.${ending}`];
  const provided = { import: files, publish: false, ...own };
  return (await loadConfiguration({ file: false, provided }, { cwd: root })).runConfiguration;
}
