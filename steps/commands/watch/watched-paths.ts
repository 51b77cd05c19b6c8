import { existsSync, statSync } from 'node:fs';
import { basename, dirname, extname, relative, resolve, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { currentImage } from '../../harness/implementation/image.ts';
import { isWithin } from '../../harness/implementation/path-rules.ts';
import type { Target } from '../../harness/implementation/target.ts';
import type { FileChanges } from './file-changes.ts';

/** How often the suite asks the engine for the id of the target's image, in ms. */
const imageEveryMs = 2_000;

/** How often the suite checks whether a missing folder exists again, in ms. */
const missingEveryMs = 300;

/** Folders without files that a person edits. */
const passedOver = new Set(['.git', 'node_modules']);

/** The endings of sources that may import each other. */
const scripts = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

/** A folder that is watched with all its subfolders. */
interface Tree {
  readonly folder: string;
  /** The endings of the watched files; all files when absent. */
  readonly endings?: readonly string[];
}

/** The files of an implementation, as far as its target file names them; paths are absolute. */
export interface WatchedPaths {
  /** They need not exist. */
  readonly files: readonly string[];
  readonly trees: readonly Tree[];
  /** The name of an image. */
  readonly image?: string;
}

/**
 * The files on which a run depends: the target file, the expectations, certificates and copied files; the image or the sources of its
 * build; the programs in the command of a process, with files of the same kind in their folders and subfolders.
 *
 * @param paths the target file and the file of expectations, read or not
 * @param target absent if the target file cannot be read
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
  // A program that is installed elsewhere is not under development, and its folder may be large.
  if (ending === '' || !near.some((other) => isWithin(folder, other))) return [];
  return [{ folder, endings: scripts.includes(ending) ? scripts : [ending] }];
}

/** Whether a word of a command looks like the path of a program. The file may be missing for a moment, during a build. */
function isPath(word: string): boolean {
  return !/^-|[{}\s:]/.test(word) && /[/\\]|\.[a-z]\w*$/i.test(word);
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

/** The paths in words: "acme.yaml, hub/ (.py), image acme/hub:3". */
export function inWords({ files, trees, image }: WatchedPaths): string {
  const all = [
    ...files.map(shown),
    ...trees.map(({ folder, endings }) => `${shown(folder) || '.'}${sep} (${endings?.join(' ') ?? 'all files'})`),
    ...(image === undefined ? [] : [`image ${image}`]),
  ];
  return [...new Set(all)].join(', ');
}

/** A path relative to the working directory, unless it is far outside of it. */
function shown(path: string): string {
  const here = relative(process.cwd(), path);
  return here.startsWith(`..${sep}..`) ? path : here;
}

/** Watches until it is disposed, and records the changes. */
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
   * Starts to watch. Resolves when it will notice every further change.
   *
   * @param reports the folder that the suite itself writes to
   * @param trouble called with what cannot be watched
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
      // Watch the folder of a file: the file may not exist yet, and editors replace files.
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

  /** Polls for missing files and records those that exist again: there are no events for a folder that does not exist. */
  #await(missing: readonly string[]): void {
    if (missing.length === 0) return;
    const look = (): void => {
      const there = missing.filter(isFile);
      for (const file of there) this.#changes.note(shown(file));
      this.#timers.delete('missing');
      // Further changes are for the next watch, which can watch the folder.
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
