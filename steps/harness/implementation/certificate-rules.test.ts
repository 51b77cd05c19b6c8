import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { MadeCertificates } from '../../testing/made-certificates.ts';
import { checkCertificates } from './certificate-rules.ts';

const skip = spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not there';
const day = 86_400_000;

describe('the certificates of a target file', { skip, timeout: 30_000 }, () => {
  const made = new MadeCertificates();
  before(async () => {
    made.authority('hub', 'DNS:hub.example');
    made.authority('local', 'IP:127.0.0.1');
    made.authority('127.0.0.1');
    writeFileSync(join(made.folder, 'many.pem'), readFileSync(join(made.folder, 'hub.pem'), 'utf8').repeat(2));
  });
  after(() => made[Symbol.dispose]());

  const mistakes = (value: object, nowMs?: number): string[] =>
    checkCertificates(value, made.folder, nowMs).map(({ path, what }) => `${path.join('.')}: ${what}`);
  const pair = (name: string) => ({ certificate: `${name}.pem`, key: `${name}.key` });

  test('are valid now', () => {
    const server = { role: 'server', tls: { ca: 'hub.pem', ...pair('local') } };
    assert.deepEqual(mistakes(server), []);
    const late = mistakes(server, Date.now() + 3 * day);
    assert.match(late[0] ?? '', /^tls\.ca: has expired: it was valid until .* GMT; expected a certificate that is valid now$/);
    assert.match(late[1] ?? '', /^tls\.certificate: has expired/);
    assert.match(mistakes(server, Date.now() - day)[0] ?? '', /^tls\.ca: is not valid yet: it is from .* GMT on; expected/);
    assert.deepEqual(mistakes({ role: 'server', tls: { ca: 'many.pem' } }, Date.now() + 3 * day), []);
  });

  test('are for the host that a client connects to, or for the name that it checks', () => {
    const client = (tls: object, start: object = { process: {} }) => ({ role: 'client', ...start, tls });
    assert.deepEqual(mistakes(client(pair('local'))), []);
    assert.deepEqual(mistakes(client(pair('127.0.0.1'))), []);
    assert.deepEqual(mistakes(client(pair('hub'))), [
      'tls.certificate: bears DNS:hub.example, and the client connects to 127.0.0.1; expected a certificate for that, or tls.serverName with the name that the client checks',
    ]);
    assert.match(mistakes(client(pair('local'), { container: {} }))[0] ?? '', /connects to host\.docker\.internal/);
    assert.deepEqual(mistakes(client({ ...pair('hub'), serverName: 'hub.example' })), []);
    assert.match(mistakes(client({ ...pair('hub'), serverName: 'hob.example' }))[0] ?? '', /^tls\.serverName: is "hob\.example"/);
    assert.deepEqual(mistakes({ ...client(pair('hub')), role: 'server' }), []);
  });
});
