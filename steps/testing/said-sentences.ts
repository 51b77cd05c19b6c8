import assert from 'node:assert/strict';
import { DataTable } from '@cucumber/cucumber';
import { loadConfiguration, loadSupport } from '@cucumber/cucumber/api';
import { standstills } from '../harness/time/standstill.ts';
import { root } from '../requirements/requirement.ts';
import type { NtpWorld } from '../support/world.ts';
import { type Finding, NonConformance } from '../verdict/evidence.ts';

const { runConfiguration } = await loadConfiguration(
  { file: false, provided: { import: ['steps/{server,client}/*.steps.ts', 'steps/support/parameter-types.ts'], publish: false } },
  { cwd: root },
);
const { stepDefinitions } = (await loadSupport(runConfiguration, { cwd: root })) as unknown as { stepDefinitions: Definition[] };
// Loading them blocks the process. No scenario may begin before the watch for standstills has noticed that.
await standstills.settled();

interface Definition {
  readonly expression: {
    match(text: string): readonly { getValue(world: unknown): unknown }[] | null;
  };
  readonly unwrappedCode: (...args: readonly unknown[]) => unknown;
}

/** Runs the step of a sentence in a world, with its table or its text. @returns the result of the step */
export async function say(
  world: NtpWorld,
  sentence: string,
  argument?: string | readonly (readonly string[])[],
): Promise<unknown> {
  const [definition, ...others] = stepDefinitions.filter(({ expression }) => expression.match(sentence) !== null);
  assert.ok(definition !== undefined && others.length === 0, `one sentence for "${sentence}"`);
  const values = definition.expression.match(sentence)?.map((part) => part.getValue(world)) ?? [];
  const table = (rows: readonly (readonly string[])[]): DataTable => new DataTable(rows.map((row) => [...row]));
  const more = argument === undefined ? [] : [typeof argument === 'string' ? argument : table(argument)];
  return definition.unwrappedCode.apply(world, [...values, ...more]);
}

/** The finding with which the implementation fails by a sentence. */
export async function fail(world: NtpWorld, sentence: string, argument?: Parameters<typeof say>[2]): Promise<Finding> {
  return failed(say(world, sentence, argument));
}

export async function failed(act: Promise<unknown>): Promise<Finding> {
  try {
    await act;
  } catch (error) {
    if (error instanceof NonConformance) return error.finding;
    throw error;
  }
  return assert.fail('no implementation was failed');
}
