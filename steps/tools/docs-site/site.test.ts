import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SaxesParser } from 'saxes';
import { specificationPage } from '../../report/specification/role-page.ts';
import { texts } from '../../report/specification/texts.ts';
import { readPage, readStatements } from '../../requirements/page-statements.ts';
import { readRequirements } from '../../requirements/requirement.ts';
import { madeUpProof } from '../../testing/proof-results.ts';
import { site } from './site.ts';

/** The content of a page: the text of each element with an id, all ids, and all links. */
interface ReadPage {
  readonly text: string;
  readonly ids: readonly string[];
  readonly links: readonly string[];
  readonly textOf: ReadonlyMap<string, string>;
}

const empty = /<(meta|link|input)((?:\s+[a-z-]+(?:="[^"]*")?)*)>/g;

/** Reads a page with a strict parser, which rejects unescaped text and unclosed elements. */
function read(page: string): ReadPage {
  const parser = new SaxesParser();
  const [ids, links]: [string[], string[]] = [[], []];
  const textOf = new Map<string, string>();
  const open: (string | undefined)[] = [];
  let text = '';
  parser.on('opentag', ({ attributes }) => {
    const id = attributes['id'];
    open.push(id);
    if (id !== undefined) ids.push(id);
    if (attributes['href'] !== undefined) links.push(attributes['href']);
  });
  parser.on('closetag', () => open.pop());
  parser.on('text', (piece) => {
    text += piece;
    for (const id of open) if (id !== undefined) textOf.set(id, (textOf.get(id) ?? '') + piece);
  });
  parser.on('error', (error) => {
    throw error;
  });
  // The pages use only three features of HTML that XML lacks: void elements, attributes without a value, and raw text in elements.
  const xml = page
    .replace('<!DOCTYPE html>', '')
    .replaceAll(/<(style|script)[^>]*>[\s\S]*?<\/\1>/g, '')
    .replaceAll(empty, '<$1$2/>')
    .replaceAll(/<[a-z][^<>]*>/g, (tag) => tag.replaceAll(/ (hidden|open|data-entry|data-group)(?=[ >/])/g, ' $1=""'));
  parser.write(xml).close();
  return { text, ids, links, textOf };
}

/** The only external link; it loads nothing until the reader follows it. */
const vendorsPage = readPage().address;
const pages = site(madeUpProof());
const readPages = new Map([...pages].map(([name, text]) => [name, read(text)]));

describe('the site', () => {
  for (const role of ['server', 'client'] as const) {
    test(`has every requirement of a ${role} with all that is said of it, at its own address`, () => {
      const page = readPages.get(`${role}.html`);
      assert.ok(page);
      for (const { id, sentence, scenarios } of readRequirements(role)) {
        const text = page.textOf.get(id) ?? '';
        assert.ok(text.includes(sentence), `${id}: ${sentence}`);
        for (const { title } of scenarios) assert.ok(text.includes(title), `${id}: ${title}`);
      }
    });
  }

  test('leads nowhere but to what is there, and to the page of the vendor', () => {
    for (const [name, { links, ids }] of readPages) {
      assert.equal(new Set(ids).size, ids.length, `${name} has an id twice`);
      for (const link of links) {
        if (link === 'data:,' || link === vendorsPage) continue;
        const [file = '', anchor] = link.split('#');
        const target = readPages.get(file === '' ? name : file);
        assert.ok(target, `${name} leads to ${link}`);
        if (anchor !== undefined) assert.ok(target.ids.includes(anchor), `${name} leads to ${link}`);
      }
    }
  });

  test('leads from its first page to every requirement, and its search knows what each of them says', () => {
    const links = readPages.get('index.html')?.links ?? [];
    const all = readRequirements();
    for (const { id, role } of all) assert.ok(links.includes(`${role}.html#${id}`), id);
    const [, index = ''] =
      /<script type="application\/json" id="index">(.*?)<\/script>/s.exec(pages.get('index.html') ?? '') ?? [];
    const entries = JSON.parse(index) as string[];
    assert.equal(entries.length, all.length);
    for (const [at, { mistakes, scenarios }] of all.entries())
      for (const part of [mistakes, ...scenarios.map(({ title }) => title)]) assert.ok(entries[at]?.includes(part), part);
    assert.ok(!index.includes('<'));
  });

  test('draws the worked example of both roles', () => {
    for (const name of ['index.html', 'server.html', 'client.html']) {
      const text = pages.get(name) ?? '';
      assert.equal(text.split('<figure class="sequence">').length, 2, name);
      assert.match(text, /= <b>1571724098125<\/b>/, name);
    }
  });

  test('says the words, and what cannot be tested and why', () => {
    const { text = '' } = readPages.get('words.html') ?? {};
    for (const [word, meaning] of [...texts.roleWords, ...texts.capabilityWords])
      assert.ok(text.includes(`${word}${meaning}`), word);
  });

  test('shows every statement of the page, with what judges it or why nothing can', () => {
    const text = readPages.get('index.html')?.textOf.get('page') ?? '';
    for (const { says, requirements, untestable } of readStatements())
      for (const shown of [says, ...requirements, ...(untestable === undefined ? [] : [untestable])])
        assert.ok(text.includes(shown), shown);
  });

  test('shows the last proof, says where only a part was tried, and where there is none', () => {
    const { text = '' } = readPages.get('proof.html') ?? {};
    assert.match(text, /Answers <nobody>/);
    assert.ok(
      readPages
        .get('server.html')
        ?.textOf.get('server-answers-request')
        ?.includes('1 implementation that the suite finds faulty'),
    );
    assert.ok(
      site({ ...madeUpProof(), whole: false })
        .get('proof.html')
        ?.includes(texts.proofPartly),
    );
    const without = site(undefined);
    assert.ok(read(without.get('proof.html') ?? '').text.includes(texts.proofAbsent));
    assert.ok(!without.get('server.html')?.includes('that the suite finds faulty'));
  });

  test('asks for nothing, and lets nothing run but the script that stands in it', () => {
    for (const [name, text] of pages) {
      const page = text.replaceAll('&apos;', "'").replaceAll(vendorsPage, '');
      assert.match(page, /default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'/, name);
      assert.doesNotMatch(page, /\bsrc=|url\(|@import|https?:\/\/|\son[a-z]+="|\sstyle="/, name);
    }
  });
});

describe('the page beside a report', () => {
  for (const role of ['server', 'client'] as const) {
    test(`has every requirement of a ${role}, and leads nowhere but to itself and to the page of the vendor`, () => {
      const { ids, links, textOf } = read(specificationPage(role, readRequirements(role)));
      for (const { id, sentence, scenarios } of readRequirements(role)) {
        const text = textOf.get(id) ?? '';
        for (const part of [sentence, ...scenarios.map(({ title }) => title)]) assert.ok(text.includes(part), `${id}: ${part}`);
      }
      for (const link of links) assert.ok(['data:,', vendorsPage].includes(link) || ids.includes(link.slice(1)), link);
    });
  }
});
