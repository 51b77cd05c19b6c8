import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SaxesParser } from 'saxes';
import { type Badge, badgeJson, badgeOf, badgeSvg } from './badge.ts';
import type { Statement } from './statement.ts';

function badge(result: Statement['predicate']['result'], warnedTests: readonly string[] = []): Badge {
  const iotNtpConformance = { verdict: result === 'FAILED' ? 'does not conform' : 'conforms', role: 'server' };
  return badgeOf({ predicate: { result, warnedTests, iotNtpConformance } as unknown as Statement['predicate'] });
}

const badges = [badge('PASSED'), badge('WARNED', ['server-a']), badge('FAILED', ['server-a', 'server-b'])];

/** Relative luminance of six hexadecimal digits (WCAG 2.2). */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe('a badge', () => {
  test('says the verdict in words', () => {
    assert.deepEqual(
      badges.map(({ label, message }) => `${label}: ${message}`),
      [
        'NTP over MQTT: server conforms',
        'NTP over MQTT: server conforms, 1 warning',
        'NTP over MQTT: server does not conform, 2 warnings',
      ],
    );
  });

  test('has the members of an endpoint badge of shields.io, and no others', () => {
    for (const one of badges) {
      const { schemaVersion, label, message, color, ...others } = JSON.parse(badgeJson(one)) as Badge;
      assert.deepEqual([schemaVersion, typeof label, message !== '', others], [1, 'string', true, {}]);
      assert.match(color, /^[0-9a-f]{6}$/);
    }
  });

  test('is a picture that has a title, asks for nothing and links to the certificate', () => {
    for (const one of badges) {
      const svg = badgeSvg(one);
      const elements: string[] = [];
      const parser = new SaxesParser();
      parser.on('error', (error) => assert.fail(error.message));
      parser.on('opentag', ({ name, attributes }) => elements.push(`${name} ${Object.values(attributes).join(' ')}`));
      parser.write(svg).close();
      assert.match(elements[0] ?? '', /^svg .* title$/);
      const link = `a certificate.json ${one.label}: ${one.message}`;
      assert.ok(elements.includes('title title') && elements.includes(link), elements.join('\n'));
      assert.ok(svg.includes(`<title id="title">${one.label}: ${one.message}</title>`));
      assert.deepEqual(svg.match(/https?:[^"]*/g), ['http://www.w3.org/2000/svg']);
    }
  });

  test('has white text on colors with a contrast of at least 4.5 to 1', () => {
    const colors = badges.flatMap((one) => [one.color, ...(badgeSvg(one).match(/(?<=rx="3" fill="#)[0-9a-f]{6}/g) ?? [])]);
    assert.equal(colors.length, 6);
    for (const color of colors) assert.ok(1.05 / (luminance(color) + 0.05) >= 4.5, color);
  });
});
