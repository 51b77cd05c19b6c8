import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { assertAccessible, launch, phoneViews, skip } from '../../testing/browser.ts';
import { keys, writeCertified } from '../../testing/certified-run.ts';
import { call, temporaryFolder } from '../../testing/command-line.ts';
import { forged } from '../../testing/sample-report.ts';
import type { Report } from '../../verdict/report.ts';
import type { RunManyReport } from '../run-many/run-many-document.ts';
import { memberOf, runManyReport } from '../run-many/run-many-report.ts';

const folder = temporaryFolder();
const [signer, stranger] = [keys(), keys()];
const place = (name: string): string => join(folder, name);
const [good, bad, signed, forgery] = [place('good reports'), place('many/bad'), place('signed'), place('forged')];
const page = place('site/gallery.html');
const limits = { requestsPerSecond: 30, connections: 1 };
const named =
  (name: string, more: Partial<Report['target']> = {}) =>
  (report: Report): Report => ({ ...report, target: { ...report.target, name, ...more } });

/** Writes the report of a run on several targets; one of them has a certificate. */
function writeMany(): string {
  const fallback = { name: 'other', role: 'server', file: 'other.yaml' } as const;
  const members = ['bad', 'none'].map((name) =>
    memberOf({ folder: name, exitCode: 4, report: undefined, certified: false }, fallback),
  );
  const suite: RunManyReport['suite'] = { name: 'iot-ntp-conformance', version: '1' };
  const report = runManyReport(members, { suite, started: new Date(0), finished: new Date(1), left: 0 });
  const file = place('many/run-many.json');
  writeFileSync(file, JSON.stringify(report));
  return dirname(file);
}

before(() => {
  writeCertified(good, { change: named('Acme sensor', { limits }) });
  writeCertified(bad, { failing: ['client-request-qos0'] });
  writeCertified(signed, { key: signer.privateKey });
  writeCertified(forgery, { change: named(forged) });
  writeMany();
  for (const [name, { publicKey }] of [['signer', signer] as const, ['stranger', stranger] as const])
    writeFileSync(place(`${name}.pem`), publicKey.export({ type: 'spki', format: 'pem' }));
});

describe('gallery', { timeout: 120_000 }, () => {
  test('writes a page of genuine folders, each once, with what their certificates say', async () => {
    const { code, stdout, stderr } = await call(['gallery', good, forgery, good, '--page', page]);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /gallery\.html: 2 implementations of 2 report folders\n$/);
    const text = readFileSync(page, 'utf8');
    assert.match(text, /<h1>2 certified implementations<\/h1>/);
    assert.match(text, /href="\.\.\/good%20reports\/index\.html">Acme sensor/);
    assert.match(text, /sha256:b{64}/);
    assert.match(text, /<time datetime="2026-01-02T03:04:07\.500Z">02 Jan 2026, 03:04:07 UTC<\/time>/);
    assert.match(text, /<dt>limits<\/dt><dd>30 requests per second and device, 1 connection at the same time</);
    assert.match(text, /<dt>requirement set<\/dt><dd>\d{4}\.\d/);
    assert.match(text, /<dt>signature<\/dt><dd>none: nothing proves/);
    assert.match(text, /<img alt="NTP over MQTT: client conforms" src="data:image\/svg\+xml;base64,/);
    assert.doesNotMatch(text, /<script|<img src=x/);
  });

  test('refuses a member without a certificate, and shows one that does not conform', async () => {
    const { code, stdout } = await call(['gallery', place('many'), '--page', page]);
    assert.equal(code, 1, stdout);
    assert.match(stdout, /none: refused: there is no certificate\.json; a whole run writes one/);
    const text = readFileSync(page, 'utf8');
    assert.match(text, /<h1>1 certified implementation<\/h1>\n<p>0 of 1 conform\./);
    assert.match(text, /<strong>does not conform<\/strong>/);
    assert.match(text, /<dt>not met<\/dt><dd><code>client-request-qos0<\/code><\/dd>/);
  });

  test('accepts signed folders only with a key of the signer, and with a key no unsigned folders', async () => {
    const other = place('signed.html');
    const without = await call(['gallery', signed, '--page', other]);
    assert.equal(without.code, 1);
    assert.match(without.stdout, /signed: refused: its certificate is signed: .* with --key\nno page was written/);
    const wrong = await call(['gallery', signed, '--page', other, '--key', place('stranger.pem')]);
    assert.match(wrong.stdout, /refused: not genuine: certificate\.sigstore\.json: was signed by another key/);
    assert.equal(existsSync(other), false);
    const both = ['--key', place('stranger.pem'), '--key', place('signer.pem')];
    const { code, stdout } = await call(['gallery', signed, good, '--page', other, ...both]);
    assert.equal(code, 1);
    assert.match(stdout, /good reports: refused: not genuine: .*: is missing: the certificate is not signed\n/);
    assert.match(readFileSync(other, 'utf8'), /<dt>signature<\/dt><dd>genuine, by the key <code>/);
  });

  test('refuses a folder that was changed', async () => {
    const changed = place('changed');
    writeCertified(changed);
    writeFileSync(join(changed, 'index.html'), 'conforms');
    const { code, stdout } = await call(['gallery', changed, '--page', page]);
    assert.equal(code, 1);
    assert.match(stdout, /changed: refused: not genuine: index\.html: was changed: its SHA-256 is/);
  });

  test('reports wrong use, and a page that cannot be written', async () => {
    mkdirSync(place('garbled'));
    writeFileSync(place('garbled/run-many.json'), '{');
    for (const [args, expected, says] of [
      [[], 2, /missing required argument 'folder'/],
      [[place('absent')], 2, /absent: there is no such folder; expected one that "run"/],
      [[place('garbled')], 2, /run-many\.json: is not a report of this version of the suite: /],
      [[good, '--page', join(good, 'page.html')], 2, /is in a report folder/],
      [[good, '--key', place('absent.pem')], 2, /^--key .*absent\.pem: there is no such file\n$/],
      [[good, '--page', '/proc/page.html'], 3, /page\.html/],
    ] as const) {
      const { code, stderr } = await call(['gallery', ...args]);
      assert.equal(code, expected, stderr);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /^\s+at /m, 'a stack trace');
    }
  });

  test('makes an accessible page', { skip }, async () => {
    const wide = place('wide.html');
    assert.equal((await call(['gallery', good, bad, forgery, '--page', wide])).code, 0);
    await using browser = await launch();
    await assertAccessible(browser, wide, [...phoneViews, { width: 1280, scheme: 'light' }]);
  });
});
