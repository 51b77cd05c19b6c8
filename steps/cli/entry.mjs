#!/usr/bin/env node
// Plain JavaScript of an old kind, so that an old Node can say what it lacks instead of failing at the first line of TypeScript.
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
  // Whoever reads no further ("| head") has what he wants; the run goes on to its reports and its exit code.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE') throw error;
    });
  // A checkout runs the TypeScript itself, the package what was compiled from it.
  const compiled = import.meta.url.includes('/dist/');
  const { main } = await import(compiled ? './main.js' : './main.ts');
  process.exitCode = await main(process.argv.slice(2));
}
