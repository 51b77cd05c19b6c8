import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { parseSync } from 'oxc-parser';
import { readRequirements, root } from '../../requirements/requirement.ts';
import { call, reportIn, temporaryFolder } from '../../testing/command-line.ts';

const run = promisify(execFile);

/** The Node of the tests, and the others that the environment lists, in the format of PATH. */
const nodes = [process.execPath, ...(process.env['CONFORMANCE_NODES'] ?? '').split(delimiter).filter((node) => node !== '')];

/** Packages that a program loads by name, without an import. */
const loadedByName = [
  /^dist\/steps\/commands\/(entry\.mjs|main\.js|run\/(order-plugin|silent-formatter)\.js)$/,
  /^dist\/steps\/(api\/(index|harness)|support\/(hooks|parameter-types)|(server|client)\/[a-z-]+\.steps)\.js$/,
  /^dist\/fixtures\/reference\/(server|client)\.js$/,
];

interface Packed {
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifestIn = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** Makes the package as npm would publish it. @returns npm's description of it */
async function pack(folder: string): Promise<Packed> {
  const runner = join(folder, 'runner');
  mkdirSync(runner);
  // "npm run check" checks the types.
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--noCheck', '--outDir', join(runner, 'dist')], {
    cwd: root,
  });
  await run(process.execPath, [join(root, 'steps/tools/build-targets.ts'), join(runner, 'dist')]);
  for (const name of readdirSync(root).filter((entry) => !['node_modules', 'dist', 'conformance-report', '.git'].includes(entry)))
    cpSync(join(root, name), join(runner, name), { recursive: true });
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], { cwd: runner });
  const [packed] = JSON.parse(stdout) as [Packed];
  return packed;
}

/** The packages that npm would install with it in a user's project, without those for development. */
function dependencies(): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, { readonly dev?: true; readonly devOptional?: true }>>;
  };
  const names = Object.entries(packages).flatMap(([path, { dev, devOptional }]) =>
    dev === true || devOptional === true ? [] : (/^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1] ?? []),
  );
  return names.filter((name) => existsSync(join(root, 'node_modules', name)));
}

/** A link to a package of the checkout. */
function link(name: string, modules: string): void {
  mkdirSync(dirname(join(modules, name)), { recursive: true });
  symlinkSync(join(root, 'node_modules', name), join(modules, name));
}

/** The imports of a compiled module; undefined for a module of types only, which has no code. */
function importsOf(file: string): string[] | undefined {
  const code = readFileSync(file, 'utf8');
  const { module, program } = parseSync(file, code);
  const isEmpty = program.body.every(
    (statement) => statement.type === 'ExportNamedDeclaration' && statement.end - statement.start <= 10,
  );
  if (isEmpty) return undefined;
  const exported = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
  );
  const literal = module.dynamicImports.flatMap(
    ({ moduleRequest: { start, end } }) => /^'(.*)'$/.exec(code.slice(start, end))?.[1] ?? [],
  );
  return [...module.staticImports.map(({ moduleRequest }) => moduleRequest.value), ...exported, ...literal];
}

