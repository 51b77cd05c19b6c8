import { html, type Markup } from './html.ts';

/** The sentence with its MUST or SHOULD set off. */
export function emphasised(sentence: string): Markup {
  const [before = '', word, after = ''] = sentence.split(/\b((?:MUST|SHOULD)(?: NOT)?)\b/);
  return word === undefined ? html`${sentence}` : html`${before}<em>${word}</em>${after}`;
}

/** Text of a feature, in which words between backticks are what is written in files. */
export function prose(text: string): Markup {
  return html`${text.split('`').map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : piece))}`;
}
