import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { specificationPage } from '../../report/specification/role-page.ts';
import { readRequirements } from '../../requirements/requirement.ts';
import { allViews, assertAccessible, launch, open as openFile, phoneViews, skip, type View } from '../../testing/browser.ts';
import { madeUpProof } from '../../testing/proof-results.ts';
import { site } from './site.ts';

describe('the specification in a browser', { skip, timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'specification-'));
  const pages = new Map([
    ...site(madeUpProof()),
    ['specification.html', specificationPage('client', readRequirements('client'))],
  ]);
  let browser: Browser;

  before(async () => {
    for (const [name, text] of pages) writeFileSync(join(folder, name), text);
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (name: string, view: View, look: (page: Page) => Promise<void>): Promise<void> =>
    openFile(browser, join(folder, name), view, look);

  for (const name of pages.keys()) {
    test(`${name} is accessible, all unfolded, at every width and in both colour schemes`, async () => {
      // The pages of both roles and the page outside of the site have the same parts, so one width is enough for them.
      const views = ['index.html', 'client.html', 'proof.html'].includes(name) ? allViews : phoneViews;
      await assertAccessible(browser, join(folder, name), views);
    });
  }

  test('is searched with the keyboard, from its first page', async () => {
    await open('index.html', {}, async (page) => {
      const shown = (): Promise<unknown> => page.evaluate('document.querySelectorAll("[data-entry]:not([hidden])").length');
      const all = await shown();
      await page.keyboard.press('/');
      // These words are in the usual mistakes of a requirement, and in no sentence.
      await page.keyboard.type('leap second');
      assert.equal(await shown(), 0);
      await page.keyboard.press('Escape');
      assert.equal(await shown(), all);
      await page.keyboard.type('publishes at the QoS of the subscription');
      assert.equal(await shown(), 1);
      assert.equal(await page.textContent('#found'), `1 of ${String(all)}`);
      assert.equal(await page.evaluate('document.querySelectorAll("[data-group]:not([hidden])").length'), 1);
      await page.keyboard.press('Enter');
      assert.match(String(await page.evaluate('document.activeElement.href')), /server\.html#server-response-qos0$/);
    });
  });

  test('shows the requirement that a link leads to with its scenarios, and is searched and folded there', async () => {
    await open('specification.html', { anchor: 'client-any-member-order' }, async (page) => {
      const opened = (): Promise<unknown> => page.evaluate('document.querySelectorAll("details.form[open]").length');
      assert.ok(await page.isVisible('#client-any-member-order .lines'));
      const top = await page.evaluate('document.querySelector("#client-any-member-order").getBoundingClientRect().top');
      assert.ok(Number(top) >= 0 && Number(top) < 100, `it is ${String(top)} pixels from the top`);
      await page.focus('#fold');
      await page.keyboard.press('Enter');
      assert.equal(await opened(), 0);
      await page.fill('#find', 'retain');
      assert.ok(await page.isHidden('#client-any-member-order'));
      await page.evaluate('location.hash = "client-half-millisecond"');
      await page.waitForSelector('#client-half-millisecond .lines');
    });
  });

  test('can be read without a script, and printed with every scenario', async () => {
    await open('client.html', { javaScriptEnabled: false }, async (page) => {
      assert.ok(await page.isVisible('text=the members are read by position'));
      assert.ok(await page.isVisible('.contents a[href="#client-any-member-order"]'));
      assert.ok(!(await page.isVisible('.tools')));
      await page.click('#client-any-member-order .form summary');
      assert.ok(await page.isVisible('#client-any-member-order .values'));
      await page.emulateMedia({ media: 'print' });
      assert.ok(await page.isVisible('#client-half-millisecond .lines'));
      assert.ok((await page.pdf({ format: 'A4' })).length > 50_000);
    });
  });
});
