import { parseFeature } from '../../requirements/requirement.ts';

/**
 * The text of a feature in which every scenario stands so many times, one copy after the other within its Rule: each is a scenario
 * of its own, at a place of its own, of the same requirement.
 *
 * @throws FeatureError when it cannot be parsed
 */
export function multiplied(file: string, text: string, times: number): string {
  const rules = (parseFeature(file, text).feature?.children ?? []).flatMap(({ rule }) => rule ?? []);
  const lines = text.trimEnd().split('\n');
  const starts = rules.map(({ tags, location }) => (tags[0]?.location ?? location).line - 1);
  const parts = rules.map(({ children }, index) => {
    const scenario = children.find((child) => child.scenario !== undefined)?.scenario;
    const end = starts[index + 1] ?? lines.length;
    const first = scenario === undefined ? end : (scenario.tags[0]?.location ?? scenario.location).line - 1;
    const scenarios = [...lines.slice(first, end), ''];
    return [...lines.slice(starts[index], first), ...Array.from({ length: times }, () => scenarios).flat()];
  });
  return [...lines.slice(0, starts[0]), ...parts.flat()].join('\n');
}
