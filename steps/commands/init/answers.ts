import { relative, resolve } from 'node:path';
import type { Role } from '../../harness/implementation/target.ts';
import { splitWords } from '../terminal/word-list.ts';

/** An answer cannot be parsed. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
  readonly about: 'command' | 'env';

  constructor(about: UnreadableAnswer['about'], message: string) {
    super(message);
    this.about = about;
  }
}

/** How an implementation starts, or `address` if it runs already. Each is also the name of the answer with the details. */
export type Start = 'image' | 'dockerfile' | 'command' | 'address';

/** What `init` knows of an implementation: from flags, from the user's answers, or from accepted proposals. */
export interface InitAnswers {
  readonly role?: Role;
  readonly start?: Start;
  readonly image?: string;
  /** Relative to the working directory. */
  readonly dockerfile?: string;
  /** Program and arguments in one text. */
  readonly command?: string;
  readonly address?: string;
  readonly name?: string;
  readonly version?: string;
  /** Digits. */
  readonly port?: string;
  readonly productKey?: string;
  readonly deviceName?: string;
  /** Whether it accepts only this device. */
  readonly onlyThisDevice?: boolean;
  /** `NAME=VALUE` each, in one text. */
  readonly env?: string;
  /** Where the suite reads the client's time. */
  readonly result?: 'log' | 'topic';
  readonly log?: string;
  readonly topic?: string;
  readonly pointer?: string;
}

/** The content of a target file, as far as `init` writes one. */
export interface WrittenTarget {
  readonly name?: string;
  readonly version?: string;
  readonly role?: Role;
  readonly container?: {
    readonly image?: string;
    readonly dockerfile?: string;
    readonly port?: number | string;
    readonly env?: Readonly<Record<string, string>>;
  };
  readonly process?: { readonly command: readonly string[]; readonly env?: Readonly<Record<string, string>> };
  readonly address?: string;
  readonly device?: { readonly productKey?: string; readonly deviceName?: string };
  readonly onlyThese?: true;
  readonly result?: { readonly log?: string; readonly topic?: string; readonly pointer?: string };
}

/**
 * The content of the target file for these answers. A member without an answer is left out.
 *
 * @param folder absolute path of the folder that the file will stand in
 * @throws UnreadableAnswer
 */
export function contentOf(answers: InitAnswers, folder: string): WrittenTarget {
  const { role, start, address, name, version, productKey, deviceName, onlyThisDevice } = answers;
  const device = productKey === undefined && deviceName === undefined ? undefined : stated({ productKey, deviceName });
  return stated({
    name,
    version,
    role,
    container: start === 'image' || start === 'dockerfile' ? containerOf(answers, folder) : undefined,
    process: start === 'command' ? processOf(answers) : undefined,
    address: start === 'address' ? address : undefined,
    device,
    onlyThese: onlyThisDevice === true ? onlyThisDevice : undefined,
    result: resultOf(answers),
  });
}

function containerOf({ image, dockerfile, port, env }: InitAnswers, folder: string): NonNullable<WrittenTarget['container']> {
  return stated({
    image,
    dockerfile: dockerfile === undefined ? undefined : relative(folder, resolve(dockerfile)).replaceAll('\\', '/'),
    // The schema reports a port that is not a number.
    port: port === undefined ? undefined : /^\d+$/.test(port) ? Number(port) : port,
    env: variables(env),
  });
}

function processOf({ command = '', env }: InitAnswers): NonNullable<WrittenTarget['process']> {
  return stated({ command: wordsOf('command', command), env: variables(env) });
}

function resultOf({ log, topic, pointer }: InitAnswers): WrittenTarget['result'] {
  if (log === undefined && topic === undefined && pointer === undefined) return undefined;
  return stated({ log, topic, pointer });
}

function variables(text: string | undefined): Readonly<Record<string, string>> | undefined {
  if (text === undefined) return undefined;
  return Object.fromEntries(
    wordsOf('env', text).map((word) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
      if (name === undefined || value === undefined) throw new UnreadableAnswer('env', `has "${word}"; expected NAME=VALUE`);
      return [name, value];
    }),
  );
}

function wordsOf(about: UnreadableAnswer['about'], text: string): string[] {
  try {
    return splitWords(text);
  } catch (error) {
    throw new UnreadableAnswer(about, (error as Error).message);
  }
}

/** The members of an object that have a value. */
function stated<Members extends object>(members: Members): { [Key in keyof Members]: Exclude<Members[Key], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Members]: Exclude<Members[Key], undefined>;
  };
}
