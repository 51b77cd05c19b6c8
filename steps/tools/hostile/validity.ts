import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SaxesParser } from 'saxes';
import { schemaFaults } from '../../harness/message/schema.ts';

/** Characters that control a terminal or an editor: control characters except line ends, and marks of the writing direction. */
const obeyed = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/u;

/** What is wrong with the reports and the output of a run, in words: schema, XML, and injections by an implementation. */
export function reportFaults(folder: string, printed: string): string[] {
  const json = readFileSync(join(folder, 'report.json'), 'utf8');
  const xml = readFileSync(join(folder, 'junit.xml'), 'utf8');
  const page = join(folder, 'index.html');
  return [
    ...schemaFaults('report', json).map((fault) => `report.json: ${fault}`),
    ...xmlFaults(xml),
    ...(existsSync(page) ? pageFaults(readFileSync(page, 'utf8')) : []),
    ...smuggled('what was printed', printed),
    ...smuggled('report.json', json),
  ];
}

function xmlFaults(xml: string): string[] {
  const faults: string[] = [];
  let cases = 0;
  const parser = new SaxesParser();
  parser.on('error', ({ message }) => faults.push(`junit.xml: ${message}`));
  parser.on('opentag', ({ name, attributes }) => {
    if (name === 'testcase') cases += 1;
    if (name === 'property' && String(attributes['value']).includes('\u001b')) faults.push('junit.xml: an escape sequence');
  });
  parser.write(xml).close();
  return cases === 0 ? [...faults, 'junit.xml: no test case'] : faults;
}

/** A page may contain forged texts only as text: no script, and no element. */
function pageFaults(page: string): string[] {
  return ['<script>document.title', '<img src=x']
    .filter((element) => page.includes(element))
    .map((element) => `index.html: ${element}`);
}

function smuggled(where: string, text: string): string[] {
  const found = obeyed.exec(text);
  if (found === null) return [];
  return [
    `${where}: U+${(found[0].codePointAt(0) ?? 0).toString(16).padStart(4, '0')} near ${JSON.stringify(text.slice(Math.max(0, found.index - 30), found.index + 10))}`,
  ];
}
