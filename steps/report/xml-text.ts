import Builder from 'fast-xml-builder';

/** The attributes of an element. */
export type Attributes = Readonly<Record<string, string | number>>;

/** An element: its attributes as `$`, its text as `#text`, and its children by name. */
export interface XmlElement {
  readonly $?: Attributes;
  readonly '#text'?: string;
  readonly [child: string]: XmlElement | readonly XmlElement[] | Attributes | string | undefined;
}

const builder = new Builder({
  ignoreAttributes: false,
  attributesGroupName: '$',
  attributeNamePrefix: '',
  format: true,
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
});

/** Escaped XML of these elements. Texts must be printable already, because XML forbids some characters even as escapes. */
export function xmlText(elements: XmlElement): string {
  return builder.build(elements);
}
