import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import { noRestart, requireClusterSupport } from './cluster.ts';
import { describeContainer } from './container-description.ts';
import { prepareImage } from './container-image.ts';
import { healthSign } from './container-state.ts';
import { connectEngine, type Engine } from './engine.ts';
import { engineWords } from './engine-error.ts';
import { EnvironmentError } from './errors.ts';
import { fillPlaceholders, type PlaceholderValues } from './fill-placeholders.ts';
import { unlessGivenUp } from './give-up.ts';
import { foreignMachine } from './image-architecture.ts';
import { listeningSockets, socketTables, type Unreached, whyUnreached } from './listening-sockets.ts';
import { looseness, networkFor, type RunNetwork } from './network.ts';
import { Output } from './output.ts';
import { fillAll, valuesFor } from './placeholder-values.ts';
import { portSign } from './port-sign.ts';
import { lineSign, type Sign, untilReady } from './readiness.ts';
import type { RestartableStart } from './restartable-target.ts';
import { OWNER_LABEL, RUN } from './run-owner.ts';
import { RunningContainer } from './running-container.ts';
import { notStarted, startInWords } from './start-failure.ts';
import type { StartOptions } from './start-options.ts';
import type { ContainerStart, Target } from './target.ts';
import { withinTime } from './within-time.ts';

/** How long a connection must stay open to tell a server from the engine's proxy, in ms. */
const KEPT_MS = 150;

/** The same for ports of another machine that are forwarded to this one, where a refusal takes longer to arrive, in ms. */
const FORWARDED_KEPT_MS = 1_500;

/** How long an engine may take to show what listens in a container, in ms. */
const READ_MS = 3_000;

/** A mounted folder must be one of the engine's own machine. */
const noMounts =
  'The controlled clock (capability "clock") is a file that the container sees, and the Docker engine is on another machine than the suite.\n' +
  '  Take "clock" out of the target file\'s capabilities, or run the suite on the machine of the engine.';

/**
 * Starts the implementation as a container.
 *
 * @throws EnvironmentError when no engine answers, the image is not available, the container ends, or it is not ready in time
 */
export async function startContainer(target: Target, start: ContainerStart, options: StartOptions): Promise<RestartableStart> {
  const { giveUp } = options;
  const engine = await unlessGivenUp(connectEngine(), giveUp);
  requireClusterSupport(engine, target, start);
  if (options.mounts !== undefined && options.mounts.length > 0 && engine.remote) throw new EnvironmentError(noMounts);
  const image = await unlessGivenUp(prepareImage(engine, target, start), giveUp);
  const own = target.role === 'server' ? { host: '0.0.0.0', port: String(start.port) } : {};
  const values = valuesFor(target, own, options.values);
  const fill = (command: readonly string[]): string[] => command.map((text) => fillPlaceholders(text, values));

  const output = new Output(target.secrets);
  if (options.onLine !== undefined) output.listen(options.onLine);
  const network = await joinNetwork(engine, target, start);
  const running = new RunningContainer({ engine, role: target.role, network, giveUp }, output);
  const name = `ntp-${randomUUID().slice(0, 8)}`;
  const description = await describeContainer(engine, image, start, {
    name,
    ...(network === undefined ? {} : { network }),
    env: { ...fillAll(start.env, values), ...options.env },
    ...(start.command === undefined ? {} : { command: fill(start.command) }),
    labels: { ...options.labels, [OWNER_LABEL]: RUN },
    stdin: target.sync.kind === 'stdin',
    mounts: options.mounts ?? [],
    // A client finds the platform on this machine by this name; an address needs none.
    ...(target.role === 'client' && values.host !== undefined && isIP(values.host) === 0 ? { suiteHost: values.host } : {}),
  });
  const begin = async (): Promise<ServerAddress> => {
    const started = await running.start(description);
    // A client publishes no port.
    if (start.port === undefined) return { host: '', port: 0 };
    if (!engine.cluster) return { host: engine.host, port: started?.getMappedPort(start.port) ?? 0 };
    const { port, sign } = await running.forward(name, start.port);
    return { host: '127.0.0.1', port, sign };
  };
  return whenReady({ engine, image, target, start, values, fill }, running, begin, output);
}

/** @throws EnvironmentError */
function joinNetwork(engine: Engine, target: Target, start: ContainerStart): Promise<RunNetwork | undefined> {
  return networkFor(engine, target.role, start).catch((error: unknown) => {
    if (error instanceof EnvironmentError) throw error;
    throw notStarted(target, {
      tried: 'a network for its container',
      seen: engineWords(error),
      advice: 'Check whether the engine has free subnets.',
    });
  });
}

