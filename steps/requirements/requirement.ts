import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AstBuilder, GherkinClassicTokenMatcher, Parser } from '@cucumber/gherkin';
import {
  type Examples,
  type Feature,
  type GherkinDocument,
  type Scenario as GherkinScenario,
  IdGenerator,
  type Rule,
  type TableRow,
  type Tag,
} from '@cucumber/messages';
import type { Role } from '../harness/implementation/target.ts';

export type { Role };

/** `@must` affects the verdict; `@should` is a recommendation, and affects it only with `--strict`. */
export type Level = 'must' | 'should';

/** One scenario of a requirement: a Scenario of the features, or one row of its Examples. */
export interface Scenario {
  readonly title: string;
  /** `features/server/qos.feature:17`, relative to the package. */
  readonly place: string;
  /** Capabilities that only this scenario needs. */
  readonly capabilities: readonly string[];
}

/** A Rule of the features. */
export interface Requirement {
  readonly id: string;
  readonly level: Level;
  readonly role: Role;
  /** Capabilities without which the whole requirement is inapplicable. */
  readonly capabilities: readonly string[];
  /** Present if its scenarios run one at a time, without any other scenario: the Rule is tagged @alone. */
  readonly alone?: true;
  /** Present if its scenarios run after all others, because they may end the server: the Rule is tagged @last. */
  readonly last?: true;
  /** The title of its feature: "The server's time". */
  readonly feature: string;
  /** The Rule's name: "the server MUST …". */
  readonly sentence: string;
  /** The Rule's description, without the paragraphs that have members of their own here. */
  readonly description: string;
  /** The description's paragraph after "Source:". */
  readonly source: string;
  /**
   * Ids of the requirements that must be met before this one can be judged: those in the description's paragraph "Depends on:", and
   * their own dependencies.
   */
  readonly dependsOn: readonly string[];
  /** The description's paragraph after "Usual mistakes:"; empty if there is none. */
  readonly mistakes: string;
  readonly place: string;
  readonly scenarios: readonly Scenario[];
  /** The texts of all steps of its scenarios, with the values of their rows filled in. */
  readonly sentences: readonly string[];
  /** SHA-256 of the Rule's text, in hex: it identifies the text that a report judged. */
  readonly digest: string;
}

/** A feature file breaks the rules of CONTRIBUTING.md: the suite is at fault, not the implementation under test. */
export class FeatureError extends Error {
  override readonly name = 'FeatureError';
}

/** The package's folder, with a slash at its end: the same for code in a checkout and in `dist/`. */
export const root: string = fileURLToPath(new URL('.', import.meta.resolve('#root/package.json')));

/** Whether the suite runs from its sources, as in a checkout, and not from `dist/`. */
export const fromCheckout: boolean = import.meta.url.endsWith('.ts');

