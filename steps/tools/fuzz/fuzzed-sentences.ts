import * as features from '../../support/sentences.ts';
import type { Mismatch } from '../../support/world.ts';
import { NonConformance } from '../../verdict/evidence.ts';

/** Judges a world by a sentence. Returns undefined if the sentence holds, otherwise why the implementation fails. */
export type SentenceJudge = (sentence: string, world: object, rows?: readonly string[]) => Promise<string | undefined>;

/** Loads the sentences with the step definitions of a run. The judge throws an Error for a sentence without a step. */
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

/** Replaces the World's `fail`, the only way in which a step fails an implementation. */
export function fail({ expected, received }: Mismatch): never {
  throw new NonConformance({ kind: 'finding', requirement: 'fuzzed', expected, received, trace: [] });
}
