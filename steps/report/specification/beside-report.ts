import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Requirement, Role } from '../../requirements/requirement.ts';
import { writeWhole } from '../report-folder.ts';
import { files } from './page-frame.ts';
import { specificationPage } from './role-page.ts';

/** The page's file in a report folder. */
export const specificationFile = 'specification.html';

/**
 * The address of the site's page about a role.
 *
 * @param base the address of the site, from the command line
 * @throws Error that says what is wrong with it
 */
export function hostedPage(base: string, role: Role): string {
  const url = URL.parse(base);
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new Error('expected the address of a folder, as in https://example.org/ntp/');
  if (url.username !== '' || url.password !== '') throw new Error('a user name or password would stand in every report');
  if (url.search !== '' || url.hash !== '') throw new Error('expected the address of a folder, without ? and #');
  const folder = url.pathname.endsWith('/') ? url : new URL(`${url.href}/`);
  return new URL(files[role], folder).href;
}

/** Writes the specification, to which a report links, into the report's folder. @throws Error of `node:fs`, FeatureError */
export function writeSpecification(folder: string, role: Role, requirements: readonly Requirement[]): void {
  writeWhole(join(folder, specificationFile), specificationPage(role, requirements));
}

/** Removes the page of an earlier run. @throws Error of `node:fs` */
export function clearSpecification(folder: string): void {
  rmSync(join(folder, specificationFile), { force: true });
}
