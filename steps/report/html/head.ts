import { html, Markup, type TemplateValue } from './html.ts';

/**
 * The head of every page that the suite writes: it loads nothing, and a link on it sends no referrer.
 *
 * @param policy from `policyOf` for the same style
 * @param style CSS of the suite
 */
export function pageHead({
  title,
  policy,
  style,
}: {
  readonly title: TemplateValue;
  readonly policy: string;
  readonly style: string;
}): Markup {
  return html`<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Markup(style)}</style>
</head>`;
}
