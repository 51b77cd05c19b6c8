import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { root } from './requirement.ts';

/** A statement of the specification page, in the suite's own words. */
export interface PageStatement {
  /** Its place on the page: `How it works, step 2`. */
  readonly place: string;
  readonly says: string;
  /** The ids of the requirements that judge it; empty if none can. */
  readonly requirements: readonly string[];
  /** Why no implementation can be tested for it. */
  readonly untestable?: string;
  /** What is misprinted there. */
  readonly misprint?: string;
}

/** How an auditor finds the specification page. */
export interface SpecifiedBy {
  readonly title: string;
  readonly vendor: string;
  /** `Last updated Nov 01, 2023` */
  readonly edition: string;
  readonly address: string;
}

/** The specification page: how it is found, and what it says. */
export interface SpecificationPage extends SpecifiedBy {
  readonly sections: readonly { readonly title: string; readonly statements: readonly PageStatement[] }[];
}

/** The content of `features/page.yaml` after the first read. */
let known: SpecificationPage | undefined;

/** Reads `features/page.yaml` once in a process. */
export function readPage(): SpecificationPage {
  known ??= parsePage();
  return known;
}

function parsePage(): SpecificationPage {
  const page = parse(readFileSync(`${root}features/page.yaml`, 'utf8')) as SpecificationPage;
  const sections = page.sections.map(({ title, statements }) => ({
    title,
    statements: statements.map((statement) => ({
      ...statement,
      place: `${title}, ${statement.place}`,
      requirements: statement.requirements ?? [],
    })),
  }));
  return { ...page, sections };
}

/** How reports and certificates identify the specification page. */
export function specifiedBy(): SpecifiedBy {
  const { title, vendor, edition, address } = readPage();
  return { title, vendor, edition, address };
}

/** All statements of the page, in its order. */
export function readStatements(): PageStatement[] {
  return readPage().sections.flatMap(({ statements }) => statements);
}