/** Where the suite reaches a server. */
interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** Ready when the server accepts a connection; needed where something else listens at this address in front of it. */
  readonly sign?: Sign;
}

/** What every start of one container shares. */
interface ContainerPlan {
  readonly engine: Engine;
  readonly image: string;
  readonly target: Target;
  readonly start: ContainerStart;
  readonly values: PlaceholderValues;
  readonly fill: (command: readonly string[]) => string[];
}

/**
 * Starts the container and waits until it is ready; removes it when that fails.
 *
 * @param begin starts it, and gives the server's address; ignored for a client
 */
async function whenReady(
  plan: ContainerPlan,
  running: RunningContainer,
  begin: () => Promise<ServerAddress>,
  output: Output,
): Promise<RestartableStart> {
  const { engine, image, target, start, values, fill } = plan;
  const tried = startInWords(start);
  const advice =
    'Run the image by hand to see more. A slow start needs a longer ready.within.' +
    (start.port === undefined ? '' : ' Inside, a server has to listen on 0.0.0.0, and not on 127.0.0.1.');
  const logged = target.ready.log === undefined ? [] : [lineSign(output, target.ready.log)];
  try {
    const server = await begin();
    const { host, port } = target.role === 'server' ? server : { host: values.host ?? '', port: Number(values.port) };
    const keptMs = engine.remote && host === '127.0.0.1' ? FORWARDED_KEPT_MS : KEPT_MS;
    const shown = `port ${start.port} of the container (${host}:${port} here)`;
    const signs = [
      ...logged,
      ...(target.ready.health === true ? [healthSign(running.inspect)] : []),
      ...(target.ready.port ? [server.sign ?? portSign({ host, port, keptMs, shown })] : []),
    ];
    const problem = await untilReady(signs, running.end, target.ready.withinMs);
    if (problem !== undefined) {
      await running.lastOutput();
      const foreign = await foreignMachine(engine, image);
      const unreached = await unreachedPort(running, start.port);
      const seen = [problem, foreign, unreached?.seen].filter((words) => words !== undefined).join('; ');
      throw notStarted(target, { tried, seen, output: output.last(), advice: unreached?.advice ?? advice });
    }
    const readyAt = performance.now();
    return {
      // Another machine has another clock, regardless of what the target file says.
      target: engine.remote ? { ...target, sharedClock: false } : target,
      host,
      port,
      ...(running.imageDigest === '' ? {} : { imageDigest: running.imageDigest }),
      ...(engine.cluster ? { noRestart } : {}),
      looseness: looseness(engine, target.role, start),
      output: () => output.last(),
      ended: () => running.ended,
      end: running.end,
      lost: running.lost,
      doubt: () => running.doubt(target, readyAt),
      unreached: () => unreachedPort(running, start.port),
      write: (text) => running.write(fillPlaceholders(text, values)),
      signal: (signal) => running.signal(signal),
      exec: async (command) => void (await running.exec(fill(command), command.join(' '))),
      again: async (signal) => {
        const fresh = new Output(target.secrets);
        const next = await running.successor(signal, fresh);
        const beginAgain = async (): Promise<ServerAddress> => ({
          host: engine.host,
          port: await next.startAgain(start.port ?? 0),
        });
        return whenReady(plan, next, beginAgain, fresh);
      },
      stop: () => running.stop(),
    };
  } catch (error) {
    // Report the first failure, not that of the removal.
    await running.stop().catch(() => {});
    if (error instanceof EnvironmentError) throw error;
    const foreign = await foreignMachine(engine, image);
    const seen = [engineWords(error), foreign].filter((words) => words !== undefined).join('; ');
    throw notStarted(target, { tried, seen, output: output.last(), advice });
  }
}

/** Why a server that runs is not reached at its port, by what listens in its container; undefined where that does not show it. */
async function unreachedPort(running: RunningContainer, port: number | undefined): Promise<Unreached | undefined> {
  if (port === undefined || running.ended !== undefined) return undefined;
  // An image need not have the command, and an engine need not answer any more.
  const reading = socketTables.map((table) => running.exec(['cat', table], `cat ${table}`).catch(() => ''));
  let tables: readonly string[] = [];
  await withinTime(
    Promise.all(reading).then((texts) => {
      tables = texts;
    }),
    READ_MS,
  );
  return tables.some((text) => text !== '') ? whyUnreached(listeningSockets(tables.join('\n')), port) : undefined;
}
