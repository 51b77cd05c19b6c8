import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Requirement, type Role, root } from '../../requirements/requirement.ts';

/** A faulty or unusual implementation, as `fixtures/support/start.ts --list` tells it. */
export interface Implementation {
  /** `faulty/server/stamps-in-seconds`. */
  readonly name: string;
  readonly kind: 'faulty' | 'unusual';
  readonly role: Role;
  /** What it does otherwise than the reference, in a sentence. */
  readonly about: string;
  /** Where that was seen, or who calls it right. */
  readonly seen: string;
  /** Ids of exactly the requirements that must be reported as failed. */
  readonly fails: readonly string[];
  /** Ids of exactly the recommendations that must be reported as warnings. */
  readonly warns: readonly string[];
  /** Where little can be judged: ids of the only requirements that may be passed. Any other pass is one without evidence. */
  readonly passes?: readonly string[];
  /** True where a run takes long, and most of it is waiting: it starts first. */
  readonly slow?: true;
  /** The content of its target file; in a fixture only the members that the usual ones lack. */
  readonly target: Readonly<Record<string, unknown>>;
}

/**
 * Asks the fixtures, as a process of their own: nothing of them is part of the suite.
 *
 * @throws Error when the list cannot be had
 */
export async function listImplementations(): Promise<Implementation[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [`${root}fixtures/support/start.ts`, '--list'], {
    maxBuffer: 16 << 20,
  });
  return JSON.parse(stdout) as Implementation[];
}

/** Those that mostly wait come first: nothing then waits for them at the end. */
export const slowFirst = (a: Implementation, b: Implementation): number => Number(b.slow ?? false) - Number(a.slow ?? false);

/**
 * For each requirement a faulty implementation that breaks it: the one that breaks least besides, and of several such one whose run is
 * short.
 */
export function onePerRequirement(all: readonly Implementation[]): Implementation[] {
  const broken = ({ fails, warns }: Implementation): string[] => [...fails, ...warns];
  const faulty = all
    .filter(({ kind }) => kind === 'faulty')
    .sort((a, b) => broken(a).length - broken(b).length || slowFirst(b, a));
  const first = (id: string): Implementation[] => faulty.filter((one) => broken(one).includes(id)).slice(0, 1);
  return [...new Set(faulty.flatMap(broken).flatMap(first))];
}

/** What is wrong with what an implementation expects of the suite, in words: then comparing with it proves nothing. */
export function faultsOfClaim(
  { name, kind, fails, warns, passes = [] }: Implementation,
  requirements: readonly Requirement[],
): string[] {
  const level = new Map(requirements.map((requirement) => [requirement.id, requirement.level]));
  const wrong = (ids: readonly string[], expected: 'must' | 'should', member: string): string[] =>
    ids.flatMap((id) => {
      if (!level.has(id)) return [`${name}: ${member} names ${id}, which is no requirement`];
      return level.get(id) === expected ? [] : [`${name}: ${member} names ${id}, which is no @${expected}`];
    });
  const count = fails.length + warns.length;
  return [
    ...wrong(fails, 'must', 'fails'),
    ...wrong(warns, 'should', 'warns'),
    ...passes.filter((id) => !level.has(id)).map((id) => `${name}: passes names ${id}, which is no requirement`),
    ...(kind === 'faulty' && count === 0 ? [`${name}: it is called faulty and breaks no requirement`] : []),
    ...(kind === 'unusual' && fails.length > 0 ? [`${name}: it is called correct and breaks ${fails.join(', ')}`] : []),
  ];
}
