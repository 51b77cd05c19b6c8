import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../requirements/requirement.ts';
import type { Proof } from '../prove/proof.ts';
import { runTool, tool } from '../tool.ts';
import { site } from './site.ts';

const proofFile = 'conformance-report/prove/proof.json';

function writeSite({ to }: { readonly to: string }): void {
  const proof = readProof(join(root, proofFile));
  const pages = site(proof);
  mkdirSync(to, { recursive: true });
  for (const [name, text] of pages) writeFileSync(join(to, name), text);
  const proven = proof === undefined ? `there is no ${proofFile}, so they show no proof` : `with the proof of ${proof.finished}`;
  console.log(`${pages.size} pages in ${to}, ${proven}`);
}

/** The last proof; undefined if there is none. @throws Error when the file is not JSON */
function readProof(file: string): Proof | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    return JSON.parse(text) as Proof;
  } catch {
    throw new Error(`${file} cannot be read as JSON: make it anew by "npm run prove", or remove it`);
  }
}

const command = tool(
  'docs',
  `Writes the specification as web pages: the requirements with their scenarios, the words, what cannot be tested, and what the suite catches, from ${proofFile} of the last "npm run prove".`,
  { 0: 'written', 1: 'nothing could be written', 2: 'wrong use' },
)
  .option('--to <folder>', 'where the pages go', join(root, 'docs'))
  .action(writeSite);

await runTool(command);
