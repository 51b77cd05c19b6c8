import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes } from '../../commands/terminal/exit-codes.ts';
import { root } from '../../requirements/requirement.ts';
import { launch, open } from '../../testing/browser.ts';
import { runTool, tool } from '../tool.ts';

/** The target file of README.md, for a server with one mistake; in a folder two levels below the checkout. */
const example = `name: Acme IoT Hub
version: 3.2.1
role: server
process: { command: [node, ../../fixtures/support/start.ts, faulty/server/stamps-always-strings, --port, "{port}"] }
device: { productKey: a1PkTest01, deviceName: dev01 }
`;

/**
 * A text in which the part between `<!-- NAME:begin -->` and `<!-- NAME:end -->` is replaced.
 *
 * @throws Error when the text does not have both marks once, in this order
 */
export function betweenMarks(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [before, rest, ...more] = text.split(begin);
  const [, after, ...evenMore] = (rest ?? '').split(end);
  if (before === undefined || after === undefined || more.length + evenMore.length > 0)
    throw new Error(`README.md must have the lines ${begin} and ${end} once each, in this order`);
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
}

/** The table of exit codes. */
export function exitCodeTable(): string {
  const rows = Object.entries(exitCodes).map(([code, meaning]) => `| ${code} | ${meaning} |`);
  return ['| code | meaning |', '| --- | --- |', ...rows].join('\n');
}

/**
 * Runs the suite on the server of the example.
 *
 * @param look is called with the folder of the reports before it is removed
 * @returns the failure as the console prints it
 */
export async function exampleFailure(look: (reports: string) => Promise<void> = async () => {}): Promise<string> {
  const reports = join(root, 'conformance-report');
  mkdirSync(reports, { recursive: true });
  const folder = mkdtempSync(join(reports, 'readme-'));
  try {
    writeFileSync(join(folder, 'acme.yaml'), example);
    const output = await new Promise<string>((resolve) => {
      const args = [join(root, 'steps/commands/entry.mjs'), 'run', 'acme.yaml'];
      execFile(process.execPath, args, { cwd: folder }, (_, stdout) => resolve(stdout));
    });
    await look(join(folder, 'conformance-report'));
    const failure = /^✖[\s\S]*?^ +repeat .*$/m.exec(output)?.[0];
    if (failure === undefined) throw new Error(`the run of the example printed no failure:\n${output}`);
    return `\`\`\`text\n${failure}\n\`\`\``;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Takes the picture of a report. */
async function photograph(reports: string): Promise<void> {
  const browser = await launch();
  try {
    await open(browser, join(reports, 'index.html'), { width: 1000, anchor: 'server-long-stays-long' }, async (page) => {
      await page.screenshot({ path: join(root, '.examples/report.png') });
    });
  } finally {
    await browser.close();
  }
}

const command = tool(
  'fix:readme',
  'Writes the shown failure, the exit codes and the picture of README.md anew. Needs Chromium.',
  {
    0: 'written',
    1: 'README.md or the picture could not be written',
    2: 'wrong use',
  },
).action(async () => {
  const path = `${root}README.md`;
  const withCodes = betweenMarks(readFileSync(path, 'utf8'), 'exit-codes', exitCodeTable());
  writeFileSync(path, betweenMarks(withCodes, 'failure', await exampleFailure(photograph)));
});

if (import.meta.main) await runTool(command);
