// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that notation belongs to target files
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asLiteral, fillPlaceholders, placeholdersIn } from './fill-placeholders.ts';

test('fills placeholders, and leaves other braces alone', () => {
  assert.equal(fillPlaceholders('{host}:{port}', { host: 'h', port: '1' }), 'h:1');
  assert.equal(fillPlaceholders('{"a":{}} ${port} ${port:-1}', { port: '1' }), '{"a":{}} ${port} ${port:-1}');
  assert.equal(fillPlaceholders("awk '{{print}}' {{port}}", { port: '1' }), "awk '{print}' {port}");
});

test('never fills a value again', () => {
  assert.equal(fillPlaceholders('{host}', { host: '{port}', port: '1' }), '{port}');
});

test('says which placeholder has no value', () => {
  assert.throws(() => fillPlaceholders('x {host}', {}), /\{host\} in "x \{host\}"/);
});

test('finds the placeholders of a text', () => {
  assert.deepEqual(placeholdersIn('{host} ${shell} {{literal}} {x}'), ['host', 'x']);
});

test('keeps what comes from elsewhere as it is', () => {
  for (const text of ['{port}', '{{port}}', '${port}', 'a{b}c{', '{"x":1}'])
    assert.equal(fillPlaceholders(asLiteral(text), {}), text);
});
