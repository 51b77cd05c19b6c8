import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { printable, printableLines } from './printable.ts';

describe('printable text', () => {
  test('shows what a terminal would obey, and leaves what people read', () => {
    assert.equal(printable('a\x1b[2J\x07b'), 'a\\x1B[2J\\x07b');
    assert.equal(printable('\x9b31m\x7f\u00ad'), '\\x9B31m\\x7F\\xAD');
    assert.equal(printable('line\r\nnext\ttab\0'), 'line\\x0D\\x0Anext\\x09tab\\x00');
    assert.equal(printable('a\u202eb\u2066c\u200bd\ufeffe\u2028f'), 'a\\u{202E}b\\u{2066}c\\u{200B}d\\u{FEFF}e\\u{2028}f');
    assert.equal(printable('\ud800 \udc00 \uffff \u{1ffff}'), '\\u{D800} \\u{DC00} \\u{FFFF} \\u{1FFFF}');
    assert.equal(printable('{"zeit":"größer","名":"\u{1f552}"} → \\'), '{"zeit":"größer","名":"\u{1f552}"} → \\');
  });

  test('is cut at a length that holds with the remark, and says how long it was', () => {
    assert.equal(printable('x'.repeat(2_000)), 'x'.repeat(2_000));
    const cut = printable('ä'.repeat(3_000));
    assert.equal(cut.length, 2_000);
    assert.match(cut, /^ä+… \(6000 bytes\)$/);
    assert.equal(printable(cut), cut);
  });

  test('leaves no half of a character and no half of an escape at the cut', () => {
    for (let most = 14; most < 40; most += 1) {
      assert.match(printable('\u{1f552}'.repeat(40), most), /^(?:\u{1f552})*… \(160 bytes\)$/u);
      assert.match(printable('\x1b'.repeat(40), most), /^(?:\\x1B)*… \(40 bytes\)$/);
      assert.match(printable('\u202e'.repeat(40), most), /^(?:\\u\{202E\})*… \(120 bytes\)$/);
    }
  });

  test('keeps line ends only where lines are asked for', () => {
    assert.equal(printableLines('one\r\ntwo\x1b\nthree'), 'one\ntwo\\x1B\nthree');
  });
});
