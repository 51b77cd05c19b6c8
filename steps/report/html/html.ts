import { printable } from '../../harness/text/printable.ts';
import { escapeXml } from './escape-xml.ts';

/** A piece of HTML that needs no escaping. */
export class Markup {
  readonly text: string;

  /** @param text HTML that the suite has written */
  constructor(text: string) {
    this.text = text;
  }
}

/** A value in a template: text, which is escaped, or HTML, which is not. Undefined and false add nothing. */
export type TemplateValue = string | number | Markup | undefined | false | readonly TemplateValue[];

/**
 * HTML from a template. Every text in it is made printable and escaped, so that no text of an implementation becomes an element, an
 * attribute or a control character. Attributes must be quoted.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly TemplateValue[]): Markup {
  return new Markup(strings.reduce((text, piece, index) => text + textOf(parts[index - 1]) + piece));
}

function textOf(part: TemplateValue): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(textOf).join('');
  return escapeXml(printable(String(part), Number.POSITIVE_INFINITY));
}

/** Joins values with commas. */
export function listed(parts: readonly TemplateValue[]): Markup {
  return html`${parts.map((part, index) => html`${index > 0 && ', '}${part}`)}`;
}
