import type { Role, Target } from '../../harness/implementation/target.ts';
import { loadTarget } from '../../harness/implementation/target-file.ts';
import { root } from '../../requirements/requirement.ts';

/** What the reports say instead of a target file's name. */
export const embeddedName = 'embedded reference';

/** The target of the reference that comes with the suite: run from its source in a checkout, compiled in the package. */
export async function embeddedTarget(role: Role): Promise<Target> {
  const target = await loadTarget(`${root}fixtures/targets/reference-${role}.yaml`);
  const { start } = target;
  if (import.meta.url.endsWith('.ts') || start.kind !== 'process') return target;
  const command = start.command.map((word) => word.replace(/^\.\.\/(reference\/.*)\.ts$/, `${root}dist/fixtures/$1.js`));
  return { ...target, start: { ...start, command } };
}
