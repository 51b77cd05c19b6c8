import { named } from '../../harness/text/named.ts';
import { printable } from '../../harness/text/printable.ts';
import type { Paint, Style } from '../../report/paint.ts';
import type { Report, Verdict } from '../../verdict/report.ts';
import type { Member } from './run-many-document.ts';

/** A target, and the report of its run; undefined if it left none. */
export interface TableRow {
  readonly member: Pick<Member, 'name' | 'version' | 'verdict' | 'because'>;
  readonly report: Report | undefined;
}

const heads = ['target', 'verdict', 'first failure'] as const;

/** The greatest width of the column of names, in characters: most of eighty columns is for the failure. */
const longestName = 22;

/** The gap between two columns, in characters. */
const gap = 2;

/** The least width of the column of failures, in characters, on a narrow terminal. */
const leastFailure = 20;

const styles: Readonly<Record<Verdict, Style>> = { conforms: 'good', 'does not conform': 'bad', incomplete: 'doubtful' };

/**
 * All targets as a table: name, verdict and one failure, which may take several lines. It does not end with a line feed.
 *
 * @param columns the terminal's width; absent if the text does not go to a terminal
 */
export function runManyTable(rows: readonly TableRow[], paint: Paint, columns = Number.POSITIVE_INFINITY): string {
  const cells = rows.map(({ member, report }) => [nameOf(member), member.verdict, failureOf(member, report)] as const);
  const width = (index: 0 | 1, most: number): number =>
    Math.min(Math.max(...[heads, ...cells].map((cell) => cell[index].length)), most);
  const [first, second] = [width(0, longestName), width(1, Number.POSITIVE_INFINITY)];
  const third = Math.max(leastFailure, columns - first - second - 2 * gap);
  const lines = cells.flatMap(([name, verdict, failure]) => {
    const [names, failures] = [wrapped(name, first), wrapped(failure, third)];
    return Array.from({ length: Math.max(names.length, failures.length) }, (_, index) => {
      const shown = index === 0 ? verdict : '';
      const painted = `${shown === '' ? '' : paint(styles[verdict], shown)}${' '.repeat(second + gap - shown.length)}`;
      return `${(names[index] ?? '').padEnd(first + gap)}${painted}${failures[index] ?? ''}`.trimEnd();
    });
  });
  const head = `${heads[0].padEnd(first + gap)}${heads[1].padEnd(second + gap)}${heads[2]}`;
  return [paint('quiet', head), ...lines].join('\n');
}

const nameOf = (member: TableRow['member']): string => printable(named(member));

/** The most useful failure: one with a diagnosis, otherwise the first. If nothing failed, why there is no verdict. */
function failureOf({ verdict, because }: TableRow['member'], report: Report | undefined): string {
  const decides = report?.strict === true ? ['failed', 'warning'] : ['failed'];
  const failures = (report?.requirements ?? [])
    .filter(({ status }) => decides.includes(status))
    .flatMap(({ id, scenarios }) => {
      const failure = scenarios.find(({ failure }) => failure !== undefined)?.failure;
      return failure === undefined ? [] : [{ id, ...failure }];
    });
  const { id, likely, received } = failures.find((failure) => failure.likely !== undefined) ?? failures[0] ?? {};
  if (id !== undefined) return printable(`${id}: ${likely ?? `received ${received}`}`);
  return verdict === 'conforms' ? '-' : printable(because);
}

/** Breaks a text into lines of at most so many characters, between words. It breaks a longer word after a hyphen or a slash. */
function wrapped(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= most) line = longer;
    else {
      if (line !== '') lines.push(line);
      line = word;
      while (line.length > most) {
        const at = Math.max(line.lastIndexOf('/', most - 1), line.lastIndexOf('-', most - 1)) + 1 || most;
        lines.push(line.slice(0, at));
        line = line.slice(at);
      }
    }
  }
  return [...lines, line];
}
