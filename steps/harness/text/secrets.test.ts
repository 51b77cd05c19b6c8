import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { printable } from './printable.ts';
import { conceal, learnSecret } from './secrets.ts';

describe('secrets', () => {
  test('are replaced wherever they stand, and nothing else is', () => {
    assert.equal(conceal('token s3cr.t, s3cr.t; s3crXt', ['s3cr.t']), 'token (secret), (secret); s3crXt');
    assert.equal(conceal('a text', []), 'a text');
    assert.equal(conceal('a text', ['']), 'a text');
  });

  test('are found as JSON, as JSON in JSON, in a URL and in printable form', () => {
    const secret = 'p"a\\ss\x07 wörd';
    for (const form of [
      secret,
      JSON.stringify({ secret }),
      JSON.stringify(JSON.stringify({ secret })),
      `mqtt://device:${encodeURIComponent(secret)}@host`,
      printable(secret),
    ]) {
      const shown = conceal(form, [secret]);
      assert.match(shown, /\(secret\)/);
      assert.doesNotMatch(shown, /ss/);
    }
  });

  test('leave no tail where one begins another', () => {
    assert.equal(conceal('abcdef abcd', ['abcd', 'abcdef']), '(secret) (secret)');
  });

  test('do not mask the mask', () => {
    const secrets = ['secret', 'ecip'];
    const once = conceal('the secret recipe', secrets);
    assert.equal(once, 'the (secret) r(secret)e');
    assert.equal(conceal(once, secrets), once);
  });

  test('are found in hexadecimal digits and in base64, wherever they stand in it', () => {
    const secret = 'hunter22-Ωmega';
    const among = (before: string): Buffer => Buffer.from(`${before}${secret}&more`);
    for (const text of [
      among('').toString('hex'),
      among('x').toString('hex').toUpperCase(),
      ...['', 'a', 'ab', 'abc'].flatMap((before) => [among(before).toString('base64'), among(before).toString('base64url')]),
    ]) {
      const shown = conceal(text, [secret]);
      assert.match(shown, /\(secret\)/, text);
      // Two characters beside it at most are left of the secret: those that its neighbours have a part in.
      const left = Buffer.from(shown.replace('(secret)', ''), /^[0-9a-f]+$/i.test(text) ? 'hex' : 'base64').toString('latin1');
      assert.doesNotMatch(left, /hunt|unte|nter|ter2|er22|r22-/, text);
    }
  });

  test('leave no beginning where a text was cut', () => {
    const secrets = ['hunter22-and-more'];
    for (const text of ['password hunt…', 'password hunter22-and-mor… (2000 bytes)', 'hunter22…"'])
      assert.doesNotMatch(conceal(text, secrets), /hunt/, text);
    assert.equal(conceal('hunter of words… and hunt', secrets), 'hunter of words… and hunt');
    const line = printable(`${'x'.repeat(1_970)} hunter22-and-more ${'y'.repeat(100)}`);
    assert.match(line, /hunt/);
    assert.doesNotMatch(conceal(line, secrets), /hunt/);
  });

  test('are found line by line where they have several, as keys have', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----\n';
    assert.equal(conceal('1: MIIEvQIBADANBg', [key]), '1: (secret)');
    assert.equal(conceal('-----BEGIN PRIVATE KEY-----', [key]), '-----BEGIN PRIVATE KEY-----');
  });

  test('may be learnt while a run lasts, a signature in either case', () => {
    const secrets = ['device-secret'];
    const signature = 'A0'.repeat(16);
    assert.equal(conceal(signature, secrets), signature);
    learnSecret(secrets, signature);
    learnSecret(secrets, 'short');
    assert.equal(conceal(`${signature} ${signature.toLowerCase()} short`, secrets), '(secret) (secret) short');
  });

  test('are found however many they are', () => {
    const secrets = Array.from({ length: 10_000 }, (_, index) => `secret-of-${index}-${(index * 7919) % 10_007}`);
    assert.equal(conceal(`a ${secrets[9_999]} b ${secrets[0]}`, secrets), 'a (secret) b (secret)');
  });
});
