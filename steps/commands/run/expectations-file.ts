import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { checkSchema, type Fault } from '../../harness/implementation/check-target.ts';
import { InputFileError } from '../../harness/implementation/errors.ts';
import { located, readInputFile } from '../../harness/implementation/input-file.ts';
import { didYouMean } from '../../harness/implementation/nearest-name.ts';
import type { Role } from '../../harness/implementation/target.ts';
import { fault, list, named, text } from '../../harness/implementation/target-content.ts';
import { printable } from '../../harness/text/printable.ts';
import { conceal } from '../../harness/text/secrets.ts';
import { type Requirement, readRequirements, type Scenario } from '../../requirements/requirement.ts';
import { covers, type Expectation } from '../../verdict/expectations.ts';
import type { ExpectationsDocument } from '../../verdict/expectations-document.ts';

/** The file of expectations has mistakes. */
export class ExpectationsError extends InputFileError {
  override readonly name = 'ExpectationsError';
}

/** The name of the file that is read by default. */
export const usualName = 'expectations.yaml';

/** An error message lists the titles to choose from, unless there are more than this. */
const mostTitles = 8;

/**
 * The path of the file of expectations for a run; undefined if there is none.
 *
 * @param named as the user named it
 * @param target the path of the target file
 */
export function expectationsPath(named: string | undefined, target: string | undefined): string | undefined {
  if (named !== undefined || target === undefined) return named;
  const beside = join(dirname(target), usualName);
  return existsSync(beside) ? beside : undefined;
}

/** The content of a file of expectations. */
export interface ExpectationsFile {
  /** Its name, without a folder. */
  readonly file: string;
  /** The entries of the judged role. */
  readonly entries: readonly Expectation[];
}

/**
 * Reads a file of expectations (YAML or JSON), and checks that the requirement and the scenario of every entry exist.
 *
 * @param path as the user wrote it, for messages
 * @param secrets what no report may show
 * @throws ExpectationsError with every mistake at once, each with file, line and member
 */
export async function loadExpectations(path: string, role: Role, secrets: readonly string[] = []): Promise<ExpectationsFile> {
  const { source } = await readInputFile(path, 'file of expectations', ExpectationsError);
  const { value, place } = source;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ExpectationsError(path, 'is empty or not a mapping; expected the member expectations, a list');
  const requirements = readRequirements();
  const faults = checkSchema(value, 'expectations');
  faults.push(...checkEntries(value, requirements));
  if (faults.length > 0) throw new ExpectationsError(path, located(faults, place, secrets));

  const file = basename(path);
  const ofRole = new Set(requirements.filter((requirement) => requirement.role === role).map(({ id }) => id));
  const entries = (value as ExpectationsDocument).expectations.map((entry, index) => {
    const member = ['expectations', String(index)];
    const { line, column } = place(member, 'value');
    const reason = printable(conceal(entry.reason, secrets));
    return { ...entry, reason, at: `${file}:${line}:${column}: expectations[${index}]` };
  });
  return { file, entries: entries.filter(({ id }) => ofRole.has(id)) };
}

/** Checks what the schema cannot express. It skips entries that the schema rejects. */
function checkEntries(value: unknown, requirements: readonly Requirement[]): Fault[] {
  const claimed = new Map<string, number>();
  return list(value, 'expectations').flatMap((entry, index) => {
    const at = (member: string): string[] => ['expectations', String(index), member];
    const [id, scenario, until] = [text(entry, 'id'), text(entry, 'scenario'), text(entry, 'until')];
    const days = until !== undefined && /^\d{4}-\d\d-\d\d$/.test(until) && !isDay(until) ? [until] : [];
    const faults = days.map((day) => fault(at('until'), `is "${day}", which is not a date; expected a date such as 2027-03-31`));
    if (id === undefined || id === '') return faults;
    const requirement = requirements.find((candidate) => candidate.id === id);
    if (requirement === undefined) {
      const near = didYouMean(
        id,
        requirements.map((candidate) => candidate.id),
      );
      return [...faults, fault(at('id'), `is "${id}", which is not a requirement${near}; "list" shows them`)];
    }
    const meant = requirement.scenarios.filter((candidate) => covers(scenario === undefined ? {} : { scenario }, candidate));
    if (scenario !== undefined && scenario !== '' && meant.length === 0)
      return [...faults, fault(at('scenario'), unknownScenario(scenario, requirement))];
    const twice = meant.map(({ place }) => claimed.get(place)).find((other) => other !== undefined);
    for (const { place } of meant) claimed.set(place, index);
    if (twice === undefined) return faults;
    return [...faults, named(at('id'), `repeats expectations[${twice}]; expected each scenario once`)];
  });
}

function unknownScenario(scenario: string, { id, scenarios }: Requirement): string {
  const titles = scenarios.map(({ title }: Scenario) => title);
  const near = didYouMean(scenario, [...titles, ...scenarios.map(({ place }) => place)]);
  const shown = titles.slice(0, mostTitles).map((title) => `"${title}"`);
  const more = titles.length > mostTitles ? ` and ${titles.length - mostTitles} more, which "explain ${id}" shows` : '';
  return `is "${scenario}", which is not a scenario of ${id}${near}; it has ${shown.join(', ')}${more}`;
}

function isDay(date: string): boolean {
  const day = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date);
}
