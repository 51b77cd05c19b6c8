import { InvalidArgumentError } from 'commander';

/**
 * A parser for an option or argument of commander that takes a whole number.
 *
 * @param least the smallest number that it accepts
 * @param most the largest one
 * @param expected ends the message, for example " runs": "Expected 1 to 1000 runs."
 * @returns a function that throws InvalidArgumentError for everything else
 */
export function wholeNumber(least: number, most: number, expected = ''): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Expected ${least} to ${most}${expected}.`);
  };
}
