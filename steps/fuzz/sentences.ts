import { DataTable } from '@cucumber/cucumber';
import { loadConfiguration, loadSupport } from '@cucumber/cucumber/api';
import { NonConformance } from '../evidence.ts';
import { root } from '../requirement.ts';
import type { Blame } from '../world.ts';

/** What a sentence says of some evidence: nothing where it holds, else what it blames the implementation for. */
export type Judge = (sentence: string, world: object, rows?: readonly string[]) => Promise<string | undefined>;

/** The part of a step definition that is called here. */
interface Step {
  readonly code: (...parameters: readonly unknown[]) => unknown;
  readonly expression: { match(text: string): readonly { getValue(world: unknown): unknown }[] | null };
}

/** Steps are defined when their modules are loaded, which happens once in a process. */
let loaded: Promise<Judge> | undefined;

/** The sentences of the features with the very steps that judge them in a run. The judge throws an Error for a sentence that no step has. */
export async function loadSentences(): Promise<Judge> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Judge> {
  const { runConfiguration } = await loadConfiguration(
    {
      file: false,
      provided: { paths: [], import: [`${root}steps/*.steps.ts`, `${root}steps/parameter-types.ts`], publish: false },
    },
    { cwd: root },
  );
  // The library is opaque by its type; what it holds is what Cucumber itself runs.
  const { stepDefinitions } = (await loadSupport(runConfiguration, { cwd: root })) as unknown as {
    readonly stepDefinitions: readonly Step[];
  };
  const known = new Map<string, (world: object) => readonly [Step, readonly unknown[]]>();
  const find = (sentence: string): ((world: object) => readonly [Step, readonly unknown[]]) => {
    for (const step of stepDefinitions) {
      const found = step.expression.match(sentence);
      if (found !== null) return (world) => [step, found.map((argument) => argument.getValue(world))];
    }
    throw new Error(`no step has the sentence "${sentence}"`);
  };
  return async (sentence, world, rows) => {
    const call = known.get(sentence) ?? find(sentence);
    known.set(sentence, call);
    const [step, parameters] = call(world);
    const table = rows === undefined ? [] : [new DataTable(rows.map((cell) => [cell]))];
    try {
      await step.code.call(world, ...parameters, ...table);
      return undefined;
    } catch (error) {
      if (error instanceof NonConformance) return error.message;
      throw error;
    }
  };
}

/** The only way in which a step blames, as the World has it. */
export function blame({ expected, received }: Blame): never {
  throw new NonConformance({ kind: 'finding', requirement: 'fuzzed', expected, received, wire: [] });
}
