import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { readRequirements } from '../../requirements/requirement.ts';
import type { Report, RequirementResult, Status } from '../../verdict/report.ts';
import { differences } from './differences.ts';
import { table } from './field-table.ts';
import { choose, type FieldImplementation, fieldFolder, readField } from './implementation.ts';
import { prepare } from './installation.ts';

const all = readField();

describe('field.yaml', () => {
  test('lists every target file', () => {
    const listed = all.flatMap(({ name, targets }) => targets.map(({ file }) => join(name, file)));
    assert.deepEqual(listed.sort(), globSync('*/target*.yaml', { cwd: fieldFolder }).sort());
    for (const { interop, targets } of all) assert.ok(interop.every((file) => targets.some((target) => target.file === file)));
  });

  test('names requirements that exist, each with a reason', () => {
    const ids = new Set(readRequirements().map(({ id }) => id));
    for (const { deviations } of all.flatMap(({ targets }) => targets))
      for (const [id, [, reason]] of Object.entries(deviations)) assert.ok(ids.has(id) && reason.length > 0, id);
  });

  test('stands beside target files that name the devices of devices.txt', () => {
    const known = new Set(readFileSync(join(fieldFolder, 'devices.txt'), 'utf8').split('\n'));
    for (const path of globSync('*/target*.yaml', { cwd: fieldFolder })) {
      const { devices = [] } = parse(readFileSync(join(fieldFolder, path), 'utf8')) as {
        readonly devices?: readonly NamedDevice[];
      };
      for (const { productKey, deviceName, deviceSecret } of devices)
        assert.ok(known.has(`${productKey} ${deviceName} ${deviceSecret}`), `${path}: ${deviceName}`);
    }
  });
});

/** A device in a target file. */
interface NamedDevice {
  readonly productKey: string;
  readonly deviceName: string;
  readonly deviceSecret: string;
}

test('chooses by name, or the part, and refuses what there is not', () => {
  assert.deepEqual(
    choose(all, ['shell'], false).map(({ name }) => name),
    ['shell'],
  );
  assert.equal(choose(all, [], false).length, all.length);
  assert.ok(choose(all, [], true).every(({ part }) => part));
  assert.throws(() => choose(all, ['shel'], false), /"shel" is no implementation of fixtures\/field; expected mosquitto, /);
});

describe('a report is compared', () => {
  const report = (verdict: Report['verdict'], statuses: Readonly<Record<string, Status>>): Report => {
    const requirements = Object.entries(statuses).map(([id, status]) => ({ id, status }) as RequirementResult);
    return { verdict, because: 'so it is', requirements } as unknown as Report;
  };
  const expected = {
    file: 'target.yaml',
    deviations: { a: ['warning', 'it is odd'], b: ['passed or inapplicable', 'chance'] },
  } as const;

  test('with what is expected', () => {
    assert.deepEqual(differences(expected, report('conforms', { a: 'warning', b: 'passed', c: 'passed' })), []);
    assert.deepEqual(differences(expected, report('conforms', { a: 'warning', b: 'inapplicable' })), []);
    const failing = { file: '', deviations: { a: ['failed', 'it is wrong'] } } as const;
    assert.deepEqual(differences(failing, report('does not conform', { a: 'failed' })), []);
  });

  test('and each difference is named', () => {
    assert.deepEqual(differences(expected, report('does not conform', { a: 'passed', c: 'failed' })), [
      'does not conform, and expected is "conforms": so it is',
      'a is passed, and expected is warning: it is odd',
      'c is failed, and expected is passed',
      'b is expected to deviate, and the report has no such requirement',
    ]);
    assert.deepEqual(differences(expected, undefined), ['there is no report']);
  });
});

test('what cannot be built is named with its last lines', async () => {
  const one: FieldImplementation = {
    name: 'x',
    debian: [],
    build: ['echo no compiler; exit 3'],
    part: false,
    interop: [],
    targets: [],
  };
  assert.equal(await prepare(one, fieldFolder), '"sh -c echo no compiler; exit 3" ended with code 3:\n    no compiler');
});

test('the table ends with how many are as expected', () => {
  const outcomes = [
    { name: 'a', file: 'target.yaml', complaints: [], seconds: 7.25 },
    { name: 'b', file: 'not installed', complaints: ['no such package'], seconds: 0 },
  ];
  assert.match(
    table(outcomes),
    /a +target\.yaml +7\.\d +as expected\n(?:.*\n)*✖ b, not installed: no such package\n1 of 2 are as expected\n$/,
  );
});
