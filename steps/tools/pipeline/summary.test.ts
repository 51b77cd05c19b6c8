import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lexer, type Token, walkTokens } from 'marked';
import { buildReport } from '../../report/report-json.ts';
import { finding, place, requirement, run, scenario, transcriptOf } from '../../testing/cucumber-messages.ts';
import { judge } from '../../verdict/judge.ts';
import { summaryOf } from './summary.ts';

const hostile =
  '</code><script>alert(1)</script>\n\n# forged | `x` **y** [a](https://a.example) www.a.example &amp; \\| ![i](j) <!-- @all';

/** A run in which a fails with a text of a hostile implementation, b passes, and the recommendation c is not met. */
function report(name: string) {
  const requirements = [requirement('b'), requirement('a', [10, 11]), requirement('c', [10], 'should')];
  const failed = (id: string) => ({
    outcomes: ['FAILED'] as const,
    evidence: [finding(id, { received: hostile })],
    type: 'Blame',
  });
  const transcript = transcriptOf(
    scenario(place('b')),
    scenario(place('a'), failed('a')),
    scenario(place('a', 11)),
    scenario(place('c'), failed('c')),
  );
  const judgement = judge(requirements, transcript, { strict: false });
  return buildReport({ ...run, target: { ...run.target, name } }, judgement, new Date('2026-01-02T03:04:06.000Z'));
}

/** Parses GitHub's Markdown: the kinds of its parts, the HTML among them, and its text. */
function rendered(markdown: string): {
  readonly kinds: ReadonlySet<string>;
  readonly text: string;
  readonly rows: readonly string[][];
} {
  const kinds = new Set<string>();
  const rows: string[][] = [];
  const plain = (tokens: readonly Token[]): string =>
    tokens.map((token) => ('tokens' in token && token.tokens !== undefined ? plain(token.tokens) : decoded(token))).join('');
  const text: string[] = [];
  void walkTokens(lexer(markdown, { gfm: true }), (token) => {
    kinds.add(token.type === 'html' ? token.raw : token.type);
    if (token.type === 'heading' || token.type === 'list_item') text.push(plain(token.tokens ?? []));
    if (token.type === 'table')
      rows.push(...(token as { rows: { tokens: Token[] }[][] }).rows.map((cells) => cells.map(({ tokens }) => plain(tokens))));
  });
  return { kinds, text: text.join('\n'), rows };
}

function decoded(token: Token): string {
  if (token.type === 'html') return token.raw === '<br>' ? ' ' : '';
  const { text = '' } = token as { readonly text?: string };
  const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };
  return text.replaceAll(/&(?:#(\d+)|(amp|lt|gt|quot));/g, (_, code: string | undefined, name: string) =>
    code === undefined ? (named[name] ?? '') : String.fromCharCode(Number(code)),
  );
}

test('the summary has every requirement, what needs mending first', () => {
  const { text, rows } = rendered(summaryOf(report('Acme IoT Hub')));
  assert.match(text, /^Acme IoT Hub 3\.2\.1: does not conform\n/);
  assert.deepEqual(rows, [
    ['failed', 'MUST', 'a the server MUST do what a says', '1 of 2 passed'],
    ['warning', 'SHOULD', 'c the server SHOULD do what c says', '0 of 1 passed'],
    ['passed', 'MUST', 'b the server MUST do what b says', '1 of 1 passed'],
  ]);
});

test('nothing that an implementation sent or is called has a meaning in it', () => {
  const benign = rendered(summaryOf(report('Acme IoT Hub')));
  const { kinds, text, rows } = rendered(summaryOf(report(hostile)));
  assert.deepEqual([...kinds].sort(), [...benign.kinds].sort());
  assert.deepEqual(
    [...kinds].filter((kind) => kind.startsWith('<')),
    ['<code>', '</code>', '<br>'],
  );
  for (const kind of ['link', 'image', 'codespan', 'em']) assert.ok(!kinds.has(kind), kind);
  assert.equal(rows.length, 3);
  const shown = hostile.replaceAll('\n', '\\x0A');
  assert.ok(text.startsWith(`${shown} 3.2.1: does not conform\n`), text);
  assert.ok(text.includes(`received: ${shown}\n`), text);
});