/** The name and the version of the suite. */
export function suite(): { readonly name: string; readonly version: string } {
  const { name, version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { name: string; version: string };
  return { name, version };
}

/** The order in which subjects are read, run and reported; other subjects come last. */
const subjects = 'topics qos payload types units time calculation worked-example answers devices faults access restart'.split(
  ' ',
);

/** The feature files of a role, or of both, relative to {@link root}, in the order of their subjects. */
export function featureFiles(role?: Role): string[] {
  const files = globSync(`features/${role ?? '*'}/*.feature`, { cwd: root });
  return files.map((file) => file.replaceAll('\\', '/')).sort(bySubject);
}

/** The place of a feature file among the subjects, from 0. */
export function subjectRank(file: string): number {
  const index = subjects.indexOf(basename(file, '.feature'));
  return index < 0 ? subjects.length : index;
}

/** Compares two feature files, for sorting. */
function bySubject(a: string, b: string): number {
  const role = (file: string): number => (file.startsWith('features/server/') ? 0 : 1);
  return role(a) - role(b) || subjectRank(a) - subjectRank(b) || a.localeCompare(b);
}

/**
 * All requirements of a role, or of both, in the order of the features. There is no other list of requirements.
 *
 * @throws FeatureError when a scenario is outside of a Rule, a Rule lacks its id, level, MUST or SHOULD, source or scenarios, an id is
 *   used twice, or a Rule depends on an unknown requirement
 */
export function readRequirements(role?: Role): Requirement[] {
  return requirementsOf(new Map(featureFiles(role).map((file) => [file, readFileSync(root + file, 'utf8')])));
}

/** The requirements of other features: their texts by file name. @throws FeatureError as {@link readRequirements} */
export function requirementsOf(features: ReadonlyMap<string, string>): Requirement[] {
  return connected(distinct(inOrder(features).flatMap(([file, text]) => readFeature(file, text))));
}

function inOrder(features: ReadonlyMap<string, string>): [file: string, text: string][] {
  return [...features].sort(([a], [b]) => bySubject(a, b));
}

/** Returns the same requirements. Exported for its test. @throws FeatureError when an id is used twice */
export function distinct(requirements: readonly Requirement[]): readonly Requirement[] {
  const places = new Map<string, string>();
  for (const { id, place } of requirements) {
    const earlier = places.get(id);
    if (earlier !== undefined) throw new FeatureError(`${place}: @${id} is already used at ${earlier}; an id must be unique`);
    places.set(id, place);
  }
  return requirements;
}

/**
 * The same requirements, with indirect dependencies added. Exported for its test.
 *
 * @throws FeatureError when one depends on an unknown requirement, on one of the other role, or on itself
 */
export function connected(requirements: readonly Requirement[]): Requirement[] {
  const known = new Map(requirements.map((requirement) => [requirement.id, requirement]));
  return requirements.map((requirement) => {
    const found = new Set(requirement.dependsOn);
    // The loop also visits the ids that it adds.
    for (const id of found) {
      const other = known.get(id);
      if (other?.role !== requirement.role)
        throw new FeatureError(
          `${requirement.place}: the Rule depends on ${id}, which is no requirement of a ${requirement.role}`,
        );
      for (const further of other.dependsOn) found.add(further);
    }
    if (found.has(requirement.id)) throw new FeatureError(`${requirement.place}: the Rule depends on itself`);
    return { ...requirement, dependsOn: [...found] };
  });
}

/** The usual mistakes of a requirement as a list. */
export function mistakesOf({ mistakes }: Pick<Requirement, 'mistakes'>): string[] {
  return mistakes === '' ? [] : mistakes.split('; ');
}

/** The first requirement that lists this mistake as usual. */
export function requirementAbout<Some extends Pick<Requirement, 'mistakes'>>(
  requirements: readonly Some[],
  mistake: string,
): Some | undefined {
  return requirements.find((requirement) => mistakesOf(requirement).includes(mistake));
}

/** SHA-256 over all feature files of a role, in hex. */
export function featuresDigest(role?: Role): string {
  return digestOfFeatures(new Map(featureFiles(role).map((file) => [file, readFileSync(root + file, 'utf8')])));
}

/** SHA-256 over other features, in hex: their texts by file name. */
export function digestOfFeatures(features: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256');
  for (const [file, text] of inOrder(features)) hash.update(`${file}\0${text}\0`);
  return hash.digest('hex');
}

/** The requirements of one feature file. Exported for its test. */
export function readFeature(file: string, text: string): Requirement[] {
  const role: Role = file.startsWith('features/client/') ? 'client' : 'server';
  const { feature } = parseFeature(file, text);
  if (feature === undefined) throw new FeatureError(`${file}: there is no feature in this file`);
  return rulesOf(feature, file).map((rule, index, rules) => {
    const next = rules[index + 1];
    const from = rule.tags[0]?.location.line ?? rule.location.line;
    const to = next === undefined ? undefined : (next.tags[0]?.location.line ?? next.location.line) - 1;
    const lines = text.split('\n').slice(from - 1, to);
    const ruleText = lines
      .map((line) => line.trim())
      .join('\n')
      .trim();
    return { ...readRule(rule, role, file, ruleText), feature: feature.name };
  });
}

/**
 * Parses a feature file, with keywords in any language.
 *
 * @throws FeatureError when it cannot be parsed
 */
export function parseFeature(file: string, text: string): GherkinDocument {
  try {
    return new Parser(new AstBuilder(IdGenerator.incrementing()), new GherkinClassicTokenMatcher()).parse(text);
  } catch (error) {
    throw new FeatureError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function rulesOf(feature: Feature, file: string): Rule[] {
  return feature.children.flatMap(({ rule, scenario }) => {
    if (scenario)
      throw new FeatureError(`${file}:${scenario.location.line}: every scenario belongs to a Rule; this one stands outside`);
    return rule ? [rule] : [];
  });
}

/** The tags of a Rule that say when its scenarios run. */
const [alone, last] = ['alone', 'last'] as const;

function readRule(rule: Rule, role: Role, file: string, text: string): Omit<Requirement, 'feature'> {
  const place = `${file}:${rule.location.line}`;
  const [id, level, ...others] = rule.tags.map(nameOf);
  if (id === undefined || !id.startsWith(`${role}-`))
    throw new FeatureError(`${place}: the Rule's first tag must be its id, @${role}-…`);
  if (level !== 'must' && level !== 'should') throw new FeatureError(`${place}: the Rule's second tag must be @must or @should`);
  if (!rule.name.includes(` ${level.toUpperCase()} `))
    throw new FeatureError(`${place}: a Rule tagged @${level} says ${level.toUpperCase()}`);
  const paragraphs = rule.description.split(/\n\s*\n/).map((paragraph) => paragraph.replace(/\s+/g, ' ').trim());
  const named = (word: string): string => paragraphs.find((p) => p.startsWith(`${word}: `))?.slice(word.length + 2) ?? '';
  const source = named('Source');
  if (source === '') throw new FeatureError(`${place}: the Rule's description must have a paragraph "Source: …"`);
  const outlines = rule.children.flatMap(({ scenario }) => (scenario ? [scenario] : []));
  const scenarios = outlines.flatMap((outline) => scenariosOf(outline, file));
  if (scenarios.length === 0) throw new FeatureError(`${place}: the Rule has no scenario that judges it`);
  return {
    id,
    level,
    role,
    capabilities: others.filter((name) => name !== alone && name !== last),
    ...(others.includes(alone) ? { alone: true } : {}),
    ...(others.includes(last) ? { last: true } : {}),
    sentence: rule.name,
    description: paragraphs.filter((p) => !/^(Source|Depends on|Usual mistakes): /.test(p)).join('\n\n'),
    source,
    dependsOn: named('Depends on')
      .split(', ')
      .filter((other) => other !== ''),
    mistakes: named('Usual mistakes'),
    place,
    scenarios,
    sentences: [...new Set(outlines.flatMap(sentencesOf))],
    digest: createHash('sha256').update(text).digest('hex'),
  };
}

function scenariosOf(scenario: GherkinScenario, file: string): Scenario[] {
  const capabilities = scenario.tags.map(nameOf);
  if (scenario.examples.length === 0) return [{ title: scenario.name, place: `${file}:${scenario.location.line}`, capabilities }];
  return scenario.examples.flatMap((examples) =>
    examples.tableBody.map((row) => ({
      title: titleOf(scenario, examples, row),
      place: `${file}:${row.location.line}`,
      capabilities: [...capabilities, ...examples.tags.map(nameOf)],
    })),
  );
}

function sentencesOf({ steps, examples }: GherkinScenario): string[] {
  const texts = steps.map(({ text }) => text);
  const rows = examples.flatMap((one) => one.tableBody.map((row) => [one, row] as const));
  return rows.length === 0 ? texts : rows.flatMap(([one, row]) => texts.map((text) => filledIn(text, one, row)));
}

/** The title of a scenario that is a row of an example table: the scenario's name with the row's values. */
export function titleOf({ name }: GherkinScenario, examples: Examples, row: TableRow): string {
  return filledIn(name, examples, row);
}

function filledIn(text: string, { tableHeader }: Examples, row: TableRow): string {
  return row.cells.reduce(
    (filled, cell, column) => filled.replaceAll(`<${tableHeader?.cells[column]?.value ?? ''}>`, cell.value),
    text,
  );
}

const nameOf = (tag: Tag): string => tag.name.slice(1);
