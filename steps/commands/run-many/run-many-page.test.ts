import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { readRequirements } from '../../requirements/requirement.ts';
import { assertAccessible, launch, open, phoneViews, skip } from '../../testing/browser.ts';
import { temporaryFolder } from '../../testing/command-line.ts';
import { forged, report, requirement } from '../../testing/sample-report.ts';
import type { Status } from '../../verdict/report.ts';
import { runManyPage } from './run-many-page.ts';
import { type Member, memberOf, runManyReport } from './run-many-report.ts';

const statuses: readonly Status[] = ['passed', 'failed', 'warning', 'inconclusive', 'untested', 'inapplicable'];
const names = ['Acme IoT Hub', 'TheServiceOfTheInternetOfThingsWithoutAnyBlank', 'Third', 'Fourth', 'Fifth', forged];

/** A member with every requirement of a client; their statuses alternate. */
function member(name: string, index: number): Member {
  const requirements = readRequirements('client').map(({ id, level, sentence }, at) => ({
    ...requirement(statuses[(at + index) % statuses.length] ?? 'passed'),
    id,
    level,
    sentence,
  }));
  const sample = report([]);
  const target = { ...sample.target, name, role: 'client' as const, imageDigest: `sha256:${'a'.repeat(64)}` };
  const made = { ...sample, target, requirements };
  const file = { name, role: 'client', file: 'client.yaml' } as const;
  return memberOf({ folder: `client-${index}`, exitCode: made.exitCode, report: made, certified: true }, file);
}

describe('the page of several targets', { skip }, () => {
  const file = join(temporaryFolder(), 'index.html');
  let browser: Browser;
  before(async () => {
    const suite = { name: 'iot-ntp-conformance', version: '0.1.0' } as const;
    const about = { suite, started: new Date(0), finished: new Date(1), left: 1 };
    writeFileSync(file, runManyPage(runManyReport(names.map(member), about)));
    browser = await launch();
  });
  after(() => browser.close());

  test('is accessible', async () => {
    await assertAccessible(browser, file, [...phoneViews, { width: 800, scheme: 'light' }, { width: 1280, scheme: 'dark' }]);
  });

  test('keeps the requirement in sight while its table is scrolled on a phone', async () => {
    await open(browser, file, { width: 390 }, async (page) => {
      const box = page.locator('.scroll');
      await box.evaluate('(element) => { element.scrollLeft = element.scrollWidth; }');
      const [frame, head] = [await box.boundingBox(), await page.locator('tbody th').first().boundingBox()];
      assert.ok(frame !== null && head !== null);
      assert.ok(head.x >= frame.x && head.width < frame.width / 2, `${head.x} and ${head.width} in ${frame.x}, ${frame.width}`);
    });
  });
});
