/**
 * A rule for gplint: the paragraphs of descriptions are filled, and no line is too long to be read beside others. Prettier wraps
 * neither descriptions nor names.
 */
export const name = 'paragraphs';
export const availableConfigs = [];

/** The most columns of a line. */
const widest = 120;
/** A line with this many words or fewer is an orphan, unless it ends its paragraph. */
const fewWords = 3;

export function run({ feature, file }) {
  if (!feature) return [];
  const lines = ['', ...file.lines]; // Gherkin counts lines from 1.
  const faults = [];
  const blame = (line, message) => faults.push({ message, rule: name, line, column: 1 });

  const exempt = new Set(scenariosOf(feature).flatMap(payloadRows));
  lines.forEach((text, line) => {
    const { length } = [...text];
    if (length > widest && !exempt.has(line)) blame(line, `${length} columns, and ${widest} are the most`);
  });
  for (const { location, description } of describedBy(feature)) {
    for (const line of orphansIn(lines, location.line, description))
      blame(line, `"${lines[line].trim()}" alone in a line inside a paragraph: fill the paragraph to 100 columns`);
  }
  return faults;
}

/** The numbers of a description's lines that hold few words and are followed by more text of their paragraph. */
function orphansIn(lines, above, description) {
  if (!description?.trim()) return [];
  let first = above + 1;
  while (lines[first].trim() === '') first++;
  const count = description.trim().split('\n').length;
  const isProse = (text) => !/^\s*([|]|$)/.test(text);
  const continues = (text) => isProse(text) && !/^\s*[-*] /.test(text);
  return Array.from({ length: count - 1 }, (_, index) => first + index).filter(
    (line) => isProse(lines[line]) && continues(lines[line + 1]) && lines[line].trim().split(/\s+/).length <= fewWords,
  );
}

/** Everything in a feature that may have a description. */
function describedBy(feature) {
  const rules = feature.children.flatMap(({ rule }) => (rule ? [rule] : []));
  const scenarios = scenariosOf(feature);
  return [feature, ...rules, ...scenarios, ...scenarios.flatMap(({ examples }) => examples)];
}

function scenariosOf({ children }) {
  return children.flatMap(({ rule, scenario }) => (rule ? scenariosOf(rule) : scenario ? [scenario] : []));
}

/** The lines of the Examples that hold what doc strings are filled with: a payload is not wrapped. */
function payloadRows({ steps, examples }) {
  const payloads = steps.map(({ docString }) => docString?.content ?? '').join('\n');
  return examples.flatMap(({ tableHeader, tableBody }) =>
    tableHeader?.cells.some(({ value }) => payloads.includes(`<${value}>`))
      ? [tableHeader, ...tableBody].map(({ location }) => location.line)
      : [],
  );
}
