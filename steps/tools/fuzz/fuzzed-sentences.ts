import * as features from '../../support/sentences.ts';
import type { Mismatch } from '../../support/world.ts';
import { NonConformance } from '../../verdict/evidence.ts';

/** What a sentence says of some evidence: nothing where it holds, else why the implementation fails. */
export type SentenceJudge = (sentence: string, world: object, rows?: readonly string[]) => Promise<string | undefined>;

/** The sentences of the features with the very steps that judge them in a run. The judge throws an Error for a sentence that no step has. */
export async function loadSentences(): Promise<SentenceJudge> {
  const say = await features.loadSentences();
  return async (sentence, world, rows) => {
    try {
      await say(world, sentence, rows);
      return undefined;
    } catch (error) {
      if (error instanceof NonConformance) return error.message;
      throw error;
    }
  };
}

/** The only way in which a step fails anybody, as the World has it. */
export function fail({ expected, received }: Mismatch): never {
  throw new NonConformance({ kind: 'finding', requirement: 'fuzzed', expected, received, trace: [] });
}
