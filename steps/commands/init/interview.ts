import type { Readable, Writable } from 'node:stream';
import { cancel, confirm, intro, isCancel, outro, select, text } from '@clack/prompts';
import type { InitAnswers } from './answers.ts';
import { invalidAnswers } from './invalid-answers.ts';
import { implied, isOpen } from './known-answers.ts';
import { type Question, questions } from './questions.ts';

/** The terminal for the questions; by default the terminal of the process. */
export interface Terminal {
  readonly input?: Readable;
  readonly output?: Writable;
}

/**
 * Asks every open question.
 *
 * @param folder absolute path of the folder that the target file will stand in
 * @param file its name, for the first line
 * @returns undefined if the user ended it
 */
export async function interview(
  given: InitAnswers,
  folder: string,
  file: string,
  terminal: Terminal = {},
): Promise<InitAnswers | undefined> {
  intro(`A target file, ${file}: Enter accepts the proposal, Ctrl-C quits without writing a file.`, terminal);
  let answers = given;
  for (const question of questions) {
    if (isOpen(question, answers)) {
      const answer = await ask(question, answers, folder, terminal);
      if (answer === undefined) return ended(terminal);
      if (answer !== '') answers = implied({ ...answers, [question.about]: answer });
    }
    if (question.about === 'deviceName' && answers.role === 'server' && answers.deviceName !== undefined) {
      const only = answers.onlyThisDevice ?? (await askWhetherOnly(terminal));
      if (only === undefined) return ended(terminal);
      answers = { ...answers, onlyThisDevice: only };
    }
  }
  outro('That is all.', terminal);
  return answers;
}

function ended(terminal: Terminal): undefined {
  cancel('Nothing was written.', terminal);
  return undefined;
}

/** @returns undefined if the user ended it */
async function ask(question: Question, answers: InitAnswers, folder: string, terminal: Terminal): Promise<string | undefined> {
  const { about, asks, choices, proposal, example, optional } = question;
  if (choices !== undefined) {
    const chosen = await select({ message: asks, options: [...choices(answers)], ...terminal });
    return isCancel(chosen) ? undefined : chosen;
  }
  const proposed = proposal?.(answers);
  const answer = await text({
    message: asks,
    ...(proposed === undefined ? {} : { initialValue: proposed }),
    ...(example === undefined ? {} : { placeholder: example }),
    validate: (value = '') => {
      if (value.trim() === '') return optional === true ? undefined : 'An answer is needed.';
      return invalidAnswers({ ...answers, [about]: value.trim() }, folder).find((wrong) => wrong.question === question)?.what;
    },
    ...terminal,
  });
  return isCancel(answer) ? undefined : answer.trim();
}

async function askWhetherOnly(terminal: Terminal): Promise<boolean | undefined> {
  const only = await confirm({
    message: 'Does it know only this device? Otherwise the suite also uses devices of its own.',
    initialValue: false,
    ...terminal,
  });
  return isCancel(only) ? undefined : only;
}
