import { existsSync, statSync } from 'node:fs';
import { basename, dirname, extname, relative, resolve, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { currentImage } from '../../harness/implementation/image.ts';
import type { Target } from '../../harness/implementation/target.ts';
import type { FileChanges } from './file-changes.ts';

/** How often the engine is asked which image has the name of the target's, in ms. */
const imageEveryMs = 2_000;

/** How often it is looked whether a folder has come back, in ms. */
const missingEveryMs = 300;

/** Folders in which nothing is written by hand. */
const passedOver = new Set(['.git', 'node_modules']);

/** Sources that import each other regardless of their endings. */
const scripts = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

/** A folder in which files count with all that is below it. */
interface Tree {
  readonly folder: string;
  /** The endings of the files that count; all files when absent. */
  readonly endings?: readonly string[];
}

/** What an implementation is made of, as far as its target file says; paths are absolute. */
export interface WatchedPaths {
  /** They need not exist. */
  readonly files: readonly string[];
  readonly trees: readonly Tree[];
  /** The name of an image. */
  readonly image?: string;
}

/**
 * What a run depends on: the target file, the expectations, certificates and copied files; the image or what it is built from; the
 * programs that the command of a process names, with the files of their kind beside and below them.
 *
 * @param paths the target file and the file of expectations, read or not
 * @param target what the target file says; absent where it cannot be read
 */
export function watchedPathsOf(paths: readonly string[], target?: Target): WatchedPaths {
  const files = paths.map((path) => resolve(path));
  if (target === undefined) return { files, trees: [] };
  const { start, tls } = target;
  for (const path of [tls?.ca, tls?.certificate, tls?.key]) if (path !== undefined) files.push(path);
  if (start.kind === 'address') return { files, trees: [] };
  if (start.kind === 'process') {
    const programs = start.command
      .filter((word) => isFile(resolve(start.cwd, word)) || isPath(word))
      .map((word) => resolve(start.cwd, word));
    const near = [start.cwd, dirname(target.file)];
    const trees = programs.flatMap((program) => treeOf(program, near));
    return { files: [...files, ...programs], trees };
  }
  const copied = start.files.map(({ source }) => source);
  const trees = copied.filter((path) => !isFile(path)).map((folder): Tree => ({ folder }));
  files.push(...copied.filter(isFile));
  if (start.build !== undefined) trees.push({ folder: start.build.context });
  return { files, trees, ...(start.image === undefined ? {} : { image: start.image }) };
}

function treeOf(program: string, near: readonly string[]): Tree[] {
  const ending = extname(program);
  const folder = dirname(program);
  // What is installed elsewhere is not what is worked on, and may be large.
  if (ending === '' || !near.some((other) => isWithin(folder, other))) return [];
  return [{ folder, endings: scripts.includes(ending) ? scripts : [ending] }];
}

/** Whether a word of a command is the path of a program, by its look: a build may have removed the program for a moment. */
function isPath(word: string): boolean {
  return !/^-|[{}\s:]/.test(word) && /[/\\]|\.[a-z]\w*$/i.test(word);
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The same in words: "acme.yaml, hub/ (.py), image acme/hub:3". */
export function inWords({ files, trees, image }: WatchedPaths): string {
  const all = [
    ...files.map(shown),
    ...trees.map(({ folder, endings }) => `${shown(folder) || '.'}${sep} (${endings?.join(' ') ?? 'all files'})`),
    ...(image === undefined ? [] : [`image ${image}`]),
  ];
  return [...new Set(all)].join(', ');
}

/** A path as the user would write it here. */
function shown(path: string): string {
  const here = relative(process.cwd(), path);
  return here.startsWith(`..${sep}..`) ? path : here;
}

/** Watches until it is disposed of, and notes what changes. */
export class FileWatch implements AsyncDisposable {
  readonly #changes: FileChanges;
  readonly #trouble: (text: string) => void;
  readonly #watchers: FSWatcher[] = [];
  readonly #timers = new Map<'image' | 'missing', NodeJS.Timeout>();
  #closed = false;

  private constructor(changes: FileChanges, trouble: (text: string) => void) {
    this.#changes = changes;
    this.#trouble = trouble;
  }

  /**
   * Watches, and comes back when every change from now on is seen.
   *
   * @param reports the folder that the suite itself writes to
   * @param trouble told what cannot be watched
   */
  static async open(
    { files, trees, image }: WatchedPaths,
    reports: string,
    changes: FileChanges,
    trouble: (text: string) => void,
  ): Promise<FileWatch> {
    const opened = new FileWatch(changes, trouble);
    const own = resolve(reports);
    const folders = Map.groupBy(
      files.filter((file) => existsSync(dirname(file))),
      (file) => dirname(file),
    );
    await Promise.all([
      // By their folder, so that a file is seen which is not there yet, or is replaced as editors do.
      ...[...folders].map(([folder, paths]) => opened.#add(folder, 0, (path) => path !== folder && !paths.includes(path))),
      ...trees
        .filter(({ folder }) => existsSync(folder))
        .map(({ folder, endings }) => {
          return opened.#add(folder, undefined, (path, isFolder) => {
            if (isWithin(path, own) || (path !== folder && passedOver.has(basename(path)))) return true;
            return isFolder === false && endings !== undefined && !endings.includes(extname(path));
          });
        }),
      ...(image === undefined ? [] : [opened.#addImage(image)]),
    ]);
    opened.#await(files.filter((file) => !existsSync(dirname(file))));
    return opened;
  }

  async #add(folder: string, depth: number | undefined, ignored: (path: string, isFolder?: boolean) => boolean): Promise<void> {
    const watcher = watch(folder, {
      ignoreInitial: true,
      ...(depth === undefined ? {} : { depth }),
      ignored: (path, stats) => ignored(resolve(path), stats?.isDirectory()),
    });
    this.#watchers.push(watcher);
    const { promise: ready, resolve: begin } = Promise.withResolvers<void>();
    watcher.once('ready', begin);
    watcher.on('error', (error) => {
      this.#trouble(`${shown(folder)} cannot be watched: ${error instanceof Error ? error.message : String(error)}`);
      begin();
    });
    watcher.on('all', (event, path) => {
      if (event === 'add' || event === 'change' || event === 'unlink') this.#changes.note(shown(resolve(path)));
    });
    await ready;
  }

  /** Notes those files that are there again; nothing tells of a folder that does not exist. */
  #await(missing: readonly string[]): void {
    if (missing.length === 0) return;
    const look = (): void => {
      const there = missing.filter(isFile);
      for (const file of there) this.#changes.note(shown(file));
      this.#timers.delete('missing');
      // What changes after its return is another matter for the next watch, which knows the folder.
      if (there.length === 0) this.#timers.set('missing', setTimeout(look, missingEveryMs));
    };
    this.#timers.set('missing', setTimeout(look, missingEveryMs));
  }

  async #addImage(name: string): Promise<void> {
    let known = await currentImage(name);
    const ask = async (): Promise<void> => {
      const id = await currentImage(name);
      if (this.#closed) return;
      if (id !== undefined && id !== known) this.#changes.note(`image ${name}`);
      known = id ?? known;
      this.#timers.set(
        'image',
        setTimeout(() => void ask(), imageEveryMs),
      );
    };
    this.#timers.set(
      'image',
      setTimeout(() => void ask(), imageEveryMs),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#watchers.map((watcher) => watcher.close()));
  }
}
