import { cell } from './matrix.ts';
import { figures, type ImplementationProof, type Proof, type RequirementProof } from './proof.ts';

/** The proof as one page of HTML that needs nothing else. */
export function page(proof: Proof): string {
  const roles = (['server', 'client'] as const).filter((role) =>
    proof.requirements.some((requirement) => requirement.role === role),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What the suite catches</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>What the suite catches</h1>
<p>Each column is an implementation that breaks something on purpose, each row a requirement. The suite has to find exactly what is
broken, and has to let pass what is unusual and correct.</p>
${verdict(proof)}
</header>
<main>
${problems(proof)}
${roles.map((role) => section(proof, role)).join('\n')}
</main>
<footer>${new Date(proof.finished).toUTCString()}, in ${(proof.durationMs / 1000).toFixed(1)} s${proof.whole ? '' : ', only some of the implementations'}</footer>
</body>
</html>
`;
}

function verdict(proof: Proof): string {
  const { faulty, caught, unusual, certified, requirements, proven, scenarios, failed } = figures(proof);
  const tile = (part: number, whole: number, text: string): string =>
    `<li><strong>${part}<small> of ${whole}</small></strong><span>${text}</span></li>`;
  return `<p class="verdict ${proof.proven ? 'good' : 'bad'}">${proof.proven ? 'Proven' : 'Not proven'}</p>
<ul class="tiles">
${tile(caught, faulty, 'faulty implementations caught exactly')}
${tile(certified, unusual, 'unusual implementations certified')}
${tile(proven, requirements, 'requirements broken by something')}
${tile(failed, scenarios, 'scenarios failed by something')}
</ul>`;
}

function problems({ implementations, gaps }: Proof): string {
  const lines = [
    ...implementations.flatMap(({ name, mistakes }) =>
      mistakes.map(({ kind, text }) => `<b>${kind}</b> ${safe(`${name}: ${text}`)}`),
    ),
    ...gaps.map((gap) => `<b>gap</b> ${safe(gap)}`),
  ];
  if (lines.length === 0) return '';
  return `<section class="problems"><h2>What is wrong</h2><ul>${lines.map((line) => `<li>${line}</li>`).join('')}</ul></section>`;
}

function section(proof: Proof, role: 'server' | 'client'): string {
  const requirements = proof.requirements.filter((requirement) => requirement.role === role);
  const own = proof.implementations.filter((implementation) => implementation.role === role);
  const faulty = inOrderOf(
    requirements,
    own.filter(({ kind }) => kind === 'faulty'),
  );
  const unusual = own.filter(({ kind }) => kind === 'unusual');
  return `<section>
<h2>${role === 'server' ? 'Servers' : 'Clients'}</h2>
<div class="scroll" tabindex="0" role="region" aria-label="requirements and ${role}s">
<table class="matrix">
<thead><tr><th></th><th></th>${faulty.map(({ name, about }) => `<th title="${safe(about)}"><span>${safe(short(name))}</span></th>`).join('')}</tr></thead>
<tbody>
${requirements.map((requirement) => row(requirement, faulty)).join('\n')}
</tbody>
</table>
</div>
<p class="legend"><i class="failed"></i> failed <i class="warned"></i> warning <i class="open"></i> not judged because of these <i class="wrong"></i> the suite is wrong</p>
<h3>Unusual, correct, and certified</h3>
${list(unusual)}
<h3>Faulty, and caught</h3>
${list(faulty)}
<h3>Scenarios</h3>
${requirements.map(scenarios).join('\n')}
</section>`;
}

function row(requirement: RequirementProof, faulty: readonly ImplementationProof[]): string {
  const names = { '×': 'failed', w: 'warned', '·': 'open', '!': 'wrong', ' ': '' } as const;
  const cells = faulty.map((implementation) => {
    const name = names[cell(requirement, implementation) as keyof typeof names];
    return name === '' ? '<td></td>' : `<td class="${name}" title="${safe(`${short(implementation.name)}: ${name}`)}"></td>`;
  });
  const { id, level, sentence, caught } = requirement;
  return `<tr><th title="${safe(sentence)}">${safe(id)}<small>${level}</small></th><td class="count">${caught.length}</td>${cells.join('')}</tr>`;
}

function list(implementations: readonly ImplementationProof[]): string {
  const items = implementations.map(({ name, about, seen, fails, warns, mistakes }) => {
    const ids = [
      ...fails.map((id) => `<code>${safe(id)}</code>`),
      ...warns.map((id) => `<code class="warned">${safe(id)}</code>`),
    ];
    return `<li${mistakes.length > 0 ? ' class="bad"' : ''}><b>${safe(short(name))}</b> ${safe(about)} <em>${safe(seen)}</em> ${ids.join(' ')}</li>`;
  });
  return `<ul class="list">${items.join('\n')}</ul>`;
}

function scenarios({ id, sentence, scenarios: all }: RequirementProof): string {
  const rows = all.map(({ title, failedBy, exempt }) => {
    const by = failedBy.length > 0 ? `${failedBy.length}: ${failedBy.map(short).join(', ')}` : (exempt ?? 'nothing');
    return `<tr><td>${safe(title)}</td><td>${safe(by)}</td></tr>`;
  });
  return `<details><summary><b>${safe(id)}</b> ${safe(sentence)}</summary><table><thead><tr><th>scenario</th><th>failed by</th></tr></thead><tbody>${rows.join('')}</tbody></table></details>`;
}

/** In the order in which the requirements name them, so that what belongs together stands together. */
function inOrderOf(requirements: readonly RequirementProof[], faulty: readonly ImplementationProof[]): ImplementationProof[] {
  const rank = ({ fails, warns }: ImplementationProof): number =>
    requirements.findIndex(({ id }) => fails.includes(id) || warns.includes(id));
  return faulty.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

const short = (name: string): string => name.split('/').at(-1) ?? name;

function safe(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `
:root { color-scheme: light dark; --text: light-dark(#1d2530, #dfe5ec); --soft: light-dark(#5b6876, #93a1b0);
  --paper: light-dark(#fbfaf8, #14181d); --card: light-dark(#fff, #1b2127); --line: light-dark(#e3e1dc, #2b333c);
  --red: light-dark(#c8402f, #ef7463); --amber: light-dark(#d99a1c, #e6b450); --open: light-dark(#d8dce1, #343d47);
  --green: light-dark(#2b7f56, #63c394); --violet: light-dark(#7a35c9, #b78af0); }
* { box-sizing: border-box; }
body { margin: 0; padding: 3rem clamp(1rem, 5vw, 5rem); background: var(--paper); color: var(--text);
  font: 15px/1.55 system-ui, sans-serif; }
h1 { font-size: 2rem; letter-spacing: -.02em; margin: 0; } h2 { margin: 3rem 0 1rem; } h3 { margin: 2.5rem 0 .75rem; }
header p { max-width: 46rem; color: var(--soft); }
header .verdict { display: inline-block; padding: .2rem .8rem; border-radius: 99px; font-weight: 600; color: var(--paper); }
.verdict.good { background: var(--green); } .verdict.bad { background: var(--red); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1rem; padding: 0; list-style: none; }
.tiles li { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem 1.25rem; }
.tiles strong { display: block; font-size: 2rem; font-variant-numeric: tabular-nums; } .tiles small { font-size: 1rem; font-weight: 400; color: var(--soft); }
.tiles span { color: var(--soft); }
.problems { border: 1px solid var(--red); border-radius: .75rem; padding: 0 1.25rem; } .problems li { overflow-wrap: anywhere; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem 1rem 1rem 0; }
.matrix { border-collapse: separate; border-spacing: 2px; }
.matrix thead th { height: 13.5rem; width: 16px; padding: 0; vertical-align: bottom; font-weight: 400; font-size: 12px; }
.matrix thead span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; color: var(--soft); }
.matrix tbody th { position: sticky; left: 0; background: var(--card); text-align: left; white-space: nowrap; padding: 0 .75rem 0 1rem;
  font: 12px/16px ui-monospace, monospace; }
.matrix th small { color: var(--soft); margin-left: .6em; }
.matrix td { width: 16px; min-width: 16px; height: 16px; padding: 0; border-radius: 4px; background: color-mix(in srgb, var(--line) 35%, transparent); }
.matrix .count { background: none; text-align: right; padding-right: .5rem; color: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.matrix tbody tr:hover td { outline: 1px solid var(--line); }
td.failed, i.failed { background: var(--red); } td.warned, i.warned { background: var(--amber); }
td.open, i.open { background: var(--open); } td.wrong, i.wrong { background: var(--violet); }
.legend { color: var(--soft); font-size: 13px; } .legend i { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin: 0 .3rem 0 1rem; }
.list { list-style: none; padding: 0; columns: 30rem; column-gap: 2.5rem; } .list li { break-inside: avoid; padding: .45rem 0; border-bottom: 1px solid var(--line); }
.list em { color: var(--soft); font-size: 13px; } .list .bad b { color: var(--red); }
code { font: 12px ui-monospace, monospace; color: var(--red); } code.warned { color: var(--amber); }
details { border-bottom: 1px solid var(--line); padding: .5rem 0; } summary { cursor: pointer; } summary b { font: 13px ui-monospace, monospace; }
details table { width: 100%; border-collapse: collapse; margin: .5rem 0 1rem; font-size: 13px; } details td, details th { text-align: left; vertical-align: top; padding: .3rem 1rem .3rem 0; overflow-wrap: anywhere; }
details td:first-child { width: 40%; } details td:last-child { color: var(--soft); }
footer { margin-top: 4rem; color: var(--soft); font-size: 13px; }
`;
