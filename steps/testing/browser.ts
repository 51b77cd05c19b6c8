/** Chromium for the tests of pages. */
import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

/** A browser of this machine; undefined if there is none. */
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

/** Why tests in a browser are skipped; false if they are not. */
export const skip = executablePath === undefined && !required ? 'no Chromium on this machine' : false;

/** Starts the browser; the caller closes it. */
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
      // Chromium does not run as root in its sandbox. The page is safe without it, because the suite made it.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  });
}

/** The height of every screen, in pixels. */
const height = 900;

/** A screen that shows a page. */
export interface ScreenView {
  /** In pixels. */
  readonly width: number;
  readonly scheme: 'light' | 'dark';
}

/** How a page is opened. */
export interface View extends Partial<ScreenView> {
  readonly javaScriptEnabled?: boolean;
  /** Opens it at this anchor. */
  readonly anchor?: string;
}

/**
 * Opens a file as a page and looks at it. Fails when the page logs anything, opens a dialog, or requests anything but the file.
 */
export async function open(browser: Browser, file: string, view: View, look: (page: Page) => Promise<void>): Promise<void> {
  const { width = 1280, scheme = 'light', javaScriptEnabled = true, anchor } = view;
  // The page's policy would forbid the script of axe.
  const context = await browser.newContext({
    viewport: { width, height },
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

/** A violation that axe found. */
interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** Widths of a phone, a tablet and a desk, each in both colour schemes. */
export const allViews: readonly ScreenView[] = [390, 768, 1280].flatMap((width) => [
  { width, scheme: 'light' },
  { width, scheme: 'dark' },
]);

/** The width of a phone, in both colour schemes. */
export const phoneViews = allViews.filter(({ width }) => width === 390);

/**
 * Opens a file, and asserts in each view that the page is accessible: with everything unfolded, it is no wider than the screen, and axe
 * finds nothing.
 */
export async function assertAccessible(browser: Browser, file: string, views: readonly ScreenView[]): Promise<void> {
  await open(browser, file, views[0] ?? {}, async (page) => {
    await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
    await page.addScriptTag({ content: axe.source });
    const judged = new Set<number>();
    for (const { width, scheme } of views) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme: scheme });
      const name = `${basename(file)}, ${width} pixels wide, ${scheme}`;
      assert.equal(
        await page.evaluate('document.documentElement.scrollWidth - innerWidth'),
        0,
        `${name} is wider than the screen`,
      );
      // A scheme changes only colours. Details of passing nodes are left out: there are thousands, and they take longer than the checks.
      const rules = scheme === 'dark' && judged.has(width) ? { runOnly: ['color-contrast', 'link-in-text-block'] } : {};
      judged.add(width);
      const { violations } = (await page.evaluate(`axe.run(${JSON.stringify({ ...rules, resultTypes: ['violations'] })})`)) as {
        readonly violations: readonly Violation[];
      };
      assert.deepEqual(
        violations.map(({ id, help, nodes }) => `${name}: ${id}, ${help}: ${nodes[0]?.html.slice(0, 200)}`),
        [],
      );
    }
  });
}
