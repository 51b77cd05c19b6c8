import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readRequirements } from '../../requirements/requirement.ts';
import { temporaryFolder } from '../../testing/command-line.ts';
import { ExpectationsError, expectationsPath, loadExpectations } from './expectations-file.ts';

const folder = temporaryFolder();
const file = join(folder, 'expectations.yaml');
const [qos] = readRequirements('server').filter(({ id }) => id === 'server-response-qos0');
const [first, second] = qos?.scenarios ?? [];

/** The mistakes in a text, without the file's path. */
async function mistakesOf(text: string): Promise<string[]> {
  writeFileSync(file, text);
  const error = await loadExpectations(file, 'server').then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ExpectationsError, String(error));
  return error.message.split('\n').map((line) => line.replace(file, 'expectations.yaml'));
}

describe('a file of expectations', () => {
  test('gives the entries of the role that is judged, with their places, and no secret', async () => {
    const text = `expectations:
  - id: server-response-qos0
    scenario: ${JSON.stringify(second?.title)}
    reason: HUB-12, until s3cr3t-word is gone
    until: 2027-03-31
  - { id: client-request-qos0, reason: not ours, until: 2027-03-31 }
`;
    writeFileSync(file, text);
    assert.deepEqual(await loadExpectations(file, 'server', ['s3cr3t-word']), {
      file: 'expectations.yaml',
      entries: [
        {
          id: 'server-response-qos0',
          scenario: second?.title,
          reason: 'HUB-12, until (secret) is gone',
          until: '2027-03-31',
          at: 'expectations.yaml:2:5: expectations[0]',
        },
      ],
    });
  });

  test('may name a scenario by its place, and may be empty', async () => {
    writeFileSync(
      file,
      JSON.stringify({ expectations: [{ id: qos?.id, scenario: first?.place, reason: 'x', until: '2027-03-31' }] }),
    );
    assert.equal((await loadExpectations(file, 'server')).entries.length, 1);
    writeFileSync(file, 'expectations: []\n');
    assert.deepEqual((await loadExpectations(file, 'server')).entries, []);
  });

  test('is rejected with every mistake, by line and member', async () => {
    const mistakes = await mistakesOf(`expectations:
  - id: server-respons-qos0
    reason: x
    until: 2027-03-31
  - id: server-response-qos0
    scenario: The subscription asked for QoS 7
    reason: x
    until: 2027-02-30
  - id: server-answers-once
    until: soon
  - { id: server-calibrates, reason: "", untill: 2027-03-31 }
`);
    assert.match(
      mistakes[0] ?? '',
      /^expectations\.yaml:2:9: expectations\[0\]\.id: is "server-respons-qos0", which is not a requirement \(did you mean "server-response-qos0"\?\); "list" shows them$/,
    );
    assert.match(
      mistakes[1] ?? '',
      /^expectations\.yaml:6:15: expectations\[1\]\.scenario: .*not a scenario of server-response-qos0 \(did you mean "[^"]+"\?\); it has "/,
    );
    assert.match(
      mistakes[2] ?? '',
      /^expectations\.yaml:8:12: expectations\[1\]\.until: is "2027-02-30", which is not a date; expected a date/,
    );
    assert.match(mistakes[3] ?? '', /^expectations\.yaml:9:5: expectations\[2\]\.reason: is missing; expected why it fails/);
    assert.match(
      mistakes[4] ?? '',
      /^expectations\.yaml:10:12: expectations\[2\]\.until: is "soon"; expected a date such as 2027-03-31$/,
    );
    const last = mistakes.slice(5).join('\n');
    assert.match(last, /expectations\[3\]\.reason: is empty; expected a reason/);
    assert.match(last, /expectations\[3\]\.untill: is not a known member \(did you mean "until"\?\)/);
    assert.match(last, /expectations\[3\]\.until: is missing/);
    assert.equal(mistakes.length, 8);
  });

  test('names each scenario once', async () => {
    const entry = '{ id: server-response-qos0, reason: x, until: 2027-03-31 }';
    assert.deepEqual(await mistakesOf(`expectations:\n  - ${entry}\n  - ${entry}\n`), [
      'expectations.yaml:3:7: expectations[1].id: repeats expectations[0]; expected each scenario once',
    ]);
  });

  test('that is empty, or not YAML, is rejected with the reason', async () => {
    assert.match((await mistakesOf('- id: x\n')).join(), /^expectations\.yaml: is empty or not a mapping; expected the member/);
    assert.match((await mistakesOf('expectations: [\n')).join(), /^expectations\.yaml:\d+:\d+: is not YAML/);
    assert.match(
      (await mistakesOf('expectation: []\n')).join(),
      /expectation: is not a known member \(did you mean "expectations"\?\)/,
    );
    await assert.rejects(loadExpectations(join(folder, 'none.yaml'), 'server'), /none\.yaml: there is no such file$/);
  });

  test('is found beside the target file where none is named', () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    assert.equal(expectationsPath(undefined, join(folder, 'acme.yaml')), file);
    assert.equal(expectationsPath(undefined, join(empty, 'acme.yaml')), undefined);
    assert.equal(expectationsPath('other.yaml', join(folder, 'acme.yaml')), 'other.yaml');
    assert.equal(expectationsPath(undefined, undefined), undefined);
  });
});
