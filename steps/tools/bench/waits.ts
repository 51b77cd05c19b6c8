import { readFileSync } from 'node:fs';
import { type Duration, type Envelope, TimeConversion } from '@cucumber/messages';

/** The scenarios of a run that take time because their steps say so. */
export interface DesignedWaits {
  readonly scenarios: number;
  readonly ms: number;
}

/** A duration in a sentence: `a link of 10 ms each way`, `for at most 4 s`. */
const duration = /\b\d+ m?s\b/;

/**
 * Finds the scenarios whose steps name a duration, and how long they took, in the `messages.ndjson` of a run.
 *
 * @throws Error of `node:fs` when the file cannot be read
 */
export function designedWaits(path: string): DesignedWaits {
  const waiting = new Set<string>();
  const attempts = new Set<string>();
  let ms = 0;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue;
    const { pickle, testCase, testCaseStarted, testStepFinished } = JSON.parse(line) as Envelope;
    if (pickle?.steps.some(({ text }) => duration.test(text))) waiting.add(pickle.id);
    if (testCase && waiting.has(testCase.pickleId)) waiting.add(testCase.id);
    if (testCaseStarted && waiting.has(testCaseStarted.testCaseId)) attempts.add(testCaseStarted.id);
    if (testStepFinished && attempts.has(testStepFinished.testCaseStartedId))
      ms += toMs(testStepFinished.testStepResult.duration);
  }
  return { scenarios: attempts.size, ms };
}

const toMs = (time: Duration): number => TimeConversion.durationToMilliseconds(time);
