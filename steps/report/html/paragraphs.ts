import { html, type Markup } from './html.ts';

/** A sentence with each MUST and SHOULD emphasised. */
export function emphasised(sentence: string): Markup {
  const pieces = sentence.split(/\b((?:MUST|SHOULD)(?: NOT)?)\b/);
  return html`${pieces.map((piece, index) => (index % 2 === 1 ? html`<em>${piece}</em>` : piece))}`;
}

/** Text of a feature, in which words between backticks become code. */
export function prose(text: string): Markup {
  return html`${text.split('`').map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : piece))}`;
}
