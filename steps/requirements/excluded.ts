import { readFileSync } from 'node:fs';
import { root } from './requirement.ts';

/** A statement of the specification that no implementation can be tested for. */
export interface Excluded {
  readonly statement: string;
  readonly why: string;
}

/** All that `list --excluded` shows. */
export function readExcluded(): readonly Excluded[] {
  return JSON.parse(readFileSync(`${root}schemas/excluded.json`, 'utf8')) as Excluded[];
}
