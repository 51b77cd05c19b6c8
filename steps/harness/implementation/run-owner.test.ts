import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { connectEngine, type Engine } from './engine.ts';
import { isLeftover, RUN } from './run-owner.ts';

/** An image that is on this machine already: nothing is pulled. */
const IMAGE = 'local/base:latest';

const required = process.env['CONFORMANCE_REQUIRE_DOCKER'] === '1';
const engine = await connectEngine().catch((error: unknown) => {
  if (required) throw error;
});
const there = await engine?.client.image.exists(engine.testcontainers.ImageName.fromString(IMAGE));
const skip = required || there === true ? false : `no Docker engine answers, or the image ${IMAGE} is not there`;

test('a container is a leftover when the process that owns it is gone', () => {
  const gone = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim();
  const machine = RUN.slice(0, RUN.lastIndexOf(`.${process.pid}.`));
  assert.equal(isLeftover(`${machine}.${gone}.0123abcd`), true);
  assert.equal(isLeftover(`${machine}.${process.pid}.0123abcd`), true);
  assert.equal(isLeftover(RUN), false);
  assert.equal(isLeftover(`${machine}.${process.ppid}.0123abcd`), false);
  assert.equal(isLeftover(`another-machine.${gone}.0123abcd`), false);
  assert.equal(isLeftover('anything'), false);
});

test('leftovers are removed when an engine is connected', { skip, timeout: 60_000 }, async () => {
  const program = `
    const { connectEngine } = await import(${JSON.stringify(import.meta.resolve('./engine.ts'))});
    const { OWNER_LABEL, RUN } = await import(${JSON.stringify(import.meta.resolve('./run-owner.ts'))});
    const { docker } = await connectEngine();
    if (process.argv[1] === 'leave') {
      const { id } = await docker.createContainer({ Image: ${JSON.stringify(IMAGE)}, Cmd: ['true'], Labels: { [OWNER_LABEL]: RUN } });
      console.log(id);
    }`;
  const suite = (what: string): string =>
    execFileSync(process.execPath, ['--input-type=module', '-e', program, what], { encoding: 'utf8' }).trim();
  const left = suite('leave');
  const { docker } = engine as Engine;
  assert.match((await docker.getContainer(left).inspect()).Id, /^[0-9a-f]{64}$/);
  suite('look');
  await assert.rejects(docker.getContainer(left).inspect(), { statusCode: 404 });
});
