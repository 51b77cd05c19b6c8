import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EnvironmentError } from './errors.ts';

const inPreload = (name: string): string => fileURLToPath(new URL(`preload/${name}`, import.meta.url));

/** How long a compiler may take for a file of a hundred lines, in ms. */
const compilerTimeout = 60_000;

/** What to do without the library. */
const otherwise =
  'or take "clock" out of the target file\'s capabilities: the worked example is then judged on the client\'s own clock.';

/** Where a library comes from, and who builds it. Given by tests only. */
export interface LibraryOptions {
  /** Folder of the libraries that came with the package. */
  readonly prebuilt?: string;
  /** Folder of those that this machine built. */
  readonly cache?: string;
  /** Compilers by the machine they build for. */
  readonly compilers?: Readonly<Record<string, string>>;
}

/**
 * The wallclock library for Linux programs of a machine: as it came with the package, else built from its source, once.
 *
 * @param arch `x64` or `arm64`, as process.arch has it: that of the program, which may be another one than the suite's
 * @returns an absolute path
 * @throws EnvironmentError when there is none and it cannot be built; the message says what to install
 */
export async function wallclockLibrary(arch: string, options: LibraryOptions = {}): Promise<string> {
  const { prebuilt = inPreload('prebuilt'), cache = join(tmpdir(), `iot-ntp-conformance-${process.getuid?.() ?? 'cache'}`) } =
    options;
  const { compilers = process.platform === 'linux' ? { [process.arch]: 'cc' } : {} } = options;
  const name = `wallclock-linux-${arch}.so`;
  if (existsSync(join(prebuilt, name))) return join(prebuilt, name);
  const compiler = compilers[arch] ?? crossCompilers[arch];
  const [source, recipe] = [inPreload('wallclock.c'), inPreload('build.sh')];
  if (compiler === undefined || !existsSync(source)) {
    throw new EnvironmentError(
      `The controlled clock (capability "clock") is there for x64 and arm64, and not for ${arch}. ` +
        `Run the implementation on one of these, ${otherwise}`,
    );
  }
  const digest = createHash('sha256').update(readFileSync(source)).update(readFileSync(recipe)).digest('hex').slice(0, 16);
  const library = join(ownFolder(cache), `${digest}-${name}`);
  if (existsSync(library)) return library;
  // Built under another name: a second run of the suite must never find half a library.
  const unfinished = `${library}.${process.pid}`;
  await build(recipe, compiler, unfinished);
  renameSync(unfinished, library);
  return library;
}

const crossCompilers: Readonly<Record<string, string>> = { x64: 'x86_64-linux-gnu-gcc', arm64: 'aarch64-linux-gnu-gcc' };

/** A library from here is loaded into programs, so it must be from the suite and no other user. */
function ownFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(folder);
  const mine = (process.getuid?.() ?? uid) === uid && (mode & 0o022) === 0;
  if (!mine)
    throw new EnvironmentError(
      `${folder} can be written by others, and a library must not be loaded from it. ` +
        'Remove that folder, or set TMPDIR to one of your own.',
    );
  return folder;
}

function build(recipe: string, compiler: string, output: string): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile('/bin/sh', [recipe, compiler, output], { timeout: compilerTimeout }, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else
        reject(new EnvironmentError(error.code === 127 ? withoutCompiler(compiler) : failed(compiler, stderr || error.message)));
    });
  });
}

const packageOf = (compiler: string): string => `gcc-${compiler.replace(/-gcc$/, '').replace('_', '-')}`;

const withoutCompiler = (compiler: string): string =>
  `The controlled clock (capability "clock") is a library that a checkout builds with ${compiler}, which is not installed. ` +
  `Install it (on Debian: apt-get install ${compiler === 'cc' ? 'gcc libc6-dev' : packageOf(compiler)}), ` +
  `use the published package, which has the library ready, ${otherwise}`;

/** The first lines that a compiler printed are those that matter. */
const firstLines = (output: string): string => output.trim().split('\n').slice(0, 10).join('\n');

const failed = (compiler: string, output: string): string =>
  `The controlled clock (capability "clock") could not be built: ${compiler} says\n${firstLines(output)}\n` +
  'Install what it misses (on Debian: apt-get install libc6-dev), ' +
  `use the published package, which has the library ready, ${otherwise}`;
