import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readRequirements, root } from '../requirements/requirement.ts';
import { call } from '../testing/command-line.ts';

const program = join(root, 'node_modules/@cucumber/cucumber/bin/cucumber.js');

/** The place of the first scenario of a requirement, as an argument of cucumber-js. */
function placeOf(id: string): string {
  return readRequirements().find((requirement) => requirement.id === id)?.scenarios[0]?.place ?? '';
}

describe('plain cucumber-js', () => {
  test('runs one scenario on the embedded reference server, and says that this is no verdict', async () => {
    const { code, stdout, stderr } = await call([placeOf('server-response-qos0')], { cwd: root, program });
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /\n1 scenario \(1 passed\)\n/);
    assert.match(stderr, /^reference server \(server\) is under test; this run gives no verdict: /);
  });

  test('runs one scenario on the target that CONFORMANCE_TARGET names', async () => {
    const env = { CONFORMANCE_TARGET: 'fixtures/targets/reference-client.yaml' };
    const { code, stdout, stderr } = await call([placeOf('client-request-qos0')], { cwd: root, program, env });
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /\n1 scenario \(1 passed\)\n/);
    assert.match(stderr, /^reference client \(client\) is under test; this run gives no verdict: /);
  });
});
