import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { root } from '../../requirements/requirement.ts';
import { launch, skip } from '../../testing/browser.ts';
import { call, reportIn, temporaryFolder, writeTarget } from '../../testing/command-line.ts';

/** A name in a target file that would change a page without escaping. */
const forgedName = '</script><script>document.title="forged"</script><img src=x onerror="document.title=1"> Acme';

describe('the page of a run on a server that forges reports', { skip, timeout: 300_000 }, () => {
  test('shows what it wrote as text, and runs nothing of it', async () => {
    const folder = temporaryFolder();
    const report = join(folder, 'report');
    const command = ['node', join(root, 'fixtures/hostile/server/forges-reports.ts'), '{port}'];
    const target = writeTarget(folder, { name: forgedName, role: 'server', process: { command } });
    const { code, stdout, stderr } = await call([
      'run',
      target,
      '--only',
      'server-response-members',
      'server-string-stays-string',
      '--report',
      report,
    ]);
    assert.equal(code, 1, stdout + stderr);
    assert.equal(reportIn(report).target.name, forgedName);

    const browser = await launch();
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(120_000);
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url().split('#')[0] ?? ''));
      page.on('dialog', (dialog) => void dialog.dismiss());
      const address = pathToFileURL(join(report, 'index.html')).href;
      await page.goto(address);
      await page.waitForFunction(`document.body.innerText.includes('Acme') && document.body.innerText.includes('server-')`);
      const seen = await page.evaluate(`({
        title: document.title,
        images: document.querySelectorAll('img[src="x"], [onerror], [onclick]').length,
        text: document.body.innerText,
      })`);
      const { title, images, text } = seen as { readonly title: string; readonly images: number; readonly text: string };
      assert.doesNotMatch(title, /^(forged|conforms|1)$/);
      assert.equal(images, 0);
      assert.ok(text.includes('</script><script>document.title="forged"</script>'), 'the name is shown as it was written');
      assert.deepEqual(
        asked.filter((url) => url !== address && !url.startsWith('data:')),
        [],
      );
    } finally {
      await browser.close();
    }
  });
});
