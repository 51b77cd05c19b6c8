import { mkdirSync, writeFileSync } from 'node:fs';
import { root } from '../../requirements/requirement.ts';
import type { Mutation } from './mutation.ts';

/** What became of a mutation. */
export interface Mutant {
  readonly mutation: Mutation;
  /** `explained`: nobody noticed, and `survivors.json` says why nobody has to. `unjudged`: there was nobody who could. */
  readonly status: 'killed' | 'survived' | 'explained' | 'unjudged' | 'not tried';
  /** Who noticed, or why nobody has to. */
  readonly why: string;
}

/** Prints the score and writes what it is made of. @returns the number of survivors without a reason */
export function report(mutants: readonly Mutant[], total: number, seed: number): number {
  const having = (status: Mutant['status'], of = mutants): number => of.filter((mutant) => mutant.status === status).length;
  const perFile = Map.groupBy(mutants, ({ mutation }) => mutation.file);
  for (const [file, own] of [...perFile].sort(([a], [b]) => a.localeCompare(b)))
    console.log(
      `${file}: ${having('killed', own)} noticed, ${having('survived', own)} open, ${having('explained', own)} explained`,
    );
  const [killed, survived, explained] = [having('killed'), having('survived'), having('explained')];
  const tried = killed + survived + explained;
  const score = tried === 0 ? 0 : killed / tried;
  const reachable = killed + survived;
  console.log(
    `score ${(score * 100).toFixed(1)} %: ${killed} of ${tried} mutations noticed, ${explained} survivors explained, ${survived} open ` +
      `(${reachable === 0 ? 0 : ((killed / reachable) * 100).toFixed(1)} % without those explained); ${having('unjudged')} reach nobody, ` +
      `${having('not tried')} not tried; ${total} in all, seed ${seed}`,
  );
  const folder = `${root}conformance-report/mutate`;
  mkdirSync(folder, { recursive: true });
  const told = mutants.map(({ mutation: { file, line, code, before, after }, status, why }) => {
    return { file, line, code, before, after, status, why };
  });
  const content = { seed, total, tried, score, killed, survived, explained, mutants: told };
  writeFileSync(`${folder}/mutation.json`, `${JSON.stringify(content, undefined, 2)}\n`);
  const open = told.filter(({ status }) => status === 'survived').sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
  const lines = open.map(({ file, line, code, before, after }) => `${file}:${line}  ${before} => ${after}\n    ${code}\n`);
  writeFileSync(`${folder}/survivors.txt`, lines.join(''));
  console.log('written: conformance-report/mutate/mutation.json, conformance-report/mutate/survivors.txt');
  return survived;
}
