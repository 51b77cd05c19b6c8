import type { KeyObject } from 'node:crypto';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { KeyError, readPrivateKey } from '../../report/certificate/keys.ts';

/**
 * The private key that `--sign` names.
 *
 * @throws WrongUse for a key that cannot be used
 */
export function readSigningKey(path: string): KeyObject {
  try {
    return readPrivateKey(path);
  } catch (error) {
    if (error instanceof KeyError) throw new WrongUse(`--sign ${error.message}`);
    throw error;
  }
}