describe('the published package', { timeout: 120_000 }, () => {
  const folder = temporaryFolder();
  const project = join(folder, 'project');
  const modules = join(project, 'node_modules');
  const installed = join(modules, 'iot-ntp-conformance');
  const program = join(installed, 'dist/steps/commands/entry.mjs');
  let packed: Packed;
  /** The imports of each program. */
  let imports: ReadonlyMap<string, readonly string[] | undefined>;
  before(async () => {
    packed = await pack(folder);
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
    await run('tar', ['-xzf', join(folder, tarball), '-C', folder]);
    mkdirSync(modules, { recursive: true });
    for (const name of dependencies()) link(name, modules);
    renameSync(join(folder, 'package'), installed);
    const programs = packed.files.filter(({ path }) => /^dist\/.*\.m?js$/.test(path));
    imports = new Map(programs.map(({ path }) => [path, importsOf(join(installed, path))]));
  });

  test('holds what a user runs or reads, and nothing else', (context) => {
    const files = packed.files.map(({ path }) => path);
    context.diagnostic(`${files.length} files, ${packed.size} bytes, ${packed.unpackedSize} unpacked`);
    const expected = /^(dist\/|docs\/[a-z]+\.html$|features\/|schemas\/)/;
    const [elsewhere, tests] = [files.filter((file) => !expected.test(file)), files.filter((file) => file.includes('.test.'))];
    assert.deepEqual(elsewhere.sort(), ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
    assert.deepEqual(tests, []);

    const reached = new Set([...imports.keys()].filter((file) => loadedByName.some((name) => name.test(file))));
    for (const file of reached)
      for (const name of imports.get(file) ?? []) if (name.startsWith('.')) reached.add(join(dirname(file), name));
    const unreachable = [...imports].flatMap(([file, names]) => (names === undefined || reached.has(file) ? [] : [file]));
    assert.deepEqual(unreachable, [], 'nothing loads these: exclude them in tsconfig.build.json');
    assert.deepEqual(
      [...reached].filter((file) => !imports.has(file)),
      [],
      'these are loaded, and are not there',
    );
  });

  test('names no folder of the machine that it was made on', () => {
    const places = [root, `${homedir()}/`];
    const naming = packed.files.filter(({ path }) => {
      const text = readFileSync(join(installed, path), 'utf8');
      return places.some((place) => text.includes(place));
    });
    assert.deepEqual(naming, []);
  });

  test('loads no package but those that it depends on', () => {
    const known = Object.keys(manifestIn(installed).dependencies);
    const named = [...imports.values()]
      .flatMap((names) => names ?? [])
      .filter((name) => !/^[.#]/.test(name) && !isBuiltin(name))
      .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
    assert.ok(named.includes('mqtt-packet') && named.includes('@cucumber/cucumber'));
    assert.deepEqual(
      [...new Set(named)].filter((name) => !known.includes(name)),
      [],
    );
  });

  for (const node of nodes) {
    // On the Node of the tests, the example below tests a client.
    const roles = node === process.execPath ? ['server'] : ['server', 'client'];
    test(`lists the same requirements as the checkout, and certifies the embedded ${roles.join(' and ')}, on ${node}`, async (context) => {
      const list = await call(['list', '--json'], { program, cwd: project, node });
      assert.equal(list.code, 0, list.stderr);
      assert.deepEqual(JSON.parse(list.stdout), readRequirements());
      for (const role of roles) {
        const { code, stdout, stderr } = await call(['run', '--role', role, '--report', role], { program, cwd: project, node });
        assert.equal(code, 0, stdout + stderr);
        const { verdict, environment } = reportIn(join(project, role));
        context.diagnostic(`${role}: ${verdict} on Node ${environment.node}`);
        assert.equal(verdict, 'conforms');
      }
    });
  }

  test('serves another test runner, as the example in vitest shows', async () => {
    cpSync(join(root, '.examples/vitest'), project, { recursive: true });
    const { devDependencies } = manifestIn(project);
    const own = manifestIn(root);
    assert.deepEqual(devDependencies, { 'iot-ntp-conformance': own.version, vitest: own.devDependencies['vitest'] });
    link('vitest', modules);
    // As a user compiles it who also checks the types of its imports.
    const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2024', types: [], skipLibCheck: false };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['ntp.test.ts'] }));
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const options = { cwd: project, env: { ...process.env, NODE_TEST_CONTEXT: '', NO_COLOR: '1' } };
    await run(process.execPath, [compiler, '-p', project], options);

    const vitest = join(modules, 'vitest/vitest.mjs');
    const { stdout } = await run(process.execPath, [vitest, 'run', '--reporter=json', '--outputFile=result.json'], options);
    const result = JSON.parse(readFileSync(join(project, 'result.json'), 'utf8')) as Record<string, unknown>;
    assert.equal(result['success'], true, stdout);
    assert.equal(result['numPassedTests'], readRequirements('server').length + 3);
  });
});
