/** `npm run docs`: what it does stands in its own words below. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../requirements/requirement.ts';
import type { Proof } from '../prove/proof.ts';
import { site } from './site.ts';

const proofFile = 'conformance-report/prove/proof.json';

const usage = `Usage: npm run docs [-- OPTIONS]

Writes the specification as pages that anybody can read and any web server can offer: the requirements with their scenarios, the words,
what cannot be tested, and what the suite catches as ${proofFile} has it from the last "npm run prove".

Options:
  --to FOLDER   where the pages go (default: docs)
  --help        show this

Exit codes:
  0  written
  2  wrong use, or nothing could be written`;

function main(): void {
  const { values } = parseArgs({ options: { to: { type: 'string', default: join(root, 'docs') }, help: { type: 'boolean' } } });
  if (values.help === true) {
    console.log(usage);
    return;
  }
  const proof = readProof(join(root, proofFile));
  const pages = site(proof);
  mkdirSync(values.to, { recursive: true });
  for (const [name, text] of pages) writeFileSync(join(values.to, name), text);
  const proven = proof === undefined ? `there is no ${proofFile}, so they show no proof` : `with the proof of ${proof.finished}`;
  console.log(`${pages.size} pages in ${values.to}, ${proven}`);
}

/** The last proof; undefined where there is none. @throws Error when it is no JSON */
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

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
