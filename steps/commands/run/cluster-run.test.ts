import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { root } from '../../requirements/requirement.ts';
import { call, reportIn, temporaryFolder } from '../../testing/command-line.ts';
import { builtForwarder, builtHere, type FakeCluster, fakeCluster, socketPath } from '../../testing/fake-cluster.ts';

const required = process.env['CONFORMANCE_REQUIRE_DOCKER'] === '1';
const skip = required || existsSync(socketPath) ? false : 'no Docker engine answers at its usual socket';

const folder = temporaryFolder();

/** The images, by their Dockerfile. */
const images = new Map<string, string>();

describe('a run on a Kubernetes cluster', { skip, timeout: 240_000 }, () => {
  let cluster: FakeCluster;
  let env: Record<string, string>;

  before(async () => {
    cluster = await fakeCluster();
    env = { DOCKER_HOST: cluster.address, SSHD_CONTAINER_IMAGE: builtForwarder() };
  });
  after(() => cluster?.close());

  /** Runs these requirements on an image that is built from a Dockerfile of the references. */
  async function run(name: string, dockerfile: string, content: object, ids: readonly string[]) {
    const image = images.get(dockerfile) ?? builtHere(join(root, dockerfile), root);
    images.set(dockerfile, image);
    const target = join(folder, `${name}.json`);
    const { container, ...others } = content as { readonly container: object };
    writeFileSync(target, JSON.stringify({ name, ...others, container: { image, ...container } }));
    const ended = await call(['run', target, '--only', ...ids, '--report', join(folder, name)], { env });
    const report = reportIn(join(folder, name));
    const statusOf = (id: string): string | undefined => report.requirements.find((one) => one.id === id)?.status;
    return { ...ended, report, statuses: ids.map(statusOf) };
  }

  test('judges a server, and says what is unknown because a cluster cannot show it', async () => {
    const content = { role: 'server', container: { port: 1883 }, ready: { log: '^serving at ' } };
    const ids = ['server-answers-request', 'server-concurrent-devices', 'server-comes-back'];
    const { code, stdout, stderr, report, statuses } = await run('hub', 'fixtures/reference/on-broker/Dockerfile', content, ids);
    assert.equal(code, 4, stdout + stderr);
    assert.deepEqual(statuses, ['passed', 'passed', 'inconclusive'], stdout);
    assert.match(stdout, /cannot be ended and started again where a Kubernetes cluster runs its container/);
    assert.match(report.target.loosened?.join() ?? '', /as the Kubernetes cluster has them/);
    assert.equal(report.target.imageDigest, undefined);
  });

  const client = (type: string): object => ({
    role: 'client',
    container: { env: { BROKER: '{host}', PORT: '{port}', PK: '{productKey}', DN: '{deviceName}', TYPE: type } },
    result: { log: 'NTP local time: (?<time>\\d+)' },
    within: '20s',
  });
  const dockerfile = 'fixtures/reference/in-container/Dockerfile';

  test('judges a client, which may end with an error where it is refused', async () => {
    const ids = ['client-request-topic', 'client-no-time-without-answer'];
    const { code, stdout, stderr, statuses } = await run('client', dockerfile, client('{timestampType}'), ids);
    assert.equal(code, 4, stdout + stderr);
    assert.deepEqual(statuses, ['passed', 'passed'], stdout);
  });

  test('finds the client that asks with another type than it declares', async () => {
    const content = { ...client('long'), timestampType: ['string'] };
    const { code, stdout, stderr, statuses } = await run('other', dockerfile, content, ['client-type-as-declared']);
    assert.deepEqual([code, statuses], [1, ['failed']], stdout + stderr);
  });
});
