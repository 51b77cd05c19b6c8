import { basename, resolve } from 'node:path';
import type { InitAnswers, Start } from './answers.ts';

/** One of several answers. */
export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

/** A question about one part of the target file. */
export interface Question {
  readonly about: Exclude<keyof InitAnswers, 'onlyThisDevice'>;
  /** The flags that answer it, as a message names them. */
  readonly flags: string;
  readonly asks: string;
  /** An example of an answer. */
  readonly example?: string;
  readonly choices?: (answers: InitAnswers) => readonly Choice[];
  /** Whether it makes sense after the earlier answers. */
  readonly applies: (answers: InitAnswers) => boolean;
  /** Whether it is worth asking; when absent, it is asked whenever it applies. */
  readonly worth?: (answers: InitAnswers) => boolean;
  /** The flags that its flag needs, for the error message if it does not apply. */
  readonly goesWith?: string;
  /** The default answer. */
  readonly proposal?: (answers: InitAnswers) => string | undefined;
  /** The answer may be empty. */
  readonly optional?: true;
  /** Matches the members of the target file (as `a.b.0`) that come from this answer, to assign mistakes to it. */
  readonly members: RegExp;
}

const starts: Readonly<Record<Start, Omit<Choice, 'value'>>> = {
  image: { label: 'in a container, from an image', hint: 'Docker' },
  dockerfile: { label: 'in a container that is built from a Dockerfile', hint: 'Docker' },
  command: { label: 'as a process of this machine, by a command' },
  address: { label: 'it runs already, at an address' },
};

const startsAs =
  (...kinds: Start[]) =>
  ({ start }: InitAnswers): boolean =>
    start !== undefined && kinds.includes(start);

const isClient = ({ role }: InitAnswers): boolean => role === 'client';

