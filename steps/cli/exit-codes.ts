/** What the exit codes of the command line mean. They are a contract with every pipeline that reads them. */
export const exitCodes: Readonly<Record<0 | 1 | 2 | 3 | 4, string>> = {
  0: 'the implementation conforms',
  1: 'the implementation does not conform',
  2: 'wrong use: flags or target file',
  3: 'the environment: no Docker engine, image missing, target did not start, report cannot be written',
  4: 'incomplete: something was inconclusive, interrupted, or not selected',
};
