import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectEngine } from '../../harness/implementation/engine.ts';

/**
 * Loads an image for IBM Z, which no developer's engine runs or emulates. It contains one program with an ELF header for IBM Z.
 *
 * @param name with tag
 * @param folder for the archive
 * @param folder for the archive
 * @returns a function that removes it
 */
export async function loadForeignImage(name: string, folder: string): Promise<() => Promise<void>> {
  const content = join(folder, 'image');
  mkdirSync(join(content, 'layer'), { recursive: true });
  const program = Buffer.alloc(64);
  program.write('\u007fELF\u0002\u0002\u0001', 'latin1');
  // Executable, for machine 22 (s390), version 1; big-endian.
  program.writeUInt16BE(2, 16);
  program.writeUInt16BE(22, 18);
  program.writeUInt32BE(1, 20);
  writeFileSync(join(content, 'layer/server'), program, { mode: 0o755 });
  execFileSync('tar', ['-cf', join(content, 'layer.tar'), '-C', join(content, 'layer'), 'server']);
  const layer = createHash('sha256')
    .update(readFileSync(join(content, 'layer.tar')))
    .digest('hex');
  const config = {
    architecture: 's390x',
    os: 'linux',
    config: { Cmd: ['/server'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
  };
  writeFileSync(join(content, 'config.json'), JSON.stringify(config));
  writeFileSync(
    join(content, 'manifest.json'),
    JSON.stringify([{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }]),
  );
  const archive = join(folder, 'image.tar');
  execFileSync('tar', ['-cf', archive, '-C', content, 'manifest.json', 'config.json', 'layer.tar']);
  const { docker } = await connectEngine();
  const answer = await docker.loadImage(createReadStream(archive));
  for await (const _ of answer) {
    // The image is loaded when the response ends.
  }
  return async () => {
    await docker.getImage(name).remove({ force: true });
  };
}
