import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { createAjv, schemaFaults } from './schema.ts';

const folder = new URL('schemas/', import.meta.resolve('#root/package.json'));
const files = readdirSync(folder).filter((file) => file.endsWith('.schema.json') && file !== 'target.schema.json');

describe('the schemas', () => {
  for (const file of files) {
    const schema = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Record<string, unknown>;

    test(`${file} is a schema that a strict ajv takes`, () => {
      const ajv = createAjv();
      for (const other of files.filter((name) => name !== file))
        ajv.addSchema(JSON.parse(readFileSync(new URL(other, folder), 'utf8')));
      assert.equal(ajv.validateSchema(schema), true, ajv.errorsText());
      ajv.compile(schema);
    });
  }

  test('target.schema.json is a schema', () => {
    const ajv = createAjv();
    const schema = JSON.parse(readFileSync(new URL('target.schema.json', folder), 'utf8')) as Record<string, unknown>;
    assert.equal(ajv.validateSchema(schema), true, ajv.errorsText());
  });

  test('report.schema.json describes every member and takes no unknown one', () => {
    const visit = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const { title, description, properties, items, $defs, additionalProperties } = schema as Record<string, unknown>;
      assert.equal(typeof title, 'string', `${path} has no title`);
      assert.equal(typeof description, 'string', `${path} has no description`);
      if (properties !== undefined) assert.equal(additionalProperties, false, `${path} takes unknown members`);
      for (const [name, member] of Object.entries({ ...(properties as object), ...($defs as object) }))
        visit(member, `${path}/${name}`);
      visit(items, `${path}/items`);
    };
    visit(JSON.parse(readFileSync(new URL('report.schema.json', folder), 'utf8')), '');
  });
});

describe('the keyword jsonInt64', () => {
  const schema = {
    $defs: { time: { type: 'number', jsonInt64: true } },
    type: 'object',
    properties: { 'a/b~c': { $ref: '#/$defs/time' }, list: { type: 'array', items: { $ref: '#/$defs/time' } } },
  };

  test('judges numbers without a literal by what they are', () => {
    const validate = createAjv().compile(schema);
    assert.equal(validate({ 'a/b~c': 1571724098000, list: [0, -1] }), true);
    assert.equal(validate({ list: [0.5] }), false);
    assert.match(validate.errors?.[0]?.message ?? '', /64-bit integer, not 0\.5/);
    assert.equal(validate({ list: [1e21] }), false);
    assert.equal(validate({ list: [0] }), true);
  });

  test('judges numbers of a text by how they are written, under $ref, in arrays and under escaped names', () => {
    const validate = createAjv().compile(schema);
    const literals = new Map([
      ['/a~1b~0c', '1571724098000.0'],
      ['/list/0', '9223372036854775807'],
      ['/list/1', '9223372036854775808'],
      ['/list/2', '1e3'],
      ['/list/3', '-9223372036854775808'],
    ]);
    const value = { 'a/b~c': 1571724098000, list: [2 ** 63, 2 ** 63, 1000, -(2 ** 63)] };
    assert.equal(validate.call({ literals }, value), false);
    assert.deepEqual(
      validate.errors?.map(({ instancePath }) => instancePath),
      ['/a~1b~0c', '/list/1', '/list/2'],
    );
  });
});

describe('schema faults', () => {
  test('say where, what was expected and what there is instead', () => {
    const faults = schemaFaults('report', '{"verdict": "fine", "strict": 1, "extra": 1}');
    assert.ok(faults.includes('must have the member "because"'));
    assert.ok(faults.includes('must not have the member "extra"'));
    assert.ok(faults.includes('/verdict must be one of "conforms", "does not conform", "incomplete", not "fine"'));
    assert.ok(faults.includes('/strict must be boolean, not 1'));
  });

  test('of a text that is not JSON, or nested beyond reading, are one line', () => {
    assert.match(schemaFaults('report', '{"a":').join(), /^is not JSON: /);
    assert.equal(schemaFaults('report', '[').length, 1);
    assert.ok(schemaFaults('report', `${'['.repeat(100_000)}${']'.repeat(100_000)}`).length > 0);
  });
});
