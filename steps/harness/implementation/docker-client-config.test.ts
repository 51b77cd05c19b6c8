import { doesNotThrow, throws } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { checkDockerClientConfig } from './docker-client-config.ts';
import { EnvironmentError } from './errors.ts';

describe('the configuration of the Docker client', () => {
  const folder = mkdtempSync(join(tmpdir(), 'iot-ntp-docker-config-'));
  after(() => rmSync(folder, { recursive: true }));

  /** A folder with a config.json of this content; without one where there is no content. */
  const withConfig = (name: string, content?: string): { readonly DOCKER_CONFIG: string } => {
    const own = join(folder, name);
    mkdirSync(own);
    if (content !== undefined) writeFileSync(join(own, 'config.json'), content);
    return { DOCKER_CONFIG: own };
  };
  const refuses = (env: NodeJS.ProcessEnv, message: RegExp): void =>
    throws(
      () => checkDockerClientConfig(env),
      (error) => error instanceof EnvironmentError && message.test(error.message),
    );

  it('may be missing, or hold what it likes', () => {
    doesNotThrow(() => checkDockerClientConfig(withConfig('none')));
    doesNotThrow(() => checkDockerClientConfig(withConfig('good', '{"auths":{}}')));
    doesNotThrow(() => checkDockerClientConfig({ ...withConfig('unused', 'x'), DOCKER_AUTH_CONFIG: '{}' }));
  });

  it('is the fault of the environment where it cannot be read', () => {
    refuses(withConfig('empty', ''), /config\.json is empty; expected the JSON object/);
    refuses(withConfig('words', '{"auths": secret'), /config\.json is not JSON; expected/);
    refuses(withConfig('null', 'null'), /config\.json is no JSON object/);
    refuses(withConfig('list', '[]'), /config\.json is no JSON object/);
    refuses({ DOCKER_AUTH_CONFIG: '{"auths":' }, /^The environment variable DOCKER_AUTH_CONFIG is not JSON/);
  });

  it('is told to be a folder', () => {
    const env = withConfig('folder');
    mkdirSync(join(env.DOCKER_CONFIG, 'config.json'));
    refuses(env, /config\.json cannot be read: it is a folder/);
  });
});
