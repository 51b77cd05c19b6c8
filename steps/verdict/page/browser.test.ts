import assert from 'node:assert/strict';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { reportPage } from './page.ts';
import { forged, report, spoilt } from './sample.test.ts';

/** A browser of this machine; undefined where there is none. */
function findBrowser(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const places = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const executablePath = findBrowser();
const required = process.env['CONFORMANCE_REQUIRE_BROWSER'] === '1';
const skip = executablePath === undefined && !required ? 'no Chromium on this machine' : false;

/** What axe says of a page, as far as it says something bad. */
interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

const every = ['passed', 'inapplicable', 'failed', 'untested', 'warning', 'inconclusive'] as const;
const pages = {
  failed: report(every),
  passed: report(['passed', 'inapplicable']),
  incomplete: report(['inconclusive', 'untested'], { faults: ['the run was interrupted (SIGINT)'] }),
  hostile: spoilt(report(every), forged),
};

describe('the page in a browser', { skip, timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  let browser: Browser;

  before(async () => {
    assert.ok(
      executablePath !== undefined,
      'CONFORMANCE_REQUIRE_BROWSER is 1 and there is no Chromium: install the package chromium',
    );
    browser = await chromium.launch({
      executablePath,
      args: [
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // Chromium refuses to run as root in its sandbox, and the page is the suite's own.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ],
    });
    for (const [name, content] of Object.entries(pages))
      writeFileSync(join(folder, `${name}.html`), reportPage(content, 'npx iot-ntp-conformance run acme.yaml'));
  });

  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a page, and does something with it that nothing may be wrong with. */
  async function open(
    name: keyof typeof pages,
    options: { readonly width?: number; readonly scheme?: 'light' | 'dark'; readonly javaScriptEnabled?: boolean },
    look: (page: Page) => Promise<void>,
  ): Promise<void> {
    const { width = 1280, scheme = 'light', javaScriptEnabled = true } = options;
    // axe comes into the page from outside, which the page's own policy forbids.
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: scheme,
      javaScriptEnabled,
      bypassCSP: javaScriptEnabled,
    });
    context.setDefaultTimeout(120_000);
    const wrong: string[] = [];
    const page = await context.newPage();
    const address = pathToFileURL(join(folder, `${name}.html`)).href;
    page.on('console', (message) => wrong.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => wrong.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => request.url().split('#')[0] !== address && wrong.push(`request: ${request.url()}`));
    await page.goto(address);
    await look(page);
    await context.close();
    assert.deepEqual(wrong, []);
  }

  for (const width of [390, 768, 1280]) {
    for (const scheme of ['light', 'dark'] as const) {
      test(`can be used by everybody, all unfolded, ${width} pixels wide, ${scheme}`, async () => {
        // The other pages are made of the same parts: once in each scheme is enough for them.
        const names = width === 390 ? (['failed', 'passed', 'incomplete'] as const) : (['failed'] as const);
        for (const name of names) {
          await open(name, { width, scheme }, async (page) => {
            await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
            const sideways = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
            assert.equal(sideways, 0, `${name} is wider than the screen`);
            await page.addScriptTag({ content: axe.source });
            const { violations } = (await page.evaluate('axe.run()')) as { readonly violations: readonly Violation[] };
            assert.deepEqual(
              violations.map(({ id, help, nodes }) => `${name}: ${id}, ${help}: ${nodes[0]?.html.slice(0, 200)}`),
              [],
            );
          });
        }
      });
    }
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
