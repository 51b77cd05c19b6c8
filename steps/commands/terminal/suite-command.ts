import { fromCheckout } from '../../requirements/requirement.ts';

/**
 * The words that start the suite's command line, for messages that tell the user what to run next. In a checkout it is npm, which uses
 * the project's Node. The image of the suite sets its own words in CONFORMANCE_INVOCATION.
 */
export const suiteCommand: string =
  process.env['CONFORMANCE_INVOCATION'] ?? (fromCheckout ? 'npm run -s conformance --' : 'npx iot-ntp-conformance');
