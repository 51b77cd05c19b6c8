import { parseFeature } from '../../requirements/requirement.ts';

/**
 * Repeats every scenario of a feature within its Rule. Each copy is a scenario of the same requirement, on its own line.
 *
 * @param file its path, for messages
 * @param times how often the result has each scenario
 * @throws FeatureError when the text cannot be parsed
 */
export function repeatScenarios(file: string, text: string, times: number): string {
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
