import { isAbsolute, relative, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { loadConfiguration, runCucumber } from '@cucumber/cucumber/api';
import type { Envelope, SourceReference } from '@cucumber/messages';
import { readRequirements, root } from '../../requirements/requirement.ts';

/** What Cucumber says of the features and of the sentences of `steps/` when it only looks at them: nothing is started. */
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

/** The ids of the requirements whose scenarios use a sentence, by the place of its definition. */
export async function requirementsOfSentences(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const owners = new Map(readRequirements().flatMap(({ id, scenarios }) => scenarios.map(({ place }) => [place, id] as const)));
  const messages = await dryRun();
  const places = new Map(
    messages.flatMap(({ stepDefinition: s }) => (s === undefined ? [] : [[s.id, placeOf(s.sourceReference)]])),
  );
  const pickles = new Map(messages.flatMap(({ pickle }) => (pickle === undefined ? [] : [[pickle.id, pickle]])));
  const found = new Map<string, Set<string>>();
  for (const { testCase } of messages) {
    const { uri = '', location } = pickles.get(testCase?.pickleId ?? '') ?? {};
    const id = owners.get(placeOf({ uri, ...(location === undefined ? {} : { location }) }));
    for (const definition of testCase?.testSteps.flatMap((step) => step.stepDefinitionIds ?? []) ?? []) {
      const place = places.get(definition);
      if (place === undefined || id === undefined) continue;
      found.set(place, (found.get(place) ?? new Set()).add(id));
    }
  }
  return found;
}
