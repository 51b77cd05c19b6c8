import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { TargetFileError } from '../harness/implementation/errors.ts';
import type { Target } from '../harness/implementation/target.ts';
import { loadTarget } from '../harness/implementation/target-file.ts';
import { MadeCertificates } from './made-certificates.ts';

/** Starts of target files, in YAML. */
export const PROCESS = 'process: { command: [server, "{port}"] }';
export const SERVER = `name: A\nrole: server\n${PROCESS}\n`;
export const CLIENT = `name: A\nrole: client\nprocess: { command: [sync, "{port}", "{productKey}", "{deviceName}"] }\n`;
export const RESULT = 'result: { log: "time (?<time>\\\\d+)" }\n';
/** A target file of a server in a container, with one more member of `container`. */
export const CONTAINED = (member: string): string => `name: A\nrole: server\ncontainer: { image: a, port: 1, ${member} }`;
/** A value of the member `build`. */
export const BUILD = `{ name: hub-3.2.1.jar, digest: "sha256:${'0'.repeat(64)}" }`;

/** The folder for a test's target files and the files that they name; removed after the test. */
export const folder = mkdtempSync(join(tmpdir(), 'target-file-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'context'));
for (const name of ['Dockerfile', 'empty.pem', 'context/Dockerfile']) writeFileSync(join(folder, name), '');
const openssl = spawnSync('openssl', ['version']).status === 0;
const made = new MadeCertificates(folder);
if (openssl) for (const name of ['ca', 'other']) made.authority(name);

/** The reason to skip a test with this target file: it needs a certificate, and openssl is not installed. */
export const withoutOpenssl = (text: string): string | false =>
  text.includes('ca.pem') && !openssl ? 'openssl is not there' : false;

const ENVIRONMENT = { SECRET: 'hunter22', BRACES: 'a{port}b', SHORT: 'abc' };

/** Writes a target file and loads it. */
export function load(text: string | Buffer, name = 'target.yaml'): Promise<Target> {
  const file = join(folder, name);
  writeFileSync(file, text);
  return loadTarget(file, ENVIRONMENT);
}

/** The error message for a target file, without the folder. */
export async function messageOf(text: string | Buffer): Promise<string> {
  const error = await load(text).then(
    () => assert.fail('the target file was accepted'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof TargetFileError, String(error));
  assert.doesNotMatch(error.message, /\n {4}at /);
  return error.message.replaceAll(`${folder}/`, '');
}
