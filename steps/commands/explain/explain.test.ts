import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { call } from '../../testing/command-line.ts';

describe('explain', () => {
  test('says everything about a requirement', async () => {
    const { code, stdout } = await call(['explain', 'server-response-qos0']);
    assert.equal(code, 0);
    assert.match(stdout, /^server-response-qos0 {2}MUST\n {2}the server MUST deliver the response at QoS 0\n/);
    assert.match(stdout, /\n {2}source {6}stated, "Device connection", step 1/);
    assert.match(stdout, /\n {2}mistakes {4}the service publishes at the QoS of the subscription/);
    assert.match(stdout, /\n {2}defined in {2}features\/server\/qos\.feature:\d+\n/);
    assert.match(stdout, /\n {4}The subscription asked for QoS 1\n/);
  });

  test('takes the id as a tag too, and names the nearest for an unknown one', async () => {
    assert.equal((await call(['explain', '@server-response-qos0'])).code, 0);
    const { code, stderr } = await call(['explain', 'server-respons-qos']);
    assert.equal(code, 2);
    assert.match(stderr, /there is no such requirement \(did you mean "server-response-qos0"\?\)/);
    const part = await call(['explain', 'server-qos']);
    assert.match(part.stderr, /did you mean "server-response-qos0", "server-serves-qos0-only" or "server-outlives-other-qos"/);
  });
});
