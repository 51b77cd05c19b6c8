import type { Role, Target } from '../../harness/implementation/target.ts';
import { loadTarget } from '../../harness/implementation/target-file.ts';
import { fromCheckout, root } from '../../requirements/requirement.ts';

/** The name in reports instead of that of a target file. */
export const embeddedName = 'embedded reference';

/** The target of the reference that comes with the suite: its source in a checkout, compiled in the package. */
export function embeddedTarget(role: Role): Promise<Target> {
  const place = fromCheckout ? root : `${root}dist/`;
  return loadTarget(`${place}fixtures/targets/reference-${role}.yaml`);
}
