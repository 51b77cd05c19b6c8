import parseTags from '@cucumber/tag-expressions';
import { didYouMean } from '../../harness/implementation/nearest-name.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import type { Requirement } from '../../requirements/requirement.ts';

/** The options that limit a run to some scenarios. */
export interface Selection {
  readonly only?: readonly string[];
  readonly tags?: string;
}

/**
 * The places of the selected scenarios; undefined if the run is not limited.
 *
 * @throws WrongUse for an unknown id, an expression that cannot be read, or a selection without scenarios
 */
export function select(requirements: readonly Requirement[], { only, tags }: Selection): ReadonlySet<string> | undefined {
  if (only === undefined && tags === undefined) return undefined;
  const wanted = only?.flatMap((ids) => ids.split(',')).map((id) => id.replace(/^@/, ''));
  const ids = requirements.map(({ id }) => id);
  for (const id of wanted ?? []) {
    if (ids.includes(id)) continue;
    // --only takes all words that follow it, so a target file after it looks like an id.
    if (/[./\\]/.test(id)) throw new WrongUse(`--only ${id}: this is not an id; put target files before --only`);
    throw new WrongUse(`--only ${id}: there is no such requirement for this role${didYouMean(id, ids)}; "list" shows them`);
  }
  const matches = tags === undefined ? () => true : tagFilter(tags);
  const places = requirements
    .filter(({ id }) => wanted === undefined || wanted.includes(id))
    .flatMap((requirement) =>
      requirement.scenarios
        .filter((scenario) => {
          const { id, level, capabilities } = requirement;
          return matches([id, level, ...capabilities, ...scenario.capabilities].map((name) => `@${name}`));
        })
        .map(({ place }) => place),
    );
  if (places.length === 0) throw new WrongUse(`--tags ${tags ?? ''}: this selects no scenario`);
  return new Set(places);
}

function tagFilter(expression: string): (tags: string[]) => boolean {
  try {
    const parsed = parseTags(expression);
    return (tags) => parsed.evaluate(tags);
  } catch (error) {
    throw new WrongUse(`--tags ${expression}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The paths for Cucumber: whole files, or files with the lines of the selected scenarios. */
export function pathsOf(requirements: readonly Requirement[], selected: ReadonlySet<string> | undefined): string[] {
  const places = requirements.flatMap(({ scenarios }) => scenarios.map(({ place }) => place));
  const lines = new Map<string, string[]>();
  for (const place of places) {
    const [file = '', line = ''] = place.split(':');
    const known = lines.get(file) ?? [];
    lines.set(file, known);
    if (selected?.has(place) === true) known.push(line);
  }
  return [...lines].flatMap(([file, chosen]) =>
    selected === undefined ? [file] : chosen.length === 0 ? [] : [[file, ...chosen].join(':')],
  );
}
