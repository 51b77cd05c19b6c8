import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { before, describe, it } from 'node:test';
import { root } from '../requirements/requirement.ts';

/** Folders whose subfolders are rooms of their own. */
const split = new Set(['commands', 'harness', 'report', 'tools']);

/** The room of a file: `steps/verdict`, `steps/harness/mqtt`. */
const roomOf = (file: string): string => {
  const [top = '', room = '', inner = ''] = file.split('/');
  return split.has(room) && !inner.includes('.') ? `${top}/${room}/${inner}` : `${top}/${room}`;
};

/** From each file to the files of `steps/` that it imports. Types count as well. */
function readImports(files: readonly string[]): Map<string, string[]> {
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const paths = [...text.matchAll(/(?:from|import\()\s*'(\.{1,2}\/[^']+)'/g)].map(([, path = '']) => path);
      return [file, paths.map((path) => normalize(join(dirname(file), path)))];
    }),
  );
}

/** A circle in a graph, as a path that ends where it began; undefined if there is none. */
function circleIn(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const done = new Set<string>();
  const walk = (place: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(place)) return [...path.slice(path.indexOf(place)), place];
    if (done.has(place)) return undefined;
    for (const next of graph.get(place) ?? []) {
      const circle = walk(next, [...path, place]);
      if (circle !== undefined) return circle;
    }
    done.add(place);
    return undefined;
  };
  for (const place of graph.keys()) {
    const circle = walk(place, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

describe('the rooms of steps/', () => {
  let sources: string[];
  let tests: string[];
  let imports: Map<string, string[]>;
  before(() => {
    const files = globSync('steps/**/*.ts', { cwd: root }).map((file) => file.replaceAll('\\', '/'));
    tests = files.filter((file) => file.endsWith('.test.ts'));
    sources = files.filter((file) => !file.endsWith('.test.ts'));
    imports = readImports(sources);
  });

  it('import each other in one direction', () => {
    const rooms = new Map<string, Set<string>>();
    for (const [file, targets] of imports) {
      const room = roomOf(file);
      const reached = rooms.get(room) ?? new Set<string>();
      rooms.set(room, reached);
      for (const target of targets) if (roomOf(target) !== room) reached.add(roomOf(target));
    }
    assert.equal(circleIn(rooms)?.join(' → '), undefined);
  });

  it('have no circle between files', () => {
    const graph = new Map([...imports].map(([file, targets]) => [file, new Set(targets)]));
    assert.equal(circleIn(graph)?.join(' → '), undefined);
  });

  it('do not lean on what only tests and maintainers use', () => {
    const wrong = [...imports].flatMap(([file, targets]) =>
      /^steps\/(tools|testing)\//.test(file)
        ? []
        : targets.filter((target) => /^steps\/(tools|testing)\//.test(target)).map((target) => `${file} imports ${target}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('keep the harness below requirements and verdicts', () => {
    const wrong = [...imports].flatMap(([file, targets]) =>
      file.startsWith('steps/harness/') ? targets.filter((target) => !target.startsWith('steps/harness/')) : [],
    );
    assert.deepEqual(wrong, []);
  });

  it('have no file above 300 lines, and no test above 400', () => {
    const linesOf = (file: string): string[] => readFileSync(join(root, file), 'utf8').split('\n');
    const isGenerated = (file: string): boolean => linesOf(file)[0]?.includes('npm run generate') === true;
    const long = (files: readonly string[], most: number): string[] =>
      files.filter((file) => linesOf(file).length - 1 > most && !isGenerated(file));
    assert.deepEqual([...long(sources, 300), ...long(tests, 400)], []);
  });

  it('have names that say what a file holds, each once', () => {
    const nothing = sources.filter((file) => /^(utils?|helpers?|common|constants|manager|misc|types)\.ts$/.test(basename(file)));
    assert.deepEqual(nothing, []);
    const byName = Map.groupBy(sources, (file) => basename(file));
    const twice = [...byName].filter(([, files]) => files.length > 1).map(([, files]) => files);
    assert.deepEqual(twice, []);
  });

  it('stand in the folders that steps/README.md names', () => {
    const named = readFileSync(join(root, 'steps/README.md'), 'utf8').matchAll(/^\| `([a-z]+)\/`/gm);
    const there = new Set(sources.map((file) => file.split('/')[1]));
    assert.deepEqual(there, new Set([...named].map(([, name]) => name)));
  });
});
