import { DataTable } from '@cucumber/cucumber';
import { loadSupport } from '@cucumber/cucumber/api';
import { root } from '../requirements/requirement.ts';
import { configure } from './step-library.ts';

/**
 * Says a sentence of the features in a world, with a table of one column where it needs one: the very step that judges in a run is called.
 *
 * @throws NonConformance where the sentence does not hold; Error for a sentence that no step has
 */
export type Say = (world: object, sentence: string, rows?: readonly string[]) => Promise<unknown>;

/** The part of a step definition that is called here. */
interface Step {
  readonly code: (...parameters: readonly unknown[]) => unknown;
  readonly expression: { match(text: string): readonly { getValue(world: unknown): unknown }[] | null };
}

/** Steps are defined when their modules are loaded, which happens once in a process. */
let loaded: Promise<Say> | undefined;

/** The sentences of the features, for evidence that no run of the features brought. */
export async function loadSentences(): Promise<Say> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Say> {
  // The library is opaque by its type; what it holds is what Cucumber itself runs.
  const { stepDefinitions } = (await loadSupport(await configure('parameter-types', { paths: [] }), {
    cwd: root,
  })) as unknown as {
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
  return async (world, sentence, rows) => {
    const call = known.get(sentence) ?? find(sentence);
    known.set(sentence, call);
    const [step, parameters] = call(world);
    const table = rows === undefined ? [] : [new DataTable(rows.map((cell) => [cell]))];
    return step.code.call(world, ...parameters, ...table);
  };
}
