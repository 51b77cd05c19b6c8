import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { root } from '../requirements/requirement.ts';

/** What the schemas of messages demand is what the sentences of the features say. */

interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema & { readonly $ref?: string }>>;
  readonly oneOf?: readonly Schema[];
  readonly $defs?: Readonly<Record<string, Schema>>;
}

const schema = (name: string): Schema => JSON.parse(readFileSync(`${root}schemas/${name}.schema.json`, 'utf8')) as Schema;

const lines = globSync(`${root}features/*/*.feature`).flatMap((file) => readFileSync(file, 'utf8').split('\n'));
const steps = lines.map((line) => line.trim());

/** The first cells of every table below a sentence. */
function tablesBelow(sentence: string): string[][] {
  return steps.flatMap((line, index) => {
    if (!line.endsWith(sentence)) return [];
    const rows = steps.slice(index + 1);
    const end = rows.findIndex((row) => !row.startsWith('|'));
    return [rows.slice(0, end).map((row) => row.split('|')[1]?.trim() ?? '')];
  });
}

const says = (sentence: string): boolean => steps.some((line) => line.includes(sentence));

describe('the schema of a response', () => {
  const { oneOf = [], $defs = {} } = schema('response');

  test('demands the members of the tables, and the echo', () => {
    const tables = tablesBelow('the response is a JSON object with the members:');
    assert.ok(tables.length > 0);
    for (const { required, properties } of oneOf) {
      assert.deepEqual(Object.keys(properties ?? {}), required);
      for (const table of tables) assert.deepEqual(['deviceSendTime', ...table], required);
    }
    assert.ok(says('Then the response returns deviceSendTime'));
  });

  test('has the types of the sentences', () => {
    assert.deepEqual(
      oneOf.map(({ title, properties }) => [title, new Set(Object.values(properties ?? {}).map(({ $ref }) => $ref)).size]),
      [
        ['Longs', 1],
        ['Strings', 1],
      ],
    );
    assert.deepEqual(
      Object.values($defs).map(({ title, description }) => `${title}: ${description}`),
      ['Long: Milliseconds, written as a JSON integer.', 'String: Milliseconds, in decimal digits.'],
    );
    for (const sentence of [
      'each time in the response is a Long',
      'each Long in the response is written as an integer',
      'each time in the response is a String of decimal digits',
    ])
      assert.ok(says(sentence), sentence);
  });
});

test('the schema of a request demands what its sentence says', () => {
  const { required, properties } = schema('request');
  const types = properties?.['deviceSendTime']?.oneOf ?? [];
  assert.deepEqual(required, ['deviceSendTime']);
  assert.deepEqual(
    types.map(({ title, description }) => `${title}: ${description}`),
    ['Long: A JSON integer of 64 bits.', 'String: Decimal digits.'],
  );
  assert.ok(says('the request is a JSON object with deviceSendTime, a Long or a String of decimal digits'));
});
