import type { Argument, Command, Option } from 'commander';
import { readRequirements } from '../../requirements/requirement.ts';
import { readSets } from '../../requirements/requirement-set.ts';

/** What can follow in a command line: words that the suite knows, or paths, which the shell completes. */
type ArgumentKind = 'words' | 'targets' | 'files' | 'folders';

/** A word that can follow, and its meaning. */
interface CompletionWord {
  readonly value: string;
  readonly description: string;
}

/**
 * What can stand at the cursor, for the scripts of {@link completionScript}: one line with the kind, then one line for each word with
 * a tab and its description. Everything is read from the definitions of the commands, so there is no second list.
 *
 * @param words the words between the program's name and the cursor; the last one is not finished, and may be empty
 */
export function completion(program: Command, words: readonly string[]): string {
  const { before, current } = apart(words);
  const { kind, candidates } = possible(standing(program, before), current);
  const fitting = candidates.filter(({ value }) => value.startsWith(current));
  return [kind, ...fitting.map(({ value, description }) => `${value}\t${firstSentence(description)}`), ''].join('\n');
}

/** Splits `--option=value`: zsh and fish pass it as one word, bash as three. */
function apart(words: readonly string[]): { readonly before: readonly string[]; readonly current: string } {
  const all = words.flatMap((word, index) => {
    const [, option, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
    if (option !== undefined && value !== undefined) return [option, value];
    if (word === '=' && words[index - 1]?.startsWith('--') === true) return index === words.length - 1 ? [''] : [];
    return [word];
  });
  return { before: all.slice(0, -1), current: all.at(-1) ?? '' };
}

/** How much of a command line has been read. */
interface CommandLineState {
  readonly command: Command;
  /** The option whose value may follow. */
  readonly option?: Option;
  /** How many arguments of the command came before. */
  readonly given: number;
  /** True after "--": no further word is an option. */
  readonly plain: boolean;
  /** True after the command `help`: the name of a command follows. */
  readonly help: boolean;
}

function standing(program: Command, before: readonly string[]): CommandLineState {
  let state: CommandLineState = { command: program, given: 0, plain: false, help: false };
  for (const word of before) {
    const { command, option, given, plain } = state;
    const { option: _done, ...settled } = state;
    if (!plain && word === '--') state = { ...settled, plain: true };
    else if (!plain && word.startsWith('-') && word !== '-') {
      const found = command.options.find(({ long, short }) => long === word || short === word);
      state = found !== undefined && (found.required || found.optional) ? { ...settled, option: found } : settled;
    } else if (option !== undefined) state = option.variadic ? state : settled;
    else {
      const sub = command.commands.find((candidate) => candidate.name() === word);
      if (sub !== undefined) state = { ...settled, command: sub, given: 0 };
      else state = { ...settled, given: given + 1, help: command === program && word === 'help' };
    }
  }
  return state;
}

interface Completions {
  readonly kind: ArgumentKind;
  readonly candidates: readonly CompletionWord[];
}

function possible({ command, option, given, plain, help }: CommandLineState, current: string): Completions {
  const shown = command.createHelp();
  if (!plain && current.startsWith('-')) {
    const candidates = shown
      .visibleOptions(command)
      .map(({ long, short, description }) => ({ value: long ?? short ?? '', description }));
    return { kind: 'words', candidates };
  }
  if (option !== undefined) return valuesOf(option, /[<[]([a-z]+)/i.exec(option.flags)?.[1] ?? '', option.long);
  if (command.commands.length > 0) {
    const names = shown
      .visibleCommands(command)
      .map((sub) => ({ value: sub.name(), description: sub.summary() || sub.description() }));
    return { kind: 'words', candidates: given === 0 || help ? names : [] };
  }
  const { registeredArguments: all } = command;
  const argument = all[given] ?? (all.at(-1)?.variadic === true ? all.at(-1) : undefined);
  return argument === undefined ? nothing : valuesOf(argument, argument.name());
}

const nothing: Completions = { kind: 'words', candidates: [] };

/** The possible values of an option or argument, by its name in the help. */
function valuesOf({ argChoices }: Option | Argument, name: string, long?: string): Completions {
  const words = (values: readonly string[]): Completions => ({
    kind: 'words',
    candidates: values.map((value) => ({ value, description: '' })),
  });
  if (argChoices !== undefined) return words(argChoices);
  if (long === '--set') return words(readSets().map((set) => set.name));
  if (long === '--order') return words(['defined', 'random']);
  if (/^ids?$/.test(name)) {
    const candidates = readRequirements().map(({ id, sentence }) => ({ value: id, description: sentence }));
    return { kind: 'words', candidates };
  }
  if (/^targets?$/.test(name)) return { kind: 'targets', candidates: [] };
  if (/^folders?$/.test(name)) return { kind: 'folders', candidates: [] };
  return /^(files?|key)$/.test(name) ? { kind: 'files', candidates: [] } : nothing;
}

function firstSentence(text: string): string {
  return text.split(/[.:;] |\n/, 1).join('');
}
