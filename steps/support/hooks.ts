import { basename } from 'node:path';
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
import { type Requirement, readRequirements, type Scenario } from '../requirements/requirement.ts';
import { NtpWorld } from './world.ts';

setWorldConstructor(NtpWorld);

// Every wait has a deadline of its own; this one only ends what the suite itself would hang in. A device that may connect once a minute
// waits in a step.
setDefaultTimeout(600_000);

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

/** By the name and the line of their file: a run of many scenarios does not look through all of them for each. */
let known: ReadonlyMap<string, readonly (readonly [Requirement, Scenario])[]> | undefined;

/** The requirement and the scenario of a scenario, found by its place in the features. */
function find({ pickle }: ITestCaseHookParameter): readonly [Requirement, Scenario] {
  known ??= Map.groupBy(
    readRequirements().flatMap((requirement) => requirement.scenarios.map((s) => [requirement, s] as const)),
    ([, { place }]) => basename(place),
  );
  const here = `${pickle.uri.replaceAll('\\', '/')}:${pickle.location?.line ?? 0}`;
  const found = known.get(basename(here))?.find(([, { place }]) => here.endsWith(place));
  if (found === undefined) throw new Error(`${here}: this scenario belongs to no requirement`);
  return found;
}

Before({ name: 'the requirement' }, async function (this: NtpWorld, parameter: ITestCaseHookParameter) {
  const [requirement, { title, place, capabilities: own }] = find(parameter);
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
