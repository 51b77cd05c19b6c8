import { InvalidArgumentError } from 'commander';

/**
 * A parser for an option or argument of commander that takes a whole number.
 *
 * @param least the smallest number that it accepts
 * @param most the largest one
 * @param why ends the message, for example ": the requirement asks for 200 devices"
 * @returns a function that throws InvalidArgumentError for everything else
 */
export function wholeNumber(least: number, most: number, why = ''): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}${why}.`);
  };
}
