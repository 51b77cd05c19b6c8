import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../testing/command-line.ts';
import { takeFolder } from './take-folder.ts';

describe('a folder for reports', () => {
  const parent = temporaryFolder();
  const folderWith = (name: string, files: Readonly<Record<string, string>>): string => {
    const folder = join(parent, name);
    mkdirSync(folder);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    return folder;
  };

  for (const [what, files] of [
    ['new', {}],
    ['one with files of other names', { 'README.md': 'mine', 'data.json': '{}' }],
    ['one with the reports of an earlier run', { 'report.json': '{"suite":{}}', 'index.html': '', 'badge.svg': '' }],
    ['one with the page of several runs', { 'run-many.json': '{"suite":{}}', 'index.html': '' }],
  ] as const)
    test(`is taken: ${what}`, () => {
      takeFolder(folderWith(what, files))[Symbol.dispose]();
    });

  for (const [what, files] of [
    ['a page of its own', { 'index.html': 'mine' }],
    ['a certificate and no report', { 'certificate.json': '{}' }],
    ['a report that the suite has not written', { 'report.json': '{"tests":7}', 'junit.xml': '' }],
    ['a report that cannot be read', { 'report.json': '{' }],
  ] as const)
    test(`is refused, with what would be lost: ${what}`, () => {
      const named = Object.keys(files)[0] ?? '';
      assert.throws(() => takeFolder(folderWith(what, files)), {
        name: 'WrongUse',
        message: new RegExp(`${what}: .*${named}.* would be lost.*name another folder with --report$`),
      });
    });
});
