import {
  After,
  Before,
  type ITestCaseHookParameter,
  setDefaultTimeout,
  setDefinitionFunctionWrapper,
  setWorldConstructor,
} from '@cucumber/cucumber';
import { BeyondLimits } from '../harness/device/pacing.ts';
import { standstills } from '../harness/time/standstill.ts';
import { scenarioAt } from '../requirements/scenario-turn.ts';
import { NtpWorld } from './world.ts';

setWorldConstructor(NtpWorld);

// Every wait has a deadline of its own; this one only ends what the suite itself would hang in. A device that may connect once a minute
// waits in a step, and a scenario may wait for all others to end.
setDefaultTimeout(7_200_000);

// What a scenario needs beyond the limits of the target file, it may find out anywhere.
setDefinitionFunctionWrapper(
  (code: (this: NtpWorld, ...parameters: unknown[]) => unknown) =>
    async function (this: NtpWorld, ...parameters: unknown[]): Promise<unknown> {
      try {
        return await code.apply(this, parameters);
      } catch (error) {
        if (error instanceof BeyondLimits) return this.inapplicable(error.message);
        throw error;
      }
    },
);

Before({ name: 'the requirement' }, async function (this: NtpWorld, parameter: ITestCaseHookParameter) {
  const { pickle } = parameter;
  const [requirement, { title, place, capabilities: own }] = scenarioAt(pickle.uri, pickle.location?.line ?? 0);
  await standstills.settled();
  this.requirement = requirement;
  this.title = `${requirement.id} · ${title} · ${place}`;
  this.scenario.begin(place);
  const { role, capabilities } = this.scenario.target;
  if (requirement.role !== role) return this.inapplicable(`the implementation under test is a ${role}`);
  const missing = [...requirement.capabilities, ...own].filter((name) => !capabilities.has(name));
  if (missing.length > 0) return this.inapplicable(`the target file does not declare the capability ${missing.join(', ')}`);
  await this.scenario.prepare();
  return undefined;
});

After({ name: 'the trace' }, async function (this: NtpWorld) {
  this.showTrace();
  await this.scenario.end();
});
