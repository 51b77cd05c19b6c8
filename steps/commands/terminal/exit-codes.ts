/** What the exit codes of the command line mean. They are a contract with every pipeline that reads them. */
export const exitCodes: Readonly<Record<0 | 1 | 2 | 3 | 4, string>> = {
  0: 'the implementation conforms, or --allow-expected lets pass what it fails in, or nothing failed in a shard, which has no verdict',
  1: 'the implementation does not conform',
  2: 'wrong use: flags, target file or expectations',
  3: 'the environment: no Docker engine, image missing, target did not start, report cannot be written',
  4: 'incomplete: something was inconclusive, interrupted, or not selected, or the suite is at fault',
};

/** What the exit codes of `verify` mean. */
export const verifyExitCodes: Readonly<Record<0 | 1 | 2, string>> = {
  0: 'genuine: every file is as the certificate says, and the recorded messages come to its verdict',
  1: 'not genuine: what is wrong is named',
  2: 'wrong use, or the certificate is signed and no --key was given',
};

/** What the exit codes of `compare` mean. */
export const compareExitCodes: Readonly<Record<0 | 1 | 2, string>> = {
  0: 'no MUST got worse',
  1: 'a MUST got worse',
  2: 'wrong use: flags, or files that are no reports of implementations of one role',
};

/** What the exit codes of `interop` mean. */
export const interopExitCodes: Readonly<Record<0 | 1 | 2 | 3 | 4, string>> = {
  0: 'every pair that can be put together works together',
  1: 'some pair does not work together',
  2: 'wrong use: flags, target files, or no client that can be put in front of any server',
  3: 'the environment: something did not start, or a report cannot be written',
  4: 'incomplete: something was inconclusive or interrupted',
};

/** What the exit codes of `load` mean. */
export const loadExitCodes: Readonly<Record<0 | 1 | 2 | 3 | 4, string>> = {
  0: 'every device got its own single answer each time',
  1: 'not so: something was lost, doubled, misdirected or no answer, or a device was not let in',
  2: 'wrong use: flags, target file, or reports that are not those of the machines of one load',
  3: 'the environment: target did not start, not enough files or ports, report cannot be written',
  4: 'incomplete: interrupted; what was measured until then is reported',
};

/** What the exit codes of `init` mean. */
export const initExitCodes: Readonly<Record<0 | 2 | 3 | 4, string>> = {
  0: 'the target file is written',
  2: 'wrong use: flags that are wrong or not enough, or the file is there already',
  3: 'the file cannot be written',
  4: 'it was ended before all was answered; nothing is written',
};

/** What the exit codes of `doctor` mean. */
export const doctorExitCodes: Readonly<Record<0 | 2 | 3, string>> = {
  0: 'all that a run needs is there',
  2: 'wrong use, or the target file is at fault',
  3: 'something that it needs is missing: what, and what to do, is said',
};

/** What the exit codes of `validate` mean. */
export const validateExitCodes: Readonly<Record<0 | 2, string>> = {
  0: 'it is a valid target file',
  2: 'it is not, and every mistake is said; or wrong use',
};
