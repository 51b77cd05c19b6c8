import type { FormatterPlugin } from '@cucumber/cucumber/api';

/** Prints nothing: Cucumber takes a formatter of its own where it is given none, and what is to be said comes of its messages. */
const formatter: FormatterPlugin = { type: 'formatter', formatter: () => {} };

export default formatter;
