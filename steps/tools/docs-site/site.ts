import type { RequirementHref } from '../../report/specification/description-text.ts';
import { files } from '../../report/specification/page-frame.ts';
import type { FaultyImplementation } from '../../report/specification/requirement-article.ts';
import { rolePage } from '../../report/specification/role-page.ts';
import { readSpecification } from '../../report/specification/specification.ts';
import type { Proof } from '../prove/proof.ts';
import { indexPage } from './index-page.ts';
import { proofPage } from './proof-page.ts';
import { wordsPage } from './words-page.ts';

/**
 * The whole site: its pages by file name.
 *
 * @param proof the last proof of `npm run prove`, if there is one
 * @throws FeatureError when the features break their rules
 */
export function site(proof: Proof | undefined): ReadonlyMap<string, string> {
  const subjects = { server: readSpecification('server'), client: readSpecification('client') };
  const all = [...subjects.server, ...subjects.client];
  const roles = new Map(
    all.flatMap(({ role, specified }) => specified.map(({ requirement }) => [requirement.id, role] as const)),
  );
  const address: RequirementHref = (id) => {
    const role = roles.get(id);
    return role === undefined ? undefined : `${files[role]}#${id}`;
  };
  const brokenBy = (id: string): readonly FaultyImplementation[] =>
    (proof?.implementations ?? [])
      .filter(({ kind, failed, warned }) => kind === 'faulty' && [...failed, ...warned].includes(id))
      .map(({ name, about }) => ({ name, about }));
  const ofRole = (role: 'server' | 'client'): string =>
    rolePage({ role, subjects: subjects[role], address, site: true, brokenBy });
  return new Map([
    [files.index, indexPage(all, address)],
    [files.server, ofRole('server')],
    [files.client, ofRole('client')],
    [files.words, wordsPage()],
    [files.proof, proofPage(proof, address)],
  ]);
}
