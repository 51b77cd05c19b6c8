/** What the exit codes of the command line mean. Pipelines depend on them, so never change a number. */
export const exitCodes: Readonly<Record<0 | 1 | 2 | 3 | 4, string>> = {
  0: 'the implementation conforms, or --allow-expected covers all failures, or nothing failed in a shard, which has no verdict',
  1: 'the implementation does not conform',
  2: 'wrong use: flags, target file or expectations',
  3: 'environment: no Docker engine, image missing, target did not start, report cannot be written',
  4: 'incomplete: a requirement was inconclusive or not selected, the run was interrupted, or the suite has an error',
};

/** What the exit codes of `verify` mean. */
export const verifyExitCodes: Readonly<Record<0 | 1 | 2, string>> = {
  0: 'genuine: every file matches the certificate, and the recorded messages give its verdict',
  1: 'not genuine: the output names what is wrong',
  2: 'wrong use, or the certificate is signed and --key is missing',
};

/** What the exit codes of `gallery` mean. */
export const galleryExitCodes: Readonly<Record<0 | 1 | 2 | 3, string>> = {
  0: 'every folder is genuine and on the page',
  1: 'a folder has no certificate or is not genuine: the output says why, and the page leaves it out',
  2: 'wrong use: flags, keys, or folders that do not exist',
  3: 'the page cannot be written',
};

/** What the exit codes of `compare` mean. */
export const compareExitCodes: Readonly<Record<0 | 1 | 2, string>> = {
  0: 'no MUST got worse',
  1: 'a MUST got worse',
  2: 'wrong use: flags, or files that are not reports of the same role',
};

/** What the exit codes of `interop` mean. */
export const interopExitCodes: Readonly<Record<0 | 1 | 2 | 3 | 4, string>> = {
  0: 'every pair that can be tested works together',
  1: 'at least one pair does not work together',
  2: 'wrong use: flags, target files, or no client that can be tested with any server',
  3: 'environment: an implementation did not start, or a report cannot be written',
  4: 'incomplete: a pair was inconclusive, or the run was interrupted',
};

/** What the exit codes of `load` mean. */
export const loadExitCodes: Readonly<Record<0 | 1 | 2 | 3 | 4, string>> = {
  0: 'every device received exactly one answer to each request',
  1: 'answers were lost, duplicate, misdelivered or invalid, or a device could not connect or subscribe',
  2: 'wrong use: flags, target file, or reports that are not from the machines of one load',
  3: 'environment: target did not start or refused a device and said why, not enough files or ports, report cannot be written',
  4: 'incomplete: interrupted; the report contains the measurements until then',
};

/** What the exit codes of `init` mean. */
export const initExitCodes: Readonly<Record<0 | 2 | 3 | 4, string>> = {
  0: 'the target file was written',
  2: 'wrong use: flags are wrong or missing, or the file already exists',
  3: 'the file cannot be written',
  4: 'it ended before all questions were answered; no file was written',
};

/** What the exit codes of `doctor` mean. */
export const doctorExitCodes: Readonly<Record<0 | 2 | 3, string>> = {
  0: 'this machine has everything that a run needs',
  2: 'wrong use, or the target file is invalid',
  3: 'something is missing: the output says what, and how to fix it',
};

/** What the exit codes of `validate` mean. */
export const validateExitCodes: Readonly<Record<0 | 2, string>> = {
  0: 'the target file is valid',
  2: 'the target file is invalid, and the output lists every mistake; or wrong use',
};
