import { readFileSync } from 'node:fs';
import { root } from '../../requirements/requirement.ts';
import type { Mutation } from './mutation.ts';

/** Why nobody has to notice a mutation: an entry of `survivors.json`. */
export interface Note extends Pick<Mutation, 'file' | 'code' | 'before' | 'after'> {
  readonly why: string;
}

/** A mutation that was tried, and who noticed it; undefined where nobody did. */
export interface Tried {
  readonly mutation: Mutation;
  readonly by: string | undefined;
}

export function readNotes(): Note[] {
  return JSON.parse(readFileSync(`${root}steps/tools/mutate/survivors.json`, 'utf8')) as Note[];
}

/** Whether the note is about this mutation; where several look the same on lines that do, it is about all of them. */
export function isAbout(note: Note, { file, code, before, after }: Mutation): boolean {
  return note.file === file && note.code === code && note.before === before && note.after === after;
}

/**
 * What is wrong with the notes, in words: a reason is missing, what it is about is no longer in the sources, or all that it is about
 * was tried and noticed.
 */
export function faultsOfNotes(notes: readonly Note[], mutations: readonly Mutation[], tried: readonly Tried[] = []): string[] {
  return notes.flatMap((note) => {
    const what = `survivors.json: ${note.file}: ${note.before} => ${note.after} in "${note.code}"`;
    if (note.why.trim() === '') return [`${what} has no reason`];
    const meant = mutations.filter((mutation) => isAbout(note, mutation));
    if (meant.length === 0) return [`${what} is no mutation of that file any more; remove it`];
    const outcomes = tried.filter(({ mutation }) => isAbout(note, mutation));
    const stale = outcomes.length === meant.length && outcomes.every(({ by }) => by !== undefined);
    return stale ? [`${what} is noticed by ${outcomes[0]?.by}; remove it`] : [];
  });
}
