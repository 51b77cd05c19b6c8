import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readRequirements } from '../../requirements/requirement.ts';
import { paragraphs } from './description-text.ts';
import { requirementArticle } from './requirement-article.ts';
import { readSpecification, readSubject } from './specification.ts';

const nowhere = (): undefined => undefined;

/** The same feature with German keywords; the words of a requirement are not keywords. */
const german = `# language: de
Funktionalität: Güte des Dienstes
  Ein Gegenstand.

  Grundlage:
    Angenommen ein Server

  @server-eins @must
  Regel: der Server MUST antworten
    Warum.

    Source: stated, "Satz"

    Beispiel: Ein Fall
      Angenommen ein Gerät
      Und noch ein Gerät
      Wenn das Gerät fragt
      Dann kommt eine Antwort

    Szenariogrundriss: Gefragt mit <qos> & <b>
      Wenn das Gerät fragt:
        """
        {"qos":<qos>}
        <anders>
        """
      Dann kommt:
        | qos | <qos> |

      @tls
      Beispiele: zwei Güten
        | qos | leer |
        | 1   |      |
        | 2   | x    |
`;

describe('a specification', () => {
  test('says of every requirement what the catalogue says, in its order', () => {
    for (const role of ['server', 'client'] as const) {
      const specified = readSpecification(role).flatMap((subject) => subject.specified);
      assert.deepEqual(
        specified.map(({ requirement }) => requirement),
        readRequirements(role),
      );
      for (const { requirement, forms } of specified) {
        const titles = forms.flatMap(({ title, tables }) =>
          tables.length === 0 ? [title] : tables.flatMap(({ rows }) => rows.map((row) => row.title)),
        );
        assert.deepEqual(
          titles,
          requirement.scenarios.map(({ title }) => title),
        );
      }
    }
  });

  test('knows the purpose of every sentence', () => {
    const forms = (['server', 'client'] as const)
      .flatMap((role) => readSpecification(role))
      .flatMap(({ specified }) => specified.flatMap((one) => one.forms));
    assert.ok(forms.length > readRequirements().length);
    for (const { title, lines } of forms) {
      assert.ok(
        lines.every(({ purpose }) => purpose !== 'other'),
        title,
      );
      assert.ok(
        lines.some(({ purpose }) => purpose === 'demand'),
        title,
      );
    }
  });

  test('is read in another language by its keywords', () => {
    const { language, title, specified } = readSubject('features/server/güte.feature', german);
    assert.deepEqual([language, title, specified.length], ['de', 'Güte des Dienstes', 1]);
    const [one, several] = specified[0]?.forms ?? [];
    assert.deepEqual(
      one?.lines.map(({ purpose, text }) => `${purpose}: ${text}`),
      ['setUp: ein Server', 'setUp: ein Gerät', 'setUp: noch ein Gerät', 'deed: das Gerät fragt', 'demand: kommt eine Antwort'],
    );
    assert.deepEqual(several?.values, ['qos', 'leer']);
    assert.deepEqual(several?.lines[1]?.block, ['{"qos":<qos>}', '<anders>']);
    assert.deepEqual(several?.lines[2]?.table, [['qos', '<qos>']]);
    assert.deepEqual(several?.tables[0]?.capabilities, ['tls']);
    assert.deepEqual(
      several?.tables[0]?.rows.map((row) => row.title),
      ['Gefragt mit 1 & <b>', 'Gefragt mit 2 & <b>'],
    );
  });
});

describe('an article', () => {
  const [specified] = readSubject('features/server/güte.feature', german).specified;
  assert.ok(specified);
  const text = requirementArticle(specified, nowhere, []).text;

  test('escapes what a feature says, and sets values off', () => {
    assert.ok(text.includes('Gefragt mit <var>qos</var> &amp; &lt;b&gt;'), text);
    assert.ok(text.includes('Gefragt mit <var>2</var> &amp; &lt;b&gt;'));
    assert.ok(text.includes('<pre>{&quot;qos&quot;:<var>qos</var>}\n&lt;anders&gt;</pre>'));
    assert.ok(text.includes('<td data-column="leer"><code>x</code></td>'));
    assert.doesNotMatch(text, /<b>|<anders>|\\x0A/);
  });

  test('says for which capability a table is', () => {
    assert.match(text, /<caption>zwei Güten, only with the capability tls<\/caption>/);
  });
});

test('a description is shown with its paragraphs, tables and ids', () => {
  const text = paragraphs('One `word`\nand server-one.\n\n| a | b |\n| - | - |\n| <x> | client-two |', (id) =>
    id === 'server-one' ? '#server-one' : undefined,
  ).text;
  assert.ok(text.startsWith('<p>One <code>word</code> and <a href="#server-one"><code>server-one</code></a>.</p>'), text);
  assert.ok(text.includes('<tr><th scope="row">&lt;x&gt;</th><td>client-two</td></tr>'), text);
  assert.ok(!text.includes('<td>-</td>'));
});
