import { html, type Markup } from '../../report/html/html.ts';
import { words } from '../../report/html/verdict-words.ts';
import { framed } from '../../report/specification/page-frame.ts';
import { glossary } from '../../report/specification/role-page.ts';
import { texts } from '../../report/specification/texts.ts';

/** The page with the glossary. */
export function wordsPage(): string {
  const levels = (['must', 'should'] as const).map((level) => [texts.level[level], texts.levelMeaning[level]] as const);
  return framed({
    title: `${texts.wordsHeading} – ${texts.title}`,
    page: 'words',
    main: html`<h1>${texts.wordsHeading}</h1>
<div class="first">${glossary(texts.roleWords)}</div>
${part('levels', texts.levels, glossary(levels))}
${part('results', texts.results, glossary(words))}
${part('verdicts', texts.verdicts, glossary(texts.verdictWords))}
${part('sources', texts.sources, glossary(texts.sourceWords))}
${part('capabilities', texts.capabilities, glossary(texts.capabilityWords))}
`,
  });
}

function part(id: string, heading: string, content: Markup): Markup {
  return html`<section id="${id}" aria-labelledby="h-${id}"><h2 id="h-${id}">${heading}</h2>${content}</section>`;
}
