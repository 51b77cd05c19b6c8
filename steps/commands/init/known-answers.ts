import type { InitAnswers, Start } from './answers.ts';
import { type Question, questions } from './questions.ts';

const starts: readonly Start[] = ['image', 'dockerfile', 'command', 'address'];

/** The given flags, with the answers that follow from them: `--image` implies the start, `--log` the result. */
export function implied(given: InitAnswers): InitAnswers {
  const start = given.start ?? starts.find((kind) => given[kind] !== undefined);
  const result = given.log !== undefined ? 'log' : given.topic !== undefined || given.pointer !== undefined ? 'topic' : undefined;
  return { ...given, ...(start === undefined ? {} : { start }), ...(result === undefined ? {} : { result }) };
}

/** Why the flags contradict each other; undefined if they do not. */
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

/** Whether a question still needs an answer. */
export function isOpen({ about, applies, worth = () => true }: Question, answers: InitAnswers): boolean {
  return answers[about] === undefined && applies(answers) && worth(answers);
}

/** Answers every open question with its proposal; required questions without a proposal are missing. */
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
