import { styleText } from 'node:util';

/** The meaning of a text, which decides its colour. */
export type Style = 'good' | 'bad' | 'doubtful' | 'quiet' | 'strong';

/** Gives a text its colour, or none. */
export type Paint = (style: Style, text: string) => string;

/** No colour at all: pipes, files, CI. */
export const plain: Paint = (_style, text) => text;

const formats = { good: 'green', bad: 'red', doubtful: 'yellow', quiet: 'dim', strong: 'bold' } as const;

/** Colours for a terminal, for any stream. */
export const coloured: Paint = (style, text) => styleText(formats[style], text, { validateStream: false });

/**
 * The painter for a stream: colours only on a terminal, and not with NO_COLOR (https://no-color.org) or TERM=dumb. FORCE_COLOR overrides
 * all of this; FORCE_COLOR=0 means no colours.
 */
export function painterFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Paint {
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return ['0', 'false'].includes(force) ? plain : coloured;
  if ((env['NO_COLOR'] ?? '') !== '') return plain;
  return stream.isTTY === true && env['TERM'] !== 'dumb' ? coloured : plain;
}
