import { existsSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { printable } from '../../harness/text/printable.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { suiteCommand } from '../terminal/suite-command.ts';
import { joinWords } from '../terminal/word-list.ts';
import { contentOf, type InitAnswers } from './answers.ts';
import { invalidAnswers } from './invalid-answers.ts';
import { contradiction, implied, takeProposals } from './known-answers.ts';
import { schemaFor, targetText } from './target-text.ts';

/** The options of `init`. */
export interface InitFlags extends InitAnswers {
  /** Asks nothing. */
  readonly yes?: true;
  /** Replaces an existing file. */
  readonly force?: true;
}

/**
 * `init FILE`: writes a target file from flags. On a terminal, it asks for what the flags do not say.
 *
 * @returns the exit code
 * @throws WrongUse for flags that contradict each other, are wrong or not enough, and for an existing file
 */
export async function init(file: string, { yes, force, ...flags }: InitFlags): Promise<number> {
  if (!/\.ya?ml$/i.test(file)) throw new WrongUse(`init ${file}: expected the name of a YAML file, such as acme.yaml`);
  if (force !== true) refuseToReplace(file);
  const folder = dirname(resolve(file));
  const given = implied(flags);
  const wrong = contradiction(given);
  if (wrong !== undefined) throw new WrongUse(`init: ${wrong}`);
  const asked = yes !== true && process.stdin.isTTY && process.stdout.isTTY;
  const answers = asked ? await askOnTerminal(given, folder, file) : withoutAsking(given, yes === true);
  if (answers === undefined) return 4;
  const faults = invalidAnswers(answers, folder);
  if (faults.length > 0) {
    throw new WrongUse(
      faults.map(({ question, what }) => `init: ${question === undefined ? '' : `${question.flags}: `}${what}`).join('\n'),
    );
  }
  const schema = schemaFor(folder);
  const content = contentOf(answers, folder);
  const text = targetText(content, { program: suiteCommand, file, ...(schema === undefined ? {} : { schema }) });
  write(file, text, force === true);
  console.log(
    `${file} is written: ${printable(answers.name ?? '')} (${answers.role}, ${answers.start}). Its comments show what you can add. Next:`,
  );
  for (const command of ['validate', 'doctor', 'run']) console.log(`  ${suiteCommand} ${command} ${joinWords([file])}`);
  return 0;
}

async function askOnTerminal(given: InitAnswers, folder: string, file: string): Promise<InitAnswers | undefined> {
  const { interview } = await import('./interview.ts');
  return interview(given, folder, file);
}

/** @throws WrongUse that names the missing flags */
function withoutAsking(given: InitAnswers, yes: boolean): InitAnswers {
  const { answers, missing } = takeProposals(given);
  if (missing.length === 0) return answers;
  const flags = missing.map((question) => `\n  ${question.flags}`).join('');
  throw new WrongUse(`init: ${yes ? '--yes asks nothing' : 'there is no terminal to ask questions on'}; missing:${flags}`);
}

function write(file: string, text: string, force: boolean): void {
  try {
    writeFileSync(file, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') refuseToReplace(file);
    throw error;
  }
}

/** @throws WrongUse when the file exists */
function refuseToReplace(file: string): void {
  if (existsSync(file)) throw new WrongUse(`init ${file}: the file exists; name another one, or use --force to overwrite it`);
}
