import type { Status, Verdict } from '../../verdict/report.ts';
import { html, Markup } from './html.ts';

/** One shape for each status, so that it can be recognised without colour. 16 by 16. */
const shapes: Readonly<Record<Status, string>> = {
  passed: '<circle cx="8" cy="8" r="7"/><path class="sign" d="m4.8 8.3 2.2 2.3 4.3-5"/>',
  failed: '<path d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z"/><path class="sign" d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2"/>',
  warning: '<path d="M8 1.2 15.4 14.4H.6z"/><path class="sign" d="M8 6v4m0 2.2v.1"/>',
  inconclusive:
    '<rect x="1.2" y="1.2" width="13.6" height="13.6" rx="3.4"/><path class="sign" d="M6 6.2a2 2 0 1 1 2.9 1.9q-.9.4-.9 1.4m0 2.3v.1"/>',
  untested: '<circle class="hollow" cx="8" cy="8" r="6.2" stroke-dasharray="2.4 2.2"/>',
  inapplicable: '<circle class="hollow" cx="8" cy="8" r="6.2"/><path class="dash" d="M5 8h6"/>',
};

/** The shapes, once in a page; {@link icon} refers to them. */
export const iconSheet: Markup = new Markup(
  `<svg class="sheet" width="0" height="0" aria-hidden="true">${Object.entries(shapes)
    .map(([status, shape]) => `<symbol id="i-${status}" viewBox="0 0 16 16">${shape}</symbol>`)
    .join('')}</svg>`,
);

/** The icon of a status. Always write the status next to it as well. */
export function icon(status: Status): Markup {
  return html`<svg class="icon ${status}" viewBox="0 0 16 16" aria-hidden="true"><use href="#i-${status}"/></svg>`;
}

/** The status whose icon and colour a verdict has. */
export function signOf(verdict: Verdict): Status {
  if (verdict === 'conforms') return 'passed';
  return verdict === 'incomplete' ? 'inconclusive' : 'failed';
}
