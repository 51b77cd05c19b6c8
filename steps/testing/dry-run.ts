import { isAbsolute, relative, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { loadConfiguration, runCucumber } from '@cucumber/cucumber/api';
import type { Envelope, SourceReference } from '@cucumber/messages';
import { root } from '../requirements/requirement.ts';

/** Cucumber's messages of a dry run: all features and all step definitions, without starting an implementation. */
export async function dryRun(): Promise<Envelope[]> {
  const messages: Envelope[] = [];
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const { runConfiguration } = await loadConfiguration(
    {
      file: false,
      provided: {
        paths: ['features/**/*.feature'],
        import: ['steps/{server,client}/*.steps.ts', 'steps/support/{parameter-types,hooks}.ts'],
        dryRun: true,
        publish: false,
      },
    },
    { cwd: root },
  );
  const quiet = { ...runConfiguration, formats: { ...runConfiguration.formats, stdout: 'summary', publish: false as const } };
  await runCucumber(quiet, { cwd: root, stdout: nowhere, stderr: nowhere }, (message) => messages.push(message));
  return messages;
}

/** `steps/server/clock.steps.ts:12`: file and line relative to the package. */
export function placeOf({ uri = '', location }: SourceReference): string {
  const file = isAbsolute(uri) ? uri : resolve(root, uri);
  return `${relative(root, file).replaceAll('\\', '/')}:${location?.line ?? 0}`;
}
