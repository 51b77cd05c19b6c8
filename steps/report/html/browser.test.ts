import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { allViews, assertAccessible, launch, open as openFile, phoneViews, skip, type View } from '../../testing/browser.ts';
import { forged, report, spoilt } from '../../testing/sample-report.ts';
import type { Report } from '../../verdict/report.ts';
import { reportPage } from './report-page.ts';

const every = ['passed', 'inapplicable', 'failed', 'untested', 'warning', 'inconclusive'] as const;
const pages = {
  failed: report(every),
  passed: report(['passed', 'inapplicable']),
  incomplete: report(['inconclusive', 'untested'], { faults: ['the run was interrupted (SIGINT)'] }),
  hostile: spoilt(report(every), forged),
};

/** The same report, in which every requirement has a different result. */
const untested = (content: Report): Report => ({
  ...content,
  requirements: content.requirements.map((one) => ({ ...one, status: one.status === 'untested' ? 'passed' : 'untested' })),
});

describe('the page in a browser', { skip, timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  let browser: Browser;

  before(async () => {
    browser = await launch();
    for (const [name, content] of Object.entries(pages))
      writeFileSync(
        join(folder, `${name}.html`),
        reportPage(content, 'npx iot-ntp-conformance run acme.yaml', { earlier: untested(content) }),
      );
  });

  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a page, and checks it; anything unexpected on the page fails the test. */
  const open = (name: keyof typeof pages, view: View, look: (page: Page) => Promise<void>): Promise<void> =>
    openFile(browser, join(folder, `${name}.html`), view, look);

  for (const name of ['failed', 'passed', 'incomplete'] as const) {
    test(`that says ${name} is accessible, all unfolded, at every width and in both colour schemes`, async () => {
      // The other pages consist of the same parts, so one width is enough.
      await assertAccessible(browser, join(folder, `${name}.html`), name === 'failed' ? allViews : phoneViews);
    });
  }

  test('runs nothing of a hostile implementation, and is no wider than the screen', async () => {
    await open('hostile', { width: 390 }, async (page) => {
      await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
      assert.notEqual(await page.title(), 'forged');
      assert.equal(await page.evaluate('document.querySelectorAll("img, [onclick], [onerror]").length'), 0);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0);
    });
  });

  test('is used with the keyboard: a requirement is found, unfolded and left again', async () => {
    await open('failed', {}, async (page) => {
      const shown = (): Promise<unknown> =>
        page.evaluate('document.querySelectorAll("details.requirement:not([hidden])").length');
      await page.focus('#find');
      await page.keyboard.type('what is passed');
      assert.equal(await shown(), 1);
      assert.equal(await page.textContent('#found'), '1 of 6');
      await page.focus('#r-server-passed > summary');
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate('document.querySelector("#r-server-passed").open'), true);
      await page.fill('#find', '');
      assert.equal(await shown(), 6);
      await page.click('#fold');
      assert.equal(await page.evaluate('document.querySelectorAll("details.requirement[open]").length'), 0);
      await page.click('.map a[href="#r-server-failed"]');
      assert.equal(await page.evaluate('document.querySelector("#r-server-failed").open'), true);
    });
  });

  test('can be read without a script, and printed', async () => {
    await open('failed', { javaScriptEnabled: false }, async (page) => {
      assert.ok(await page.isVisible('text=only the echo keeps its type'));
      assert.ok(!(await page.isVisible('.tools')));
      assert.ok((await page.pdf({ format: 'A4' })).length > 10_000);
    });
  });
});
