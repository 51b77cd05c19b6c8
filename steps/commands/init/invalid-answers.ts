import { contentFaults } from '../../harness/implementation/target-file.ts';
import { contentOf, type InitAnswers, UnreadableAnswer } from './answers.ts';
import { type Question, questions } from './questions.ts';

/** Something wrong with answers, in words. */
export interface InvalidAnswer {
  /** The question with the wrong answer; undefined if the problem concerns no single question. */
  readonly question?: Question;
  readonly what: string;
}

/**
 * What is wrong with answers: the problems that `validate` would find in the resulting target file.
 *
 * @param folder absolute path of the folder that the file will stand in
 */
export function invalidAnswers(answers: InitAnswers, folder: string): InvalidAnswer[] {
  try {
    return contentFaults(contentOf(answers, folder), folder).map(({ path, what }) => {
      const member = path.join('.');
      const question = questions.find(({ members }) => members.test(member));
      return question === undefined ? { what: `${member}: ${what}` } : { question, what };
    });
  } catch (error) {
    if (!(error instanceof UnreadableAnswer)) throw error;
    const question = questions.find(({ about }) => about === error.about);
    return [{ ...(question === undefined ? {} : { question }), what: error.message }];
  }
}
