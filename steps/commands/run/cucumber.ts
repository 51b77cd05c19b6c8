import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { loadSupport, runCucumber } from '@cucumber/cucumber/api';
import type { Envelope } from '@cucumber/messages';
import { root } from '../../requirements/requirement.ts';
import { configure, ending } from '../../support/step-library.ts';
import type { Shard } from '../../verdict/report.ts';
import { Lanes } from './lanes.ts';
import type { RandomOrder } from './order.ts';
import { laneOf } from './shard.ts';

/** A run of Cucumber itself. */
export interface CucumberRun {
  /** Feature files, with or without lines, relative to the package. */
  readonly paths: readonly string[];
  readonly failFast: boolean;
  /** `random:SEED`; undefined for the order of the features. */
  readonly order: RandomOrder | undefined;
  /** The part of the scenarios that is run; all scenarios of the files when absent. */
  readonly shard: Shard | undefined;
  /** How many scenarios run at the same time. */
  readonly lanes: number;
  /** Whether scenarios run in their turns; otherwise in the order of the features. */
  readonly inTurn: boolean;
  readonly onMessage: (envelope: Envelope) => void;
}

const quiet = () =>
  new Writable({
    write: (_chunk, _encoding, callback) => {
      callback();
    },
  });

/** Node loads a module once in a process, so a second run reuses the library of the first. */
let library: ReturnType<typeof loadSupport> | undefined;

/** The modules of support/ that a run has. */
const modules = '{parameter-types,hooks}';

const environment = { cwd: root, stdout: quiet(), stderr: process.stderr };

/** Loads the step definitions. Call it early, while there is something else to wait for. */
export async function loadSteps(): Promise<Awaited<ReturnType<typeof loadSupport>>> {
  library ??= configure(modules).then((configuration) => loadSupport(configuration, environment));
  return library;
}

/** Runs the features. The results are in the messages only. */
export async function runFeatures({ paths, failFast, order, shard, lanes, inTurn, onMessage }: CucumberRun): Promise<void> {
  const runConfiguration = await configure(modules, {
    paths: paths.map((path) => root + path),
    failFast,
    ...(shard === undefined ? {} : { shard: laneOf(0, 1, shard) }),
    ...(order === undefined ? {} : { order }),
    ...(order === undefined && !inTurn ? {} : { plugin: [fileURLToPath(new URL(`./order-plugin.${ending}`, import.meta.url))] }),
  });
  const support = await loadSteps();
  const formats = {
    ...runConfiguration.formats,
    stdout: new URL(`./silent-formatter.${ending}`, import.meta.url).href,
    publish: false as const,
  };
  if (lanes === 1) {
    await runCucumber({ ...runConfiguration, formats, support }, environment, onMessage);
    return;
  }
  // Each lane adds a listener for uncaught exceptions.
  process.setMaxListeners(process.getMaxListeners() + lanes);
  const stream = new Lanes(lanes, onMessage);
  const run = (lane: number) => {
    const sources = inTurn ? runConfiguration.sources : { ...runConfiguration.sources, shard: laneOf(lane, lanes, shard) };
    const { specifiers = [] } = runConfiguration.plugins ?? {};
    const plugins = { specifiers, options: { turns: { lane: { number: lane, of: lanes } } } };
    return runCucumber({ ...runConfiguration, sources, plugins, formats, support }, environment, (envelope) =>
      stream.add(lane, envelope),
    );
  };
  await Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane)));
  process.setMaxListeners(process.getMaxListeners() - lanes);
}
