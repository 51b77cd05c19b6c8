/**
 * Asks implementations, one after the other, whether the suite still gets them right; stops at the first that it gets wrong.
 *
 * Usage: node steps/tools/mutate/ask.ts NAME…
 *
 * Exit codes: 0 all right, 1 one wrong, which the last line says.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from '../prove/comparison.ts';
import { listImplementations } from '../prove/proof-implementation.ts';
import { SuiteProcess } from '../prove/suite-process.ts';
import { tryOut } from '../prove/trial.ts';

const names = process.argv.slice(2);
const implementations = await listImplementations();
const folder = mkdtempSync(join(tmpdir(), 'iot-ntp-ask-'));
const suite = new SuiteProcess();
try {
  for (const name of names) {
    const implementation = implementations.find((one) => one.name === name);
    if (implementation === undefined) throw new Error(`there is no implementation ${name}`);
    const [mistake] = compare(await tryOut(suite, implementation, folder));
    if (mistake === undefined) continue;
    console.log(`${mistake.implementation}: ${mistake.kind}: ${mistake.text.replaceAll('\n', ' ').slice(0, 300)}`);
    process.exitCode = 1;
    break;
  }
} finally {
  await suite.close();
  rmSync(folder, { recursive: true, force: true });
}
