/** Chromium for the tests of pages. It ends in `.test.ts` so that it is not shipped; it has no test of its own. */
import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

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

/** Why tests in a browser are skipped; false where they are not. */
export const skip = executablePath === undefined && !required ? 'no Chromium on this machine' : false;

/** Starts the browser; whoever does so closes it. */
export function launch(): Promise<Browser> {
  assert.ok(
    executablePath !== undefined,
    'CONFORMANCE_REQUIRE_BROWSER is 1 and there is no Chromium: install the package chromium',
  );
  return chromium.launch({
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
}

/** How a page is opened. */
export interface View {
  readonly width?: number;
  readonly scheme?: 'light' | 'dark';
  readonly javaScriptEnabled?: boolean;
  /** Opens it at this anchor. */
  readonly anchor?: string;
}

/** Opens a file as a page, and does something with it that nothing may be wrong with: no error, and no request but for the file. */
export async function open(browser: Browser, file: string, view: View, look: (page: Page) => Promise<void>): Promise<void> {
  const { width = 1280, scheme = 'light', javaScriptEnabled = true, anchor } = view;
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
  const address = pathToFileURL(file).href;
  page.on('console', (message) => wrong.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => wrong.push(`dialog: ${dialog.message()}`));
  page.on('request', (request) => request.url().split('#')[0] !== address && wrong.push(`request: ${request.url()}`));
  await page.goto(anchor === undefined ? address : `${address}#${anchor}`);
  await look(page);
  await context.close();
  assert.deepEqual(wrong, []);
}

/** What axe says of a page, as far as it says something bad. */
interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** A page with everything unfolded is no wider than the screen, and axe finds nothing. */
export async function assertForEverybody(page: Page, name: string): Promise<void> {
  await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
  assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0, `${name} is wider than the screen`);
  await page.addScriptTag({ content: axe.source });
  const { violations } = (await page.evaluate('axe.run()')) as { readonly violations: readonly Violation[] };
  assert.deepEqual(
    violations.map(({ id, help, nodes }) => `${name}: ${id}, ${help}: ${nodes[0]?.html.slice(0, 200)}`),
    [],
  );
}
