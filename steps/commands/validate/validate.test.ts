import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root } from '../../requirements/requirement.ts';
import { call, temporaryFolder } from '../../testing/command-line.ts';

const folder = temporaryFolder();

describe('validate', () => {
  test('says what a good target file describes', async () => {
    const { code, stdout } = await call(['validate', 'fixtures/targets/reference-server.yaml'], { cwd: root });
    assert.equal(code, 0);
    assert.match(stdout, /is a valid target file: reference server \(server, process\)/);
  });

  test('says file, line, member, expectation and nearest name of every mistake', async () => {
    writeFileSync(
      join(folder, 'bad.yaml'),
      'name: Acme\nrole: servre\ncontainer:\n  image: acme/hub:1\n  prot: 1883\n  port: many\n',
    );
    const { code, stdout, stderr } = await call(['validate', 'bad.yaml'], { cwd: folder });
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^bad\.yaml:2:7: role: .*did you mean "server".*one of server, client/m);
    assert.match(stderr, /^bad\.yaml:5:3: container\.prot: .*did you mean "port"/m);
    assert.match(stderr, /^bad\.yaml:6:9: container\.port: .*port number/m);
  });
});
