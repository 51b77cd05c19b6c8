import type { InitAnswers, Start } from './answers.ts';
import { type Question, questions } from './questions.ts';

const starts: readonly Start[] = ['image', 'dockerfile', 'command', 'address'];

/** What the flags say that were given, beside what follows from which ones were. */
export function implied(given: InitAnswers): InitAnswers {
  const start = given.start ?? starts.find((kind) => given[kind] !== undefined);
  const result = given.log !== undefined ? 'log' : given.topic !== undefined || given.pointer !== undefined ? 'topic' : undefined;
  return { ...given, ...(start === undefined ? {} : { start }), ...(result === undefined ? {} : { result }) };
}

/** Why flags do not go together; undefined when they do. */
export function contradiction(given: InitAnswers): string | undefined {
  const named = starts.filter((kind) => given[kind] !== undefined);
  if (named.length > 1) return `${named.map((kind) => `--${kind}`).join(' and ')}: expected one of them`;
  const astray = questions.find(
    ({ about, applies, goesWith }) => goesWith !== undefined && given[about] !== undefined && !applies(given),
  );
  if (astray !== undefined) return `${astray.flags.split(' ')[0]} goes with ${astray.goesWith}`;
  if (given.onlyThisDevice === true && given.productKey === undefined)
    return '--only-this-device goes with --product-key and --device-name';
  return undefined;
}

/** Whether a question is still to be answered. */
export function isOpen({ about, applies, worth = () => true }: Question, answers: InitAnswers): boolean {
  return answers[about] === undefined && applies(answers) && worth(answers);
}

/** Answers every open question by what is proposed for it; those are missing for which nothing is. */
export function takeProposals(given: InitAnswers): { readonly answers: InitAnswers; readonly missing: readonly Question[] } {
  let answers = given;
  const missing: Question[] = [];
  for (const question of questions) {
    if (!isOpen(question, answers)) continue;
    const proposed = question.proposal?.(answers);
    if (proposed !== undefined) answers = { ...answers, [question.about]: proposed };
    else if (question.optional !== true) missing.push(question);
  }
  return { answers, missing };
}
