/** Characters that a terminal, an editor or an XML reader interprets, hides or rejects instead of showing them. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu;

/**
 * Text of an implementation under test (payloads, output, topics) as one line that is safe to show anywhere: control characters,
 * escape sequences, bidirectional marks and invisible characters become `\xNN` or `\u{NNNN}`, and text that is longer than `most`
 * characters ends in "… (N bytes)", where N is the UTF-8 length of the whole text. Applying it twice changes nothing.
 */
export function printable(text: string, most = 2_000): string {
  // Escape only what is kept: a payload may have a megabyte.
  const shown = text.slice(0, most + 1).replaceAll(unprintable, escaped);
  if (shown.length <= most) return shown;
  const tail = `… (${Buffer.byteLength(text)} bytes)`;
  return withoutStump(shown.slice(0, Math.max(0, most - tail.length))) + tail;
}

/** As {@link printable}, line by line; the line ends stay. @param most characters per line */
export function printableLines(text: string, most = 2_000): string {
  return text
    .split(/\r?\n/)
    .map((line) => printable(line, most))
    .join('\n');
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16).toUpperCase();
  return code <= 0xff ? `\\x${digits.padStart(2, '0')}` : `\\u{${digits.padStart(4, '0')}}`;
}

/** Removes half a surrogate pair or half an escape that a cut has left at the end. */
function withoutStump(text: string): string {
  return text.replace(/(?:[\uD800-\uDBFF]|\\(?:x[0-9A-F]?|u(?:\{[0-9A-F]*)?)?)$/, '');
}
