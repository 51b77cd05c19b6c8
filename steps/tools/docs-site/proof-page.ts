import { html, type Markup } from '../../report/html/html.ts';
import { linked, type RequirementHref } from '../../report/specification/description-text.ts';
import { framed } from '../../report/specification/page-frame.ts';
import { texts } from '../../report/specification/texts.ts';
import type { Role } from '../../requirements/requirement.ts';
import type { ImplementationProof, Proof, RequirementProof } from '../prove/proof.ts';
import { figures } from '../prove/proof.ts';

/** The page with the last proof, if there is one: the mistakes that the suite finds. */
export function proofPage(proof: Proof | undefined, address: RequirementHref): string {
  return framed({
    title: `${texts.proofHeading} – ${texts.title}`,
    page: 'proof',
    main: html`<h1>${texts.proofHeading}</h1>
<p class="lead">${texts.proofLead}</p>
${proof === undefined ? html`<p class="note">${texts.proofAbsent}</p>` : shown(proof, address)}`,
  });
}

function shown(proof: Proof, address: RequirementHref): Markup {
  const { implementations, gaps, whole, finished, proven } = proof;
  const { caught, faulty, certified, unusual, requirements, proven: broken, scenarios, failed } = figures(proof);
  const tile = (part: number, all: number, text: string): Markup =>
    html`<li><b>${part} <small>${texts.of} ${all}</small></b>${text}</li>`;
  const wrong = [...implementations.flatMap(({ name, mistakes }) => mistakes.map(({ text }) => `${name}: ${text}`)), ...gaps];
  return html`<ul class="figures">${tile(caught, faulty, texts.figures.caught)}${tile(certified, unusual, texts.figures.certified)}
${whole && html`${tile(broken, requirements, texts.figures.requirements)}${tile(failed, scenarios, texts.figures.scenarios)}`}</ul>
${!whole && html`<p class="note">${texts.proofPartly}</p>`}
${whole && proven && html`<p class="note">${texts.proven}</p>`}
${wrong.length > 0 && html`<p class="note">${texts.proofOpen}</p><ul class="problems">${wrong.map((text) => html`<li>${linked(text, address)}</li>`)}</ul>`}
<p class="note quiet">${texts.proofMade} <time datetime="${finished}">${finished.slice(0, 10)}</time>.</p>
${(['server', 'client'] as const).map((role) => ofRole(proof, role, address))}`;
}

function ofRole(proof: Proof, role: Role, address: RequirementHref): Markup | undefined {
  const own = proof.implementations.filter((implementation) => implementation.role === role);
  if (own.length === 0) return undefined;
  const requirements = proof.requirements.filter((requirement) => requirement.role === role);
  const faulty = inOrderOf(
    requirements,
    own.filter(({ kind }) => kind === 'faulty'),
  );
  const unusual = own.filter(({ kind }) => kind === 'unusual');
  return html`<section aria-labelledby="h-${role}"><h2 id="h-${role}">${texts.pages[role]}</h2>
${faulty.length > 0 && matrix(faulty, requirements, role, address)}
${unusual.length > 0 && html`<h3>${texts.unusual}</h3><ul class="implementations">${unusual.map(({ name, about }) => html`<li>${about} <code>${lastOf(name)}</code></li>`)}</ul>`}
</section>`;
}

/** A row for each faulty implementation, a column for each requirement. */
function matrix(
  faulty: readonly ImplementationProof[],
  requirements: readonly RequirementProof[],
  role: Role,
  address: RequirementHref,
): Markup {
  const column = ({ id }: RequirementProof): Markup => {
    const [href, name] = [address(id), id.slice(role.length + 1)];
    return html`<th scope="col">${href === undefined ? name : html`<a href="${href}">${name}</a>`}</th>`;
  };
  const row = (one: ImplementationProof): Markup =>
    html`<tr><th scope="row">${one.about}</th>${requirements.map((requirement) => cellOf(requirement, one))}</tr>`;
  const table = html`<table><thead><tr><th scope="col">${texts.implementation}</th>${requirements.map(column)}</tr></thead><tbody>${faulty.map(row)}</tbody></table>`;
  return html`<h3>${texts.faulty}</h3>
<p class="legend">${(['failed', 'warned', 'untested', 'wrong'] as const).map((kind) => html`<span><b>${marks[kind]}</b>${texts.cells[kind]}</span>`)}</p>
<div class="matrix" role="region" tabindex="0" aria-label="${texts.pages[role]}: ${texts.faulty}">${table}</div>`;
}

const marks = { failed: '×', warned: 'w', untested: '·', wrong: '!' } as const;

/** The result of a requirement with an implementation. */
function cellOf({ id }: RequirementProof, { failed, warned, untested, mistakes }: ImplementationProof): Markup {
  const kind = mistakes.some(({ requirement }) => requirement === id)
    ? 'wrong'
    : failed.includes(id)
      ? 'failed'
      : warned.includes(id)
        ? 'warned'
        : untested.includes(id)
          ? 'untested'
          : undefined;
  if (kind === undefined) return html`<td></td>`;
  return html`<td class="${kind}"><span aria-hidden="true">${marks[kind]}</span><span class="unseen">${texts.cells[kind]}</span></td>`;
}

/** Sorts the implementations by the requirements that they break, so that similar ones are together. */
function inOrderOf(requirements: readonly RequirementProof[], faulty: readonly ImplementationProof[]): ImplementationProof[] {
  const rank = ({ fails, warns }: ImplementationProof): number =>
    requirements.findIndex(({ id }) => fails.includes(id) || warns.includes(id));
  return faulty.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

function lastOf(name: string): string {
  return name.split('/').at(-1) ?? name;
}
