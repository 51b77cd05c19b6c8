import type { CommandDefinition } from '../terminal/command-definition.ts';
import { verifyExitCodes } from '../terminal/exit-codes.ts';
import { helpFooter } from '../terminal/help-footer.ts';

/** The command `verify`. */
export const verifyCommand: CommandDefinition = (program, done) => {
  program
    .command('verify')
    .description(
      'Checks a certified report folder offline: files, signature, and whether the recorded messages give its verdict.',
    )
    .argument('<folder>', 'the report folder of a run')
    .option('--key <file>', 'public key of the signer, in PEM')
    .addHelpText(
      'after',
      helpFooter({
        codes: verifyExitCodes,
        examples: ['verify conformance-report', 'verify conformance-report --key key.pub.pem'],
      }),
    )
    .action(async (folder: string, flags: { readonly key?: string }) => {
      const { verify } = await import('./verify.ts');
      done(verify(folder, flags));
    });
};
