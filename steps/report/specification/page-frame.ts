import { suite } from '../../requirements/requirement.ts';
import { pageHead } from '../html/head.ts';
import { html, Markup, type TemplateValue } from '../html/html.ts';
import { policyOf } from '../html/policy.ts';
import { script } from './specification-script.ts';
import { style } from './specification-style.ts';
import { texts } from './texts.ts';

/** The pages of the site, and their files. */
export const files = {
  index: 'index.html',
  server: 'server.html',
  client: 'client.html',
  words: 'words.html',
  proof: 'proof.html',
} as const;

/** A page of the site. */
export type PageName = keyof typeof files;

/** The parts of the frame of all pages. */
export interface FrameParts {
  readonly title: string;
  /** The page of the site; absent for a page outside of the site. */
  readonly page?: PageName;
  /** The column next to the text, which is shown if there is room. */
  readonly aside?: TemplateValue;
  readonly main: TemplateValue;
  /** For each entry, further words that the page's search finds. */
  readonly index?: readonly string[];
}

/** A page with its head and foot. It loads nothing, and is readable without its script. */
export function framed({ title, page, aside, main, index }: FrameParts): string {
  const names = Object.keys(files) as PageName[];
  const { name, version } = suite();
  return html`<!DOCTYPE html>
<html lang="${texts.language}">
${pageHead({ title, policy, style })}
<body class="${aside === undefined && 'single'}">
<a class="skip" href="#text">${texts.skip}</a>
<header class="top"><p class="kind">${texts.kind}</p>
${page !== undefined && html`<nav aria-label="${texts.title}"><ul>${names.map((name) => html`<li><a href="${files[name]}"${name === page && html` aria-current="page"`}>${texts.pages[name]}</a></li>`)}</ul></nav>`}</header>
<div class="columns${aside !== undefined && ' two'}">${aside}
<main id="text">${main}</main></div>
<footer><p>${texts.footer(`${name} ${version}`)}</p></footer>
${index !== undefined && html`<script type="application/json" id="index">${new Markup(JSON.stringify(index).replaceAll('<', '\\u003c'))}</script>`}
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}

/** The search form. It appears only if its script runs. */
export function search(withFolds: boolean): Markup {
  return html`<form class="tools" role="search" hidden><label for="find">${texts.find}</label><input id="find" type="search" autocomplete="off" data-of="${texts.found}"><span id="found" role="status"></span>
${withFolds && html`<button type="button" id="unfold">${texts.unfold}</button><button type="button" id="fold">${texts.fold}</button>`}</form>`;
}

const policy = policyOf(style, script);
