import type { CommandDefinition } from '../terminal/command-definition.ts';
import { galleryExitCodes } from '../terminal/exit-codes.ts';
import { helpFooter } from '../terminal/help-footer.ts';
import type { GalleryOptions } from './gallery.ts';

/** The command `gallery`. */
export const galleryCommand: CommandDefinition = (program, done) => {
  program
    .command('gallery')
    .description('Writes one HTML page of certified implementations, and verifies each report folder again.')
    .argument('<folder...>', 'certified report folders of runs, or of runs on several targets')
    .option('--page <file>', 'the page to write', 'gallery.html')
    .option(
      '--key <file>',
      'public key of a signer, in PEM; repeat it for several signers. Each folder must then be signed by one of them',
      (file: string, files: readonly string[] | undefined) => [...(files ?? []), file],
    )
    .addHelpText(
      'after',
      helpFooter({
        codes: galleryExitCodes,
        examples: [
          'gallery conformance-report',
          'gallery reports/* --page site/certified.html --key acme.pub.pem --key other.pub.pem',
        ],
      }),
    )
    .action(async (folders: readonly string[], flags: GalleryOptions) => {
      const { gallery } = await import('./gallery.ts');
      done(gallery(folders, flags));
    });
};
