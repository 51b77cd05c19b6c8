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

  test('shows control characters of a name escaped', async () => {
    const path = join(folder, 'marked.json');
    writeFileSync(path, JSON.stringify({ name: 'x\u202e\u001b[31m', role: 'server', address: 'mqtt://127.0.0.1:1' }));
    const { code, stdout } = await call(['validate', path]);
    assert.equal(code, 0);
    assert.match(stdout, /valid target file: x\\u\{202E\}\\x1B\[31m \(server, address\)/);
  });

  test('says that JSON has no comments', async () => {
    const path = join(folder, 'commented.json');
    writeFileSync(path, '{\n  // the hub\n  "name": "x // y", "role": "server", "address": "mqtt://127.0.0.1:1"\n}\n');
    const { code, stderr } = await call(['validate', path]);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /:2:3: a comment begins with \/\/; expected JSON, which has no comments, or YAML, where they begin with #\n$/,
    );
    writeFileSync(path, '{ name: x, role: server, address: mqtt://127.0.0.1:1 } # flow\n');
    assert.equal((await call(['validate', path])).code, 0);
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
