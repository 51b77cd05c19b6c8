import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { printable } from './printable.ts';
import { conceal } from './secrets.ts';

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
    assert.equal(conceal('abcdef abc', ['abc', 'abcdef']), '(secret) (secret)');
  });

  test('do not mask the mask', () => {
    const secrets = ['secret', 'ec'];
    const once = conceal('the secret recipe', secrets);
    assert.equal(once, 'the (secret) r(secret)ipe');
    assert.equal(conceal(once, secrets), once);
  });
});
