import { figures, type ImplementationProof, type Proof, type RequirementProof } from './proof.ts';

/**
 * The matrix for a terminal: a line for each requirement, a column for each faulty implementation that it was expected or seen to
 * catch, then what the suite got wrong.
 */
export function matrix(proof: Proof): string {
  const columns = proof.implementations;
  const width = Math.max(0, ...proof.requirements.map(({ id }) => id.length));
  const rows = proof.requirements.map(
    (requirement) =>
      `${requirement.id.padEnd(width)}  ${columns.map((column) => cell(requirement, column)).join('')}  ${requirement.caught.length}`,
  );
  const mistakes = proof.implementations.flatMap((implementation) =>
    implementation.mistakes.map(({ kind, text }) => `${kind.toUpperCase()}  ${implementation.name}: ${text}`),
  );
  const exempt = proof.requirements.flatMap(({ scenarios }) =>
    scenarios.flatMap(({ requirement, title, exempt }) =>
      exempt === undefined ? [] : [`not provable  ${requirement}: "${title}": ${exempt}`],
    ),
  );
  return `${[
    `requirement × implementation: × failed, w warning, · not judged because of these, ! wrong; ${columns.length} columns in the order of their names`,
    '',
    ...rows,
    '',
    ...exempt,
    ...mistakes,
    ...gapLines(proof),
    ...(proof.whole ? [] : ['only some implementations were tried: gaps were not looked for']),
    summary(proof),
  ].join('\n')}\n`;
}

/** So many gaps are shown at most: where there are more, something else is wrong. */
const most = 20;

function gapLines({ gaps }: Proof): string[] {
  const shown = gaps.slice(0, most).map((gap) => `GAP  ${gap}`);
  return gaps.length > most ? [...shown, `GAP  and ${gaps.length - most} more, in proof.json`] : shown;
}

/** What became of a requirement in front of an implementation, in one character. */
export function cell({ id }: RequirementProof, implementation: ImplementationProof): string {
  const { failed, warned, untested, mistakes } = implementation;
  if (mistakes.some(({ requirement }) => requirement === id)) return '!';
  if (failed.includes(id)) return '×';
  if (warned.includes(id)) return 'w';
  return untested.includes(id) ? '·' : ' ';
}

function summary(proof: Proof): string {
  const { faulty, caught, unusual, certified, requirements, proven, scenarios, failed } = figures(proof);
  return (
    `${proof.proven ? 'proven' : 'NOT PROVEN'}: ${caught} of ${faulty} faulty implementations caught exactly, ` +
    `${certified} of ${unusual} unusual ones certified, ${proven} of ${requirements} requirements and ` +
    `${failed} of ${scenarios} scenarios failed by something, in ${(proof.durationMs / 1000).toFixed(1)} s`
  );
}
