/** The words for the result of a requirement, and their meanings. */
export const words: readonly (readonly [string, string])[] = [
  ['passed', 'every scenario that applies was run and passed'],
  ['failed', 'a MUST is not met in at least one scenario'],
  ['warning', 'a SHOULD is not met in at least one scenario; affects the verdict only with --strict'],
  ['inapplicable', 'the target file does not declare what it needs, or excludes it; the report gives the reason'],
  ['untested', 'not selected, skipped by --fail-fast, or impossible to judge while another requirement fails'],
  ['inconclusive', 'the set-up or the suite failed, so there is no result'],
];
