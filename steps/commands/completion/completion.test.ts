import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { readRequirements } from '../../requirements/requirement.ts';
import { call, entry, temporaryFolder } from '../../testing/command-line.ts';
import { type Shell, shells } from './completion-scripts.ts';

const run = promisify(execFile);
const folder = temporaryFolder();
const program = join(folder, 'bin/iot-ntp-conformance');
mkdirSync(join(folder, 'bin'));
mkdirSync(join(folder, 'work/some folder'), { recursive: true });
for (const name of ['acme hub.yaml', 'acme.json', 'notes.txt', 'key.pem']) writeFileSync(join(folder, 'work', name), '');
writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${entry}' "$@"\n`);
chmodSync(program, 0o755);

/** The completions of a command line that ends at the cursor. */
type Ask = (words: readonly string[]) => Promise<string[]>;

/** Puts a line's words in single quotes. */
const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

const asking: Readonly<Record<Shell, Ask>> = {
  bash: (words) =>
    // As bash calls it at Tab; what it shows is in COMPREPLY.
    inShell('bash', [
      '--norc',
      '-c',
      `source <(iot-ntp-conformance completion bash); complete -p iot-ntp-conformance >/dev/null || exit 9
       COMP_WORDS=(iot-ntp-conformance ${quoted(words)}); COMP_CWORD=${words.length}; _iot_ntp_conformance; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ]),
  fish: async (words) => {
    const line = ['iot-ntp-conformance', ...words].join(' ');
    const shown = await inShell('fish', [
      '--no-config',
      '-c',
      `iot-ntp-conformance completion fish | source; complete -C '${line}'`,
    ]);
    return shown.map((each) => each.split('\t', 1).join(''));
  },
  zsh: (words) =>
    // The test replaces the functions of zsh that show completions: they need a terminal.
    inShell('zsh', [
      '-f',
      '-c',
      `compdef() { [[ "$*" == '_iot_ntp_conformance iot-ntp-conformance' ]] || exit 9 }
       _describe() { print -rl -- "\${(@P)2%%:*}" }
       compset() { : }
       _files() { [[ $1 == -g ]] && print -rl -- *.(yaml|yml|json)(-.N) *(/N) || { [[ $1 == -/ ]] && print -rl -- *(/N) || print -rl -- * } }
       source <(iot-ntp-conformance completion zsh)
       words=(iot-ntp-conformance ${quoted(words)}); CURRENT=${words.length + 1}; PREFIX=\${words[CURRENT]}; _iot_ntp_conformance`,
    ]),
};

async function inShell(shell: Shell, args: readonly string[]): Promise<string[]> {
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`, HOME: folder };
  const { stdout, stderr } = await run(shell, [...args], { cwd: join(folder, 'work'), env, timeout: 20_000 });
  assert.equal(stderr, '');
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .toSorted();
}

const serverIds = readRequirements('server').map(({ id }) => id);

const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['commands', ['v'], ['validate', 'verify']],
  ['options of a command', ['run', '--re'], ['--repeat', '--report']],
  [
    'requirement ids, also after others',
    ['run', '--only', 'client-signs', 'server-long'],
    serverIds.filter((id) => id.startsWith('server-long')),
  ],
  ['choices', ['list', '--role', ''], ['client', 'server']],
  ['target files and folders', ['validate', ''], ['acme hub.yaml', 'acme.json', 'some folder']],
  ['folders', ['run', '--report', ''], ['some folder']],
  ['commands that help is asked for', ['help', 'expl'], ['explain']],
];

for (const shell of shells) {
  const skip = spawnSync(shell, ['--version']).error === undefined ? false : `${shell} is not installed`;
  describe(`completion in ${shell}`, { skip, concurrency: 2, timeout: 60_000 }, () => {
    for (const [what, words, expected] of cases) {
      test(`offers ${what}`, async () => {
        const offered = await asking[shell](words);
        // fish escapes what it puts into the line.
        assert.deepEqual(
          offered.map((path) => path.replaceAll('\\ ', ' ').replace(/\/$/, '')),
          [...expected].toSorted(),
        );
      });
    }

    test('evaluates nothing that was typed', async () => {
      const bait = shell === 'fish' ? '(touch bait)' : '$(touch bait)';
      assert.deepEqual(await asking[shell](['explain', bait, '']), []);
      assert.ok(!existsSync(join(folder, 'work/bait')));
    });
  });
}

describe('completion', () => {
  test('takes an option and its value in one word, and in three as bash gives them', async () => {
    for (const words of [
      ['run', '--role=s'],
      ['run', '--role', '=', 's'],
    ]) {
      assert.equal((await call(['complete', '--', ...words])).stdout, 'words\nserver\t\n');
    }
  });

  test('knows three shells, and says so', async () => {
    const { code, stderr } = await call(['completion', 'tcsh']);
    assert.equal(code, 2);
    assert.match(stderr, /Allowed choices are bash, zsh, fish/);
  });
});
