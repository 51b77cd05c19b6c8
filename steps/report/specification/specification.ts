import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  type Background,
  type Examples,
  type FeatureChild,
  type Rule,
  type RuleChild,
  type Scenario,
  type Step,
  StepKeywordType,
} from '@cucumber/messages';
import {
  FeatureError,
  featureFiles,
  parseFeature,
  type Requirement,
  type Role,
  readFeature,
  readRequirements,
  root,
  titleOf,
} from '../../requirements/requirement.ts';

/** The purpose of a line of a scenario, from its Gherkin keyword in any language. */
export type LinePurpose = 'setUp' | 'deed' | 'demand' | 'other';

/** A sentence of a scenario; names of values from its table are between angle brackets. */
export interface ScenarioLine {
  readonly purpose: LinePurpose;
  readonly text: string;
  /** Lines of a text that belongs to the sentence. */
  readonly block?: readonly string[];
  /** Cells of a table that belongs to the sentence. */
  readonly table?: readonly (readonly string[])[];
}

/** A table of values: each row is a scenario. */
export interface ValueTable {
  /** What the rows have in common; may be empty. */
  readonly name: string;
  readonly capabilities: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly { readonly title: string; readonly cells: readonly string[] }[];
}

/** A scenario, or several that differ only in values. */
export interface ScenarioForm {
  /** The title, with names of values between angle brackets. */
  readonly title: string;
  readonly description: string;
  readonly capabilities: readonly string[];
  readonly lines: readonly ScenarioLine[];
  /** The names that may be between angle brackets. */
  readonly values: readonly string[];
  /** Empty for a single scenario. */
  readonly tables: readonly ValueTable[];
}

/** A requirement with its scenarios. */
export interface SpecifiedRequirement {
  readonly requirement: Requirement;
  readonly forms: readonly ScenarioForm[];
}

/** A subject of the specification. */
export interface SpecificationSubject {
  readonly role: Role;
  /** `subject-qos` */
  readonly anchor: string;
  /** The language of its text (BCP 47). */
  readonly language: string;
  readonly title: string;
  /** As the feature has it, with its paragraphs and tables. */
  readonly description: string;
  readonly specified: readonly SpecifiedRequirement[];
}

/**
 * The content of all features of a role, in their order.
 *
 * @param requirements from `readRequirements`, if they have been read
 * @throws FeatureError as `readRequirements`
 */
export function readSpecification(
  role: Role,
  requirements: readonly Requirement[] = readRequirements(role),
): SpecificationSubject[] {
  return featureFiles(role).map((file) => {
    const own = requirements.filter(({ place }) => place.startsWith(`${file}:`));
    return readSubject(file, readFileSync(root + file, 'utf8'), own);
  });
}

/** The content of one feature file. Exported for its test. @throws FeatureError as `readRequirements` */
export function readSubject(
  file: string,
  text: string,
  requirements: readonly Requirement[] = readFeature(file, text),
): SpecificationSubject {
  const { feature } = parseFeature(file, text);
  if (feature === undefined) throw new FeatureError(`${file}: there is no feature in this file`);
  const general = backgroundOf(feature.children);
  const rules = feature.children.flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
  return {
    role: file.startsWith('features/client/') ? 'client' : 'server',
    anchor: `subject-${basename(file, '.feature')}`,
    language: feature.language,
    title: feature.name,
    description: withoutIndent(feature.description),
    specified: requirements.map((requirement, index) => {
      const rule = rules[index];
      return { requirement, forms: rule === undefined ? [] : formsOf(rule, general) };
    }),
  };
}

function backgroundOf(children: readonly (FeatureChild | RuleChild)[]): Step[] {
  return children.flatMap(({ background }: { readonly background?: Background }) => background?.steps ?? []);
}

function formsOf({ children }: Rule, general: readonly Step[]): ScenarioForm[] {
  const before = [...general, ...backgroundOf(children)];
  return children.flatMap(({ scenario }) => (scenario === undefined ? [] : [formOf(scenario, before)]));
}

function formOf(scenario: Scenario, before: readonly Step[]): ScenarioForm {
  const { name, description, tags, steps, examples } = scenario;
  return {
    title: name,
    description: withoutIndent(description),
    capabilities: tags.map((tag) => tag.name.slice(1)),
    lines: linesOf([...before, ...steps]),
    values: [...new Set(examples.flatMap(({ tableHeader }) => tableHeader?.cells.map(({ value }) => value) ?? []))],
    tables: examples.map((table) => tableOf(scenario, table)),
  };
}

/** A conjunction (And, But) has the purpose of the sentence before it. */
function linesOf(steps: readonly Step[]): ScenarioLine[] {
  let purpose: LinePurpose = 'other';
  return steps.map(({ text, keywordType, docString, dataTable }) => {
    purpose = purposeOf(keywordType) ?? purpose;
    return {
      purpose,
      text,
      ...(docString === undefined ? {} : { block: docString.content.split('\n') }),
      ...(dataTable === undefined ? {} : { table: dataTable.rows.map(({ cells }) => cells.map(({ value }) => value)) }),
    };
  });
}

function purposeOf(type: StepKeywordType | undefined): LinePurpose | undefined {
  switch (type) {
    case StepKeywordType.CONTEXT:
      return 'setUp';
    case StepKeywordType.ACTION:
      return 'deed';
    case StepKeywordType.OUTCOME:
      return 'demand';
    default:
      return undefined;
  }
}

function tableOf(scenario: Scenario, table: Examples): ValueTable {
  return {
    name: table.name,
    capabilities: table.tags.map((tag) => tag.name.slice(1)),
    columns: table.tableHeader?.cells.map(({ value }) => value) ?? [],
    rows: table.tableBody.map((row) => ({
      title: titleOf(scenario, table, row),
      cells: row.cells.map(({ value }) => value),
    })),
  };
}

function withoutIndent(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .trim();
}
