import { counted } from '../../harness/text/counted.ts';
import { type XmlElement, xmlText } from '../xml-text.ts';
import { certificateFiles } from './certificate-files.ts';
import type { Statement } from './statement.ts';

/** The content of a badge, in the format of shields.io's endpoint badge; `color` is hexadecimal digits without #. */
export interface Badge {
  readonly schemaVersion: 1;
  readonly label: string;
  readonly message: string;
  readonly color: string;
}

/** White text on each colour has a contrast of more than 4.5 to 1 (WCAG 2.2, 1.4.3). */
const colors = { PASSED: '1b6e2e', WARNED: '8a4b00', FAILED: 'a31d1d' } as const;
const labelColor = '444444';

/** The badge of a certificate. */
export function badgeOf({ predicate }: Pick<Statement, 'predicate'>): Badge {
  const { result, warnedTests, iotNtpConformance } = predicate;
  const warnings = warnedTests.length === 0 ? '' : `, ${counted(warnedTests.length, 'warning')}`;
  const message = `${iotNtpConformance.role} ${iotNtpConformance.verdict}${warnings}`;
  return { schemaVersion: 1, label: 'NTP over MQTT', message, color: colors[result] };
}

/** The text of `badge.json`. */
export function badgeJson(badge: Badge): string {
  return `${JSON.stringify(badge)}\n`;
}

const height = 20;
const padding = 6;

/** The usual width of a character of 11 px, in px; `textLength` makes the text fit with any font. */
const characterWidth = 6.2;

/** The text of `badge.svg`: a picture that loads nothing, and links to the certificate in its folder. */
export function badgeSvg({ label, message, color }: Badge): string {
  const [left, right] = [label, message].map((text) => Math.round(text.length * characterWidth) + 2 * padding) as [
    number,
    number,
  ];
  const title = `${label}: ${message}`;
  const part = (text: string, x: number, width: number): XmlElement => ({
    $: { x: x + padding, y: 14, textLength: width - 2 * padding, lengthAdjust: 'spacingAndGlyphs' },
    '#text': text,
  });
  const round = `M${left} 0h${right - 3}a3 3 0 0 1 3 3v${height - 6}a3 3 0 0 1 -3 3h-${right - 3}z`;
  return xmlText({
    svg: {
      $: { xmlns: 'http://www.w3.org/2000/svg', width: left + right, height, 'aria-labelledby': 'title' },
      title: { $: { id: 'title' }, '#text': title },
      a: {
        $: { href: certificateFiles.certificate, 'aria-label': title },
        rect: { $: { width: left + right, height, rx: 3, fill: `#${labelColor}` } },
        path: { $: { d: round, fill: `#${color}` } },
        g: {
          $: { fill: '#ffffff', 'font-family': 'Verdana, DejaVu Sans, sans-serif', 'font-size': 11 },
          text: [part(label, 0, left), part(message, left, right)],
        },
      },
    },
  });
}