/** All questions, in the order in which they are asked: whether one applies depends on the earlier answers. */
export const questions: readonly Question[] = [
  {
    about: 'role',
    flags: '--role server|client',
    asks: 'Which role does it have in the NTP service?',
    choices: () => [
      { value: 'server', label: 'server', hint: 'it answers devices that ask for the time; the suite acts as the devices' },
      { value: 'client', label: 'client', hint: 'it is a device that asks for the time; the suite acts as the platform' },
    ],
    applies: () => true,
    members: /^role$/,
  },
  {
    about: 'start',
    flags: 'one of --image, --dockerfile, --command, --address (servers only)',
    asks: 'How does it start?',
    choices: ({ role }) =>
      Object.entries(starts)
        .filter(([kind]) => role !== 'client' || kind !== 'address')
        .map(([value, words]) => ({ value, ...words })),
    applies: () => true,
    members: /^$/,
  },
  {
    about: 'image',
    flags: '--image NAME',
    asks: 'Which image?',
    example: 'acme/iot-hub:3.2.1',
    applies: startsAs('image'),
    members: /^container\.image$/,
  },
  {
    about: 'dockerfile',
    flags: '--dockerfile PATH',
    asks: 'Where is the Dockerfile?',
    example: 'Dockerfile',
    applies: startsAs('dockerfile'),
    members: /^container\.dockerfile$/,
  },
  {
    about: 'command',
    flags: '--command COMMAND',
    asks: 'Which command starts it? The suite fills in {host}, {port}, {productKey} and {deviceName}; no shell is involved.',
    example: 'python3 server.py --port {port}',
    applies: startsAs('command'),
    members: /^process\.command\.\d+$/,
  },
  {
    about: 'address',
    flags: '--address URL',
    asks: 'At which address?',
    example: 'mqtt://hub.example:1883',
    applies: (answers) => !isClient(answers) && startsAs('address')(answers),
    goesWith: '--role server: the suite starts a client itself',
    members: /^address$/,
  },
  {
    about: 'port',
    flags: '--port NUMBER',
    asks: 'Which port does it listen on, inside the container?',
    applies: (answers) => !isClient(answers) && startsAs('image', 'dockerfile')(answers),
    goesWith: 'a server with --image or --dockerfile',
    proposal: () => '1883',
    members: /^container\.port$/,
  },
  {
    about: 'name',
    flags: '--name NAME',
    asks: 'What is its name in reports?',
    applies: () => true,
    proposal: nameOf,
    members: /^name$/,
  },
  {
    about: 'version',
    flags: '--version VERSION',
    asks: 'Which version is it? (empty: none)',
    applies: () => true,
    proposal: ({ image }) => tagOf(image),
    optional: true,
    members: /^version$/,
  },
  {
    about: 'productKey',
    flags: '--product-key KEY',
    asks: 'Product key of a device that it knows (empty: it serves any device)',
    example: 'a1PkTest01',
    applies: () => true,
    worth: (answers) => !isClient(answers),
    optional: true,
    members: /^device\.productKey$/,
  },
  {
    about: 'deviceName',
    flags: '--device-name NAME',
    asks: 'Device name of that device',
    example: 'dev01',
    applies: ({ productKey }) => productKey !== undefined,
    goesWith: '--product-key',
    members: /^device\.deviceName$/,
  },
  {
    about: 'env',
    flags: '--env NAME=VALUE…',
    asks: 'Which environment variables does it read? The suite fills in {host}, {port}, {productKey} and {deviceName}.',
    example: 'BROKER={host} PORT={port}',
    applies: startsAs('image', 'dockerfile', 'command'),
    worth: (answers) => untold(answers).length > 0,
    goesWith: '--image, --dockerfile or --command',
    proposal: (answers) => untold(answers).join(' '),
    members: /^(container|process)(\.env\..*|\.env|\.command)?$/,
  },
  {
    about: 'result',
    flags: '--log PATTERN, or --topic TOPIC with --pointer POINTER',
    asks: 'Where can the suite read its calculated time?',
    choices: () => [
      { value: 'log', label: 'in a line of its output' },
      { value: 'topic', label: 'in a message that it publishes' },
    ],
    applies: isClient,
    members: /^result$/,
  },
  {
    about: 'log',
    flags: '--log PATTERN',
    asks: 'Which lines contain it? A regular expression whose group "time" is the time in milliseconds.',
    example: 'local time: (?<time>\\d+)',
    applies: isClient,
    worth: ({ result }) => result === 'log',
    goesWith: '--role client',
    members: /^result\.log$/,
  },
  {
    about: 'topic',
    flags: '--topic TOPIC',
    asks: 'On which topic?',
    example: 'devices/{deviceName}/time',
    applies: isClient,
    worth: ({ result }) => result === 'topic',
    goesWith: '--role client',
    members: /^result\.topic$/,
  },
  {
    about: 'pointer',
    flags: '--pointer POINTER',
    asks: 'Where in its JSON? A JSON pointer.',
    example: '/time',
    applies: isClient,
    worth: ({ result }) => result === 'topic',
    goesWith: '--role client',
    members: /^result\.pointer$/,
  },
];

/** The variables of the environment that tell an implementation what its command does not. */
function untold({ role, start, command = '', productKey }: InitAnswers): string[] {
  if (role === undefined || start === undefined || start === 'address') return [];
  if (role === 'server') return start === 'command' && !command.includes('{port}') ? ['PORT={port}'] : [];
  const device = productKey === undefined ? ['PRODUCT_KEY={productKey}', 'DEVICE_NAME={deviceName}'] : [];
  return ['BROKER={host}', 'PORT={port}', ...device].filter((variable) => !command.includes(variable.replace(/^.*=/, '')));
}

/** The proposed name for reports: from its image or host, otherwise from the working directory. */
function nameOf({ image, address }: InitAnswers): string {
  const named =
    image
      ?.replace(/@.*$/, '')
      .replace(/:[^/]*$/, '')
      .split('/')
      .at(-1) ?? /\/\/([^:/]+)/.exec(address ?? '')?.[1];
  return (named ?? basename(resolve('.'))) || 'my implementation';
}

/** The tag of an image, if it names a version. */
function tagOf(image = ''): string | undefined {
  const tag = /:([^/:@]+)(@.*)?$/.exec(image.replace(/@.*$/, ''))?.[1];
  return tag === 'latest' ? undefined : tag;
}
