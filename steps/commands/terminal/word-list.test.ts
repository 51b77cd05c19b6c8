import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { joinWords, splitWords } from './word-list.ts';

describe('words', () => {
  test('are split as a shell does, and joined again', () => {
    assert.deepEqual(splitWords(` a  "b \\" c"'d'e f\\ g '' \\x `), ['a', 'b " cde', 'f g', '', '\\x']);
    const words = ['', 'a b', `"'\\`, '{port}', '(?<t>\\d+)', '\n'];
    assert.deepEqual(splitWords(joinWords(words)), words);
    assert.throws(() => splitWords('a "b'), /the quote at "b is not closed/);
  });
});
