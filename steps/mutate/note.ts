import { readFileSync } from 'node:fs';
import { root } from '../requirement.ts';
import type { Mutation } from './mutation.ts';

/** Why nobody has to notice a mutation: an entry of `survivors.json`. */
export interface Note extends Pick<Mutation, 'file' | 'code' | 'before' | 'after'> {
  readonly why: string;
}

export function readNotes(): Note[] {
  return JSON.parse(readFileSync(`${root}steps/mutate/survivors.json`, 'utf8')) as Note[];
}

/** Whether the note is about this mutation; where several look the same on lines that do, it is about all of them. */
export function isAbout(note: Note, { file, code, before, after }: Mutation): boolean {
  return note.file === file && note.code === code && note.before === before && note.after === after;
}

/** What is wrong with the notes, in words: a reason is missing, or what it is about is no longer in the sources. */
export function faultsOfNotes(notes: readonly Note[], mutations: readonly Mutation[]): string[] {
  return notes.flatMap((note) => {
    const what = `survivors.json: ${note.file}: ${note.before} => ${note.after} in "${note.code}"`;
    if (note.why.trim() === '') return [`${what} has no reason`];
    return mutations.some((mutation) => isAbout(note, mutation))
      ? []
      : [`${what} is no mutation of that file any more; remove it`];
  });
}
