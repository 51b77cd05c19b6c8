/** Requirements of a server, and messages of their scenarios. */

import assert from 'node:assert/strict';
import type { Envelope } from '@cucumber/messages';
import type { Requirement } from '../requirements/requirement.ts';
import type { Finding } from '../verdict/evidence.ts';
import type { Judgement } from '../verdict/judge.ts';
import { finding, place, requirement, type ScenarioCourse, scenario } from './cucumber-messages.ts';

export const a = requirement('server-a');
export const b = requirement('server-b');
export const c = requirement('server-c');

/** A recommendation. */
export const wish = requirement('server-wish', [10], 'should');

/** The messages of a requirement's scenario that passed. */
export const passed = (id: string, line = 10): Envelope[] => scenario(place(id, line));

/** The messages of a requirement's scenario that failed. */
export const failed = (id: string, more: Partial<Finding> = {}, line = 10): Envelope[] =>
  scenario(place(id, line), { outcomes: ['FAILED'], evidence: [finding(id, more)] });

/** The same requirement with these dependencies. */
export const on = (one: Requirement, ...dependsOn: readonly string[]): Requirement => ({ ...one, dependsOn });

/** A scenario that does not apply. */
export const inapplicable = (reason: string): ScenarioCourse => ({
  outcomes: ['SKIPPED'],
  evidence: [{ kind: 'inapplicable', reason }],
});

/** The status of each requirement, by id. */
export function statuses({ requirements }: Judgement): Record<string, string> {
  return Object.fromEntries(requirements.map(({ id, status }) => [id, status]));
}

/** Asserts that a run is incomplete, for this reason. */
export function assertIncomplete(judgement: Judgement, because: RegExp): void {
  assert.equal(judgement.verdict, 'incomplete');
  assert.equal(judgement.exitCode, 4);
  assert.match(judgement.because, because);
}
