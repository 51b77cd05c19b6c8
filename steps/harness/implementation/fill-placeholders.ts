/** Values for the placeholders of a target file's texts. */
export type PlaceholderValues = Readonly<Partial<Record<Placeholder, string>>>;

/** The words that may stand in braces. */
export type Placeholder = 'host' | 'port' | 'productKey' | 'deviceName' | 'deviceSecret' | 'timestampType';

// `{{word}}` is a literal {word}, and `${word}` is left to the shell that it is meant for.
const PLACEHOLDER = /\{\{(\w+)\}\}|(?<!\$)\{(\w+)\}/g;

/**
 * Replaces `{word}` by its value, and `{{word}}` by a literal `{word}`.
 *
 * @throws Error when a placeholder has no value: what a target file may say was checked when it was loaded.
 */
export function fillPlaceholders(text: string, values: PlaceholderValues): string {
  return text.replace(PLACEHOLDER, (_, literal: string | undefined, word: string) => {
    if (literal !== undefined) return `{${literal}}`;
    const value = (values as Readonly<Record<string, string>>)[word];
    if (value === undefined) throw new Error(`no value for the placeholder {${word}} in "${text}"`);
    return value;
  });
}

/** The placeholders that a text holds, without braces. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].flatMap(([, , word]) => word ?? []);
}

/** The text so that filling it gives it back as it is: for values from elsewhere that become part of a template. */
export function asLiteral(text: string): string {
  return text.replace(/\{(\w+)\}/g, '{{$1}}');
}
