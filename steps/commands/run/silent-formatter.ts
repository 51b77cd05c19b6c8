import type { FormatterPlugin } from '@cucumber/cucumber/api';

/** Prints nothing: without a formatter, Cucumber uses its own, but the suite prints the results itself. */
const formatter: FormatterPlugin = { type: 'formatter', formatter: () => {} };

export default formatter;
