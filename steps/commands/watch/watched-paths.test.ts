import assert from 'node:assert/strict';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { connectEngine } from '../../harness/implementation/engine.ts';
import { loadTarget } from '../../harness/implementation/target-file.ts';
import { temporaryFolder, writeTarget } from '../../testing/command-line.ts';
import { FileChanges } from './file-changes.ts';
import { FileWatch, inWords, type WatchedPaths, watchedPathsOf } from './watched-paths.ts';

const folder = temporaryFolder();
const never = new AbortController().signal;

/** Watches while `change` is made. @returns what the watch reports */
async function seen(watched: WatchedPaths, change: () => void): Promise<string[]> {
  const changes = new FileChanges();
  await using _watch = await FileWatch.open(watched, join(folder, 'conformance-report'), changes, (text) => assert.fail(text));
  change();
  return [...(await changes.next(never))].map((path) => basename(path)).sort();
}

function made(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

describe('what is watched of a target', () => {
  test('that is a process: its files and the programs of its command, with those of their kind', async () => {
    const own = made('process');
    writeFileSync(join(own, 'server.mjs'), '');
    const path = writeTarget(own, {
      name: 'p',
      role: 'server',
      process: { command: ['node', 'server.mjs', '--port', '{port}'] },
    });
    const { files, trees, image } = watchedPathsOf([path, join(own, 'expectations.yaml')], await loadTarget(path));
    assert.deepEqual(files, [path, join(own, 'expectations.yaml'), join(own, 'server.mjs')]);
    assert.deepEqual(trees, [{ folder: own, endings: ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'] }]);
    assert.equal(image, undefined);
  });

  test('that is a process whose program is missing for a moment: the program, and no other word of its command', async () => {
    const own = made('missing');
    const command = ['python3', 'dist/hub.py', './hub', '-Dx=a/b.c', 'mqtt://127.0.0.1:1/', '127.0.0.1', 'word', '{port}'];
    const path = writeTarget(own, { name: 'm', role: 'server', process: { command } });
    const { files, trees } = watchedPathsOf([path], await loadTarget(path));
    assert.deepEqual(files, [path, join(own, 'dist/hub.py'), join(own, 'hub')]);
    assert.deepEqual(trees, [{ folder: join(own, 'dist'), endings: ['.py'] }]);
  });

  test('that is an image, is built, or is an address', async () => {
    const own = made('container');
    writeFileSync(join(own, 'Dockerfile'), 'FROM scratch\n');
    writeFileSync(join(own, 'hub.conf'), '');
    const files = [{ source: 'hub.conf', path: '/etc/hub.conf' }];
    const image = writeTarget(own, { name: 'i', role: 'server', container: { image: 'acme/hub:3', port: 1883, files } });
    const built = writeTarget(own, { name: 'b', role: 'server', container: { dockerfile: 'Dockerfile', port: 1883 } });
    const address = writeTarget(own, { name: 'a', role: 'server', address: 'mqtt://127.0.0.1:1883' });
    assert.deepEqual(watchedPathsOf([image], await loadTarget(image)), {
      files: [image, join(own, 'hub.conf')],
      trees: [],
      image: 'acme/hub:3',
    });
    assert.deepEqual(watchedPathsOf([built], await loadTarget(built)), { files: [built], trees: [{ folder: own }] });
    assert.deepEqual(watchedPathsOf([address], await loadTarget(address)), { files: [address], trees: [] });
    assert.match(inWords(watchedPathsOf([image], await loadTarget(image))), /i\.json, .*hub\.conf, image acme\/hub:3$/);
  });

  test('that cannot be read: the file itself', () => {
    assert.deepEqual(watchedPathsOf([join(folder, 'broken.yaml')]), { files: [join(folder, 'broken.yaml')], trees: [] });
  });
});

describe('a change', () => {
  test('of a file is seen when it is written, replaced, or written for the first time', async () => {
    const own = made('files');
    const [there, absent] = [join(own, 'there.yaml'), join(own, 'absent.yaml')];
    writeFileSync(there, '1');
    const watched = { files: [there, absent], trees: [] };
    assert.deepEqual(await seen(watched, () => writeFileSync(there, '2')), ['there.yaml']);
    const replaced = (): void => {
      writeFileSync(join(own, 'draft'), '3');
      renameSync(join(own, 'draft'), there);
    };
    assert.deepEqual(await seen(watched, replaced), ['there.yaml']);
    assert.deepEqual(await seen(watched, () => writeFileSync(absent, '1')), ['absent.yaml']);
  });

  test('of a file is seen when it comes back with its folder', async () => {
    const own = join(folder, 'back');
    const watched = { files: [join(own, 'deep/server.mjs')], trees: [{ folder: join(own, 'deep'), endings: ['.mjs'] }] };
    const back = (): void => {
      made('back/deep');
      writeFileSync(join(own, 'deep/server.mjs'), '');
    };
    assert.deepEqual(await seen(watched, back), ['server.mjs']);
  });

  test('in a folder counts by the kind of file; reports and what is installed do not', async () => {
    const own = made('tree');
    for (const name of ['deep', 'node_modules', '.git']) made(`tree/${name}`);
    made('conformance-report');
    const watched: WatchedPaths = { files: [], trees: [{ folder: own, endings: ['.py'] }, { folder }] };
    const files = ['node_modules/a.py', '.git/b.py', '../conformance-report/c.py', 'deep/seen.py'];
    assert.deepEqual(
      await seen({ files: [], trees: watched.trees.slice(0, 1) }, () => {
        for (const file of [...files, 'server.log']) writeFileSync(join(own, file), '');
      }),
      ['seen.py'],
    );
    assert.deepEqual(
      await seen({ files: [], trees: watched.trees.slice(1) }, () => {
        for (const file of files) writeFileSync(join(own, file), 'again');
      }),
      ['seen.py'],
    );
  });
});

const base = 'local/base:latest';
const engine = await connectEngine().catch(() => undefined);
const there = engine !== undefined && (await engine.client.image.exists(engine.testcontainers.ImageName.fromString(base)));
const skip = process.env['CONFORMANCE_REQUIRE_DOCKER'] === '1' || there ? false : `no Docker engine with ${base}`;

describe('an image', { skip, timeout: 120_000 }, () => {
  const name = `localhost/iot-ntp-conformance-watched-${process.pid}:1`;
  after(async () => {
    await engine?.docker.getImage(name).remove({ force: true });
  });

  test('is seen to change when its name goes to another', async () => {
    assert.ok(engine);
    const own = made('image');
    await engine.docker.getImage(base).tag({ repo: name.replace(/:1$/, ''), tag: '1' });
    writeFileSync(join(own, 'Dockerfile'), `FROM ${base}\nLABEL watched=${process.pid}\n`);
    const changes = new FileChanges();
    await using _watch = await FileWatch.open({ files: [], trees: [], image: name }, folder, changes, (text) =>
      assert.fail(text),
    );
    await engine.testcontainers.GenericContainer.fromDockerfile(own).build(name, { deleteOnExit: false });
    assert.deepEqual(await changes.next(never), [`image ${name}`]);
  });
});
