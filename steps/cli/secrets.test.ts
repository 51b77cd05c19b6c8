import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { root } from '../requirement.ts';
import { call, type Ended, reportIn, temporaryFolder, writeTarget } from './spawned.test.ts';

/** One of the environment, one of the target file; the second has characters that JSON and URLs write otherwise. */
const token = 'tok-7f3a91c2';
const deviceSecret = 'dev"sec/ret+Ω9';

/** Says its secrets wherever it can, then is the server that it is told to be. */
const chatterbox = `
console.log('booting with', process.env.TOKEN, process.env.SECRET, JSON.stringify([process.env.SECRET]));
console.error('token=' + encodeURIComponent(process.env.SECRET));
import(${JSON.stringify(new URL('fixtures/start.ts', pathToFileURL(root)).href)});`;

describe('the secrets of a target file', () => {
  const folder = temporaryFolder();
  const report = join(folder, 'report');
  let ended: Ended;
  before(async () => {
    writeFileSync(join(folder, 'chatterbox.mjs'), chatterbox);
    const target = writeTarget(folder, {
      name: 'Chatterbox',
      role: 'server',
      process: {
        command: ['node', 'chatterbox.mjs', 'faulty/server/stamps-in-seconds', '--port', '{port}'],
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference in a target file
        env: { TOKEN: '${env:ACME_TOKEN}', SECRET: '{deviceSecret}' },
      },
      device: { productKey: 'a1PkTest01', deviceName: 'dev01', deviceSecret },
      clientId: `{productKey}.{deviceName}.${token}`,
    });
    ended = await call(['run', target, '--only', 'server-unit-milliseconds', '--verbose', '--report', report], {
      env: { ACME_TOKEN: token },
    });
  });

  test('do not keep the target from being judged', () => {
    assert.equal(ended.code, 1, ended.stdout + ended.stderr);
    assert.ok(reportIn(report).target.output.some((line) => line.startsWith('booting with')));
  });

  test('stand in no file of the report and in no line of the output', () => {
    const texts = [
      ['stdout', ended.stdout],
      ['stderr', ended.stderr],
      ...readdirSync(report).map((file) => [file, readFileSync(join(report, file), 'utf8')]),
    ];
    assert.equal(texts.length, 6);
    const inJson = JSON.stringify(deviceSecret).slice(1, -1);
    for (const [name, text = ''] of texts) {
      for (const secret of [token, deviceSecret, inJson, encodeURIComponent(deviceSecret)])
        assert.ok(!text.includes(secret), `${name} shows ${secret}`);
    }
  });
});
