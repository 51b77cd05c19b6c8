/** The words that are used for results, and what they say of a requirement. */
export const words: readonly (readonly [string, string])[] = [
  ['passed', 'every scenario that applies was tried and went as it must'],
  ['failed', 'a MUST is not met in at least one scenario'],
  ['warning', 'a SHOULD is not met; decides only under --strict'],
  ['inapplicable', 'it needs something that the target file does not declare, or excludes; the reason is given'],
  ['untested', 'not selected, left out by --fail-fast, or not to be judged while another requirement fails'],
  ['inconclusive', 'the set-up or the suite broke, so nothing was proved'],
];
