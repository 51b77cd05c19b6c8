import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { printableLines } from '../../harness/text/printable.ts';
import { coloured, plain } from '../../report/paint.ts';
import { report, requirement, scenario } from '../../testing/sample-report.ts';
import { runManyTable, type TableRow } from './run-many-table.ts';

const failing = (id: string, likely: string | undefined): ReturnType<typeof requirement> => {
  const { failure, ...rest } = scenario('failed');
  assert.ok(failure);
  const { likely: _, ...undiagnosed } = failure;
  return {
    ...requirement('failed'),
    id,
    scenarios: [{ ...rest, failure: likely === undefined ? undiagnosed : { ...failure, likely } }],
  };
};
const because = 'the container did not start: exit code 127';
const row = (
  name: string,
  verdict: TableRow['member']['verdict'],
  ...requirements: ReturnType<typeof requirement>[]
): TableRow => ({
  member: { name, version: '1.0', verdict, because },
  report: requirements.length === 0 ? undefined : { ...report([]), strict: false, requirements },
});
const rows = [
  row('Acme hub', 'conforms', requirement('passed'), requirement('warning')),
  row('Other hub', 'does not conform', failing('server-a', undefined), failing('server-b', 'only the echo keeps its type')),
  row('Third hub', 'does not conform', failing('server-a', undefined)),
  row('Fourth hub with a name that is long', 'incomplete'),
];

describe('the table of several targets', () => {
  test('says of each its verdict and its first failure, one with a diagnosis before others', () => {
    assert.deepEqual(runManyTable(rows, plain).split('\n'), [
      'target                  verdict           first failure',
      'Acme hub 1.0            conforms          -',
      'Other hub 1.0           does not conform  server-b: only the echo keeps its type',
      'Third hub 1.0           does not conform  server-a: received a String',
      `Fourth hub with a name  incomplete        ${because}`,
      'that is long 1.0',
    ]);
  });

  test('breaks between words in a terminal of eighty columns', () => {
    const lines = runManyTable(rows, plain, 80).split('\n');
    assert.deepEqual(lines.slice(-2), [
      'Fourth hub with a name  incomplete        the container did not start: exit code',
      'that is long 1.0                          127',
    ]);
    assert.deepEqual(
      runManyTable([row('acme/hub/the-quick-brown-fox-jumps', 'conforms')], plain, 80)
        .split('\n')
        .slice(1),
      ['acme/hub/the-quick-     conforms  -', 'brown-fox-jumps 1.0'],
    );
    assert.ok(lines.every((line) => line.length <= 80));
    assert.ok(runManyTable(rows, coloured, 80).includes('\u001b[31mdoes not conform\u001b[39m  server-b'));
  });

  test('shows a recommendation where it decides, and no control character', () => {
    const [strict] = [{ ...failing('server-should', 'a \u001b[31mred\u0007 reason'), status: 'warning' as const }];
    assert.ok(strict);
    const one = row('Strict', 'does not conform', strict);
    assert.ok(one.report);
    const text = runManyTable([{ ...one, report: { ...one.report, strict: true } }], plain);
    assert.match(text, /server-should: a .*red/);
    assert.equal(printableLines(text), text);
  });
});
