#!/usr/bin/env node
// Plain JavaScript of an old kind, so that an old Node can say what it lacks instead of failing at the first line of TypeScript.
import { writeSync } from 'node:fs';
import * as module from 'node:module';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 22)) {
  console.error(`iot-ntp-conformance needs Node 22.22 or later; this is ${process.version} (${process.execPath}).`);
  console.error(
    'In a checkout, run it through npm ("npm start", "npm run conformance -- …"), which takes the Node that "npm ci" installed.',
  );
  process.exitCode = 3;
} else {
  module.enableCompileCache?.();
  // A reader that stops ("| head") has what it wants of a list. Of a run it has lost the verdict: the run goes on to its reports, and
  // then says so. A full disk (">") takes from both.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error) => {
      if (error.code === 'EPIPE' && process.argv[2] !== 'run') return;
      lost ??= error.message;
    });
  let lost;
  process.on('exit', (code) => {
    if (lost === undefined || code > 1) return;
    process.exitCode = 3;
    try {
      const report = { run: 'report.json', merge: 'report.json', interop: 'interop.json', load: 'load.json' }[process.argv[2]];
      writeSync(
        2,
        `The output could not be written (${lost})${report === undefined ? '' : `: read the verdict in ${report}`}.\n`,
      );
    } catch {
      // Nothing that is written is read any more; the exit code says it.
    }
  });
  // A checkout runs the TypeScript itself, the package what was compiled from it.
  const compiled = import.meta.url.includes('/dist/');
  // Node would end with 1, which says that the implementation does not conform. The report on disk says "incomplete".
  let explain = (error) => {
    console.error(`The suite is at fault, and has judged nothing: ${error?.message ?? error}`);
    return 4;
  };
  process.on('uncaughtException', (error) => process.exit(explain(error)));
  const { explainError, main } = await import(compiled ? './main.js' : './main.ts');
  explain = explainError;
  process.exitCode = await main(process.argv.slice(2));
}
