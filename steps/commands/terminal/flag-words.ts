/** Values of options, by the names that commander gives them: `failFast` for `--fail-fast`. */
export type FlagValues = Readonly<Record<string, boolean | number | string | readonly string[] | undefined>>;

/** The words of a command line with these options. Options that are undefined or false are left out. */
export function flagWords(flags: FlagValues): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === undefined || value === false) return [];
    if (value === true) return [flag];
    return typeof value === 'object' ? [flag, ...value] : [`${flag}=${value}`];
  });
}
