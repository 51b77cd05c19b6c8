/**
 * A server run on a container beside a run on the same server at its address, and beside what the engine takes to start it, to start it
 * again as the run does, and to end it.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTarget } from '../../harness/implementation/start-target.ts';
import { loadTarget } from '../../harness/implementation/target-file.ts';
import { root } from '../../requirements/requirement.ts';
import { runNode } from './child.ts';
import { line, median, row, seconds } from './lines.ts';

/** How often each is done, in turn. Odd, so that the median is one of them. */
const rounds = 3;

/** What a run on a container may take beside the run itself and the engine's work, in ms. */
const startUpMs = 1000;

const file = join(root, 'fixtures/targets/reference-on-broker.yaml');

/**
 * Measures it, and prints it.
 *
 * @param folder where reports go
 * @throws EnvironmentError when no engine answers, or the image cannot be built
 */
export async function benchContainer(folder: string): Promise<void> {
  const entry = join(root, 'steps/commands/entry.mjs');
  const target = await loadTarget(file, process.env, root);
  // built and certain to run before anything is timed
  await (await startTarget(target)).stop();
  const [whole, engine, judged]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round += 1) {
    whole.push((await runNode([entry, 'run', file, '--root', root, '--report', join(folder, 'container')])).wallMs);
    const begin = performance.now();
    const server = await startTarget(target);
    const started = performance.now();
    try {
      const address = join(folder, 'address.json');
      const content = { name: target.name, role: 'server', address: `mqtt://${server.host}:${server.port}`, sharedClock: true };
      writeFileSync(address, JSON.stringify(content));
      judged.push((await runNode([entry, 'run', address, '--report', join(folder, 'address')])).wallMs);
      const again = performance.now();
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) await server.restart?.(signal);
      await server.stop();
      engine.push(started - begin + performance.now() - again);
    } finally {
      await server.stop();
    }
  }
  const most = median(judged) + median(engine) + startUpMs;
  console.log(`${target.name}, in a container, ${rounds} rounds in turn                        median   (least … most)`);
  row('whole run on the container', whole);
  row('run on the same server at its address', judged);
  row('the engine: start, start again twice, end', engine);
  line(`most: the two together + ${seconds(startUpMs)}`, seconds(most), median(whole) <= most ? 'met' : 'not met');
  console.log();
}
