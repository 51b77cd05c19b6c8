import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { root } from '../../requirements/requirement.ts';
import { documentTypes, typesText } from './document-types.ts';

suite('The types of a document', () => {
  for (const document of documentTypes)
    test(`${document.file} are those of ${document.schema}.schema.json`, async () => {
      const present = readFileSync(root + document.file, 'utf8');
      assert.equal(present, await typesText(document), 'the schema has changed: run "npm run generate"');
    });
});
