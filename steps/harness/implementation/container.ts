import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { isIP } from 'node:net';
import { constants } from 'node:os';
import { basename } from 'node:path';
import { PassThrough } from 'node:stream';
import type { StartedTestContainer } from 'testcontainers';
import { onlyOnce, requireOfCluster, wayStoodStill } from './cluster.ts';
import { type Confinement, usualCapabilities } from './confinement.ts';
import { connectEngine, type Engine } from './engine.ts';
import { EnvironmentError } from './errors.ts';
import { fillPlaceholders, type PlaceholderValues } from './fill-placeholders.ts';
import type { Passage } from './forwarder.ts';
import { portSign } from './free-port.ts';
import { unlessGivenUp } from './give-up.ts';
import { foreignMachine } from './image-architecture.ts';
import { BuildError, buildImage } from './image-build.ts';
import { looseness, networkFor, type RunNetwork } from './network.ts';
import { Output } from './output.ts';
import { fillAll, valuesFor } from './placeholder-values.ts';
import { lineSign, nextLook, type Sign, untilReady } from './readiness.ts';
import type { Incarnation } from './restartable.ts';
import { OWNER_LABEL, RUN } from './run-owner.ts';
import { notStarted } from './start-failure.ts';
import type { StartOptions } from './start-options.ts';
import type { ContainerStart, Role, Target } from './target.ts';

/** How long a connection must be kept to tell a server from the engine's proxy, in ms. */
const KEPT_MS = 150;

/** The same where ports of another machine are forwarded to this one, so that a refusal takes its time. */
const FORWARDED_KEPT_MS = 1_500;

/** How long a container may take to end by itself after a signal, in ms. */
const GRACE_MS = 2_000;

/** Between two looks at a health check, in ms. */
const HEALTH_MS = 100;

/** How long the engine may take to say that it is there, in ms. */
const PING_MS = 2_000;

/** How long the last output may take to arrive after the end, in ms. */
const LAST_OUTPUT_MS = 1_000;

/** How long what is in front of a cluster may take to know that a pod whose output has ended has ended, in ms, and between two looks. */
const [POD_END_MS, POD_LOOK_MS] = [10_000, 500];

/** What is mapped into a container must be a file of the engine's own machine. */
const noFiles =
  'The controlled clock (capability "clock") is a file that the container sees, and the Docker engine is on another machine than the suite.\n' +
  '  Take "clock" out of the target file\'s capabilities, or run the suite on the machine of the engine.';

type Docker = Engine['docker'];
type Container = ReturnType<Docker['getContainer']>;

/**
 * Starts the implementation as a container.
 *
 * @throws EnvironmentError when no engine answers, the image is not to be had, the container ends, or is not ready in time
 */
export async function startContainer(target: Target, start: ContainerStart, options: StartOptions): Promise<Incarnation> {
  const { giveUp } = options;
  const engine = await unlessGivenUp(connectEngine(), giveUp);
  requireOfCluster(engine, target, start);
  if (options.mounts !== undefined && options.mounts.length > 0 && engine.remote) throw new EnvironmentError(noFiles);
  const made = start.build === undefined ? pullImage(engine, target, start.image ?? '') : builtImage(engine, target, start.build);
  const image = await unlessGivenUp(made, giveUp);
  const own = target.role === 'server' ? { host: '0.0.0.0', port: String(start.port) } : {};
  const values = valuesFor(target, own, options.values);
  const fill = (command: readonly string[]): string[] => command.map((text) => fillPlaceholders(text, values));
  const tried = `a container of ${start.build === undefined ? `the image ${image}` : `the Dockerfile ${start.build.dockerfile}`}`;

  const output = new Output(target.secrets);
  if (options.onLine !== undefined) output.listen(options.onLine);
  const network = await networkFor(engine, target.role, start).catch((error: unknown) => {
    if (error instanceof EnvironmentError) throw error;
    throw notStarted(target, {
      tried: 'a network for its container',
      seen: engineWords(error),
      advice: 'See whether the engine has subnets left.',
    });
  });
  const running = new RunningContainer(engine, target.role, output, network, giveUp);
  const name = `ntp-${randomUUID().slice(0, 8)}`;
  const subject = await describe(engine, image, start, {
    name,
    ...(network === undefined ? {} : { network }),
    env: { ...fillAll(start.env, values), ...options.env },
    ...(start.command === undefined ? {} : { command: fill(start.command) }),
    labels: { ...options.labels, [OWNER_LABEL]: RUN },
    stdin: target.sync.kind === 'stdin',
    mounts: options.mounts ?? [],
    // The name by which a client finds the platform on this machine; an address needs none.
    ...(target.role === 'client' && values.host !== undefined && isIP(values.host) === 0 ? { reaches: values.host } : {}),
  });
  const begin = async (): Promise<Way> => {
    const started = await running.start(subject);
    // A client publishes no port.
    if (start.port === undefined) return { host: '', port: 0 };
    if (!engine.cluster) return { host: engine.host, port: started?.getMappedPort(start.port) ?? 0 };
    const passage = await running.lead(name, start.port);
    return { host: '127.0.0.1', port: passage.port, sign: passage.sign };
  };
  return whenReady({ engine, image, target, start, values, fill, tried }, running, begin, output);
}

/** How a server is reached from here. */
interface Way {
  readonly host: string;
  readonly port: number;
  /** That the server accepts a connection, where its own port is not what stands there. */
  readonly sign?: Sign;
}

/** What is the same for every start of a container. */
interface Circumstances {
  readonly engine: Engine;
  readonly image: string;
  readonly target: Target;
  readonly start: ContainerStart;
  readonly values: PlaceholderValues;
  readonly fill: (command: readonly string[]) => string[];
  readonly tried: string;
}

/** @param begin starts it, and says how a server is reached */
async function whenReady(
  circumstances: Circumstances,
  running: RunningContainer,
  begin: () => Promise<Way>,
  output: Output,
): Promise<Incarnation> {
  const { engine, image, target, start, values, fill, tried } = circumstances;
  const advice = 'Run the image by hand to see more. A slow start needs a longer ready.within.';
  const logged = target.ready.log === undefined ? [] : [lineSign(output, target.ready.log)];
  try {
    const way = await begin();
    const { host, port } = target.role === 'server' ? way : { host: values.host ?? '', port: Number(values.port) };
    const keptMs = engine.remote && host === '127.0.0.1' ? FORWARDED_KEPT_MS : KEPT_MS;
    const shown = `port ${start.port} of the container (${host}:${port} here)`;
    const signs = [
      ...logged,
      ...(target.ready.health === true ? [healthSign(running)] : []),
      ...(target.ready.port ? [way.sign ?? portSign({ host, port, keptMs, shown })] : []),
    ];
    const problem = await untilReady(signs, running.end, target.ready.withinMs);
    if (problem !== undefined) {
      await running.lastOutput();
      const foreign = await foreignMachine(engine, image);
      const seen = foreign === undefined ? problem : `${problem}; ${foreign}`;
      throw notStarted(target, { tried, seen, output: output.last(), advice });
    }
    const readyAt = performance.now();
    return {
      // Another machine has another clock, whatever its target file says.
      target: engine.remote ? { ...target, sharedClock: false } : target,
      host,
      port,
      ...(running.imageDigest === '' ? {} : { imageDigest: running.imageDigest }),
      ...(engine.cluster ? { onlyOnce } : {}),
      looseness: looseness(engine, target.role, start),
      output: () => output.last(),
      ended: () => running.ended,
      end: running.end,
      lost: running.lost,
      doubt: () => running.doubt(target, readyAt),
      write: (text) => running.write(text),
      signal: (signal) => running.signal(signal),
      exec: (command) => running.exec(fill(command), command.join(' ')),
      again: async (signal) => {
        const fresh = new Output(target.secrets);
        const next = await running.successor(signal, fresh);
        const begun = async (): Promise<Way> => ({ host: engine.host, port: await next.startAgain(start.port ?? 0) });
        return whenReady(circumstances, next, begun, fresh);
      },
      stop: () => running.stop(),
    };
  } catch (error) {
    // What went wrong first is what is told.
    await running.stop().catch(() => {});
    if (error instanceof EnvironmentError) throw error;
    const foreign = await foreignMachine(engine, image);
    const seen = [engineWords(error), foreign].filter((words) => words !== undefined).join('; ');
    throw notStarted(target, { tried, seen, output: output.last(), advice });
  }
}

async function pullImage(engine: Engine, target: Target, image: string): Promise<string> {
  const name = engine.testcontainers.ImageName.fromString(image);
  const failure = await engine.client.image.pull(name).then(
    () => undefined,
    (error: unknown) => engineWords(error),
  );
  if (await engine.client.image.exists(name)) return image;
  throw notStarted(target, {
    tried: `the image ${image}`,
    seen: `it is not on this machine and could not be pulled${failure === undefined ? '' : `: ${failure}`}`,
    advice: 'Check its name and tag; build or pull it by hand, or log in to its registry.',
  });
}

async function builtImage(engine: Engine, target: Target, build: NonNullable<ContainerStart['build']>): Promise<string> {
  try {
    return await buildImage(engine, build);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw notStarted(target, {
      tried: `to build ${build.dockerfile} in ${build.context}`,
      seen: error.message,
      ...(error.log.length > 0 ? { output: error.log } : {}),
      advice: `Build it by hand to see more: docker build -f ${basename(build.dockerfile)} …`,
    });
  }
}

/** What a container is made with, beside its image. */
interface Making {
  /** By which it is found in its network. */
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly stdin: boolean;
  /** Where it belongs; the engine's own network, which leads everywhere, when there is none. */
  readonly network?: RunNetwork;
  /** A host name that stands for this machine inside. */
  readonly reaches?: string;
  readonly mounts: NonNullable<StartOptions['mounts']>;
}

/** A container that is described but not created. */
type Subject = Awaited<ReturnType<typeof describe>>;

async function describe(engine: Engine, image: string, start: ContainerStart, making: Making) {
  const { GenericContainer } = engine.testcontainers;

  class SubjectContainer extends GenericContainer {
    /** Told the container's id once it exists and before it starts. */
    onCreated: (id: string) => Promise<void> = async () => {};

    constructor() {
      super(image);
      // What a cluster is told of, it does not do, or does something else.
      if (engine.cluster) return;
      Object.assign(this.hostConfig, confine(start.confinement));
      if (making.network !== undefined) Object.assign(this.hostConfig, noNames);
      this.createOpts.OpenStdin = making.stdin;
    }

    publish(port: number): void {
      if (engine.cluster) {
        // Not to be forwarded, but for the forwarder to find.
        this.createOpts.ExposedPorts = { [`${port}/tcp`]: {} };
        this.withNetworkAliases(making.name);
        return;
      }
      this.withExposedPorts(port);
      this.hostConfig.PortBindings = { [`${port}/tcp`]: [{ HostIp: engine.publishOn, HostPort: '0' }] };
    }

    protected override containerCreated(id: string): Promise<void> {
      return this.onCreated(id);
    }
  }

  const subject = new SubjectContainer();
  subject.withEnvironment({ ...making.env }).withLabels({ ...making.labels });
  if (making.network !== undefined) subject.withNetworkMode(making.network.name);
  // The signs of readiness are the suite's own: testcontainers' need a shell in the image, and wait on for a container that ended.
  const wait = {
    waitUntilReady: async () => {},
    withStartupTimeout: () => wait,
    isStartupTimeoutSet: () => true,
    getStartupTimeout: () => 0,
  };
  subject.withWaitStrategy(wait);
  if (making.command !== undefined) subject.withCommand([...making.command]);
  if (making.reaches !== undefined)
    subject.withExtraHosts([{ host: making.reaches, ipAddress: making.network?.gateway ?? 'host-gateway' }]);
  if (making.mounts.length > 0) subject.withBindMounts([...making.mounts]);
  if (start.port !== undefined) subject.publish(start.port);
  for (const { source, path } of start.files) {
    if ((await stat(source)).isDirectory()) subject.withCopyDirectoriesToContainer([{ source, target: path }]);
    else subject.withCopyFilesToContainer([{ source, target: path }]);
  }
  return subject;
}

/** A confinement as the engine takes it. */
function confine({ memoryBytes, pids, logBytes, linuxCapabilities, newPrivileges }: Confinement) {
  return {
    Memory: memoryBytes,
    // The same number: no swap beside it, which would only make a leak slow.
    MemorySwap: memoryBytes,
    PidsLimit: pids,
    LogConfig: { Type: 'json-file', Config: { 'max-size': String(logBytes), 'max-file': '1' } },
    CapDrop: ['ALL'],
    CapAdd: [...usualCapabilities, ...linuxCapabilities],
    SecurityOpt: newPrivileges ? [] : ['no-new-privileges'],
  };
}

/**
 * No name server in a closed network: some engines would forward its questions to the world. Nobody is asked, and a program that looks
 * a name up all the same learns within a second that there is no answer, not after ten.
 */
const noNames = { Dns: ['127.0.0.1'], DnsOptions: ['timeout:1', 'attempts:1'] };

/** A container from its creation to its removal. */
class RunningContainer {
  /** Settles with how it ended. */
  readonly end: Promise<string>;
  /** Settles with why nobody can tell how it ends: the engine is gone. */
  readonly lost: Promise<string>;
  ended: string | undefined;
  imageDigest = '';
  readonly #engine: Engine;
  readonly #output: Output;
  readonly #network: RunNetwork | undefined;
  readonly #role: Role;
  readonly #hasEnded: (how: string) => void;
  readonly #isLost: (why: string) => void;
  readonly #giveUp: AbortSignal | undefined;
  /** Settles when there is a container, or there will be none. */
  #created: Promise<void> | undefined;
  readonly #printed = Promise.withResolvers<void>();
  #container: Container | undefined;
  #stdin: NodeJS.ReadWriteStream | undefined;
  #passage: Passage | undefined;
  /** Settles when it is known why a pod prints no more. */
  #quiet: Promise<void> | undefined;
  /** How a pod has ended, where nobody can tell whether it was its own doing. */
  #failure: string | undefined;
  #removed = false;
  #stopped: Promise<void> | undefined;

  /** @param giveUp aborts when nobody wants the container any more */
  constructor(engine: Engine, role: Role, output: Output, network: RunNetwork | undefined, giveUp?: AbortSignal) {
    this.#engine = engine;
    this.#role = role;
    this.#output = output;
    this.#network = network;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.end = promise;
    this.#hasEnded = (how) => {
      this.ended ??= this.#stopped === undefined ? how : 'stopped by the suite';
      resolve(this.ended);
    };
    const loss = Promise.withResolvers<string>();
    this.lost = loss.promise;
    this.#isLost = loss.resolve;
    // Beyond a cluster's forwarder nothing is seen any more.
    if (engine.cluster) void network?.forwarder?.lost.then((why) => this.#stopped ?? this.#isLost(why));
    this.#giveUp = giveUp;
    giveUp?.addEventListener('abort', this.#abort);
    if (giveUp?.aborted === true) this.#abort();
  }

  /** Gives the started container, or undefined when it ended at once. */
  async start(subject: Subject): Promise<StartedTestContainer | undefined> {
    if (this.#stopped !== undefined) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#created = promise;
    subject.onCreated = (id) => {
      this.#container = this.#engine.docker.getContainer(id);
      resolve();
      return this.#engine.cluster ? Promise.resolve() : this.#attach(this.#container);
    };
    const started = subject.start().then(async (it) => {
      if (this.#engine.cluster) await this.#follow();
      return it;
    });
    started.then(
      () => resolve(),
      () => resolve(),
    );
    // testcontainers goes on looking for the ports of a container that is gone; nobody waits for that.
    started.catch(() => {});
    return Promise.race([started, this.end.then(() => undefined)]);
  }

  /**
   * Ends the container and leaves it as it is. Its next start has another object.
   *
   * @param signal by which it is asked to end; by force where it has not after a while
   */
  async successor(signal: 'SIGTERM' | 'SIGKILL', output: Output): Promise<RunningContainer> {
    if (this.ended === undefined) await this.signal(signal);
    const late = setTimeout(() => void this.signal('SIGKILL').catch(() => {}), GRACE_MS);
    await this.end;
    clearTimeout(late);
    const next = new RunningContainer(this.#engine, this.#role, output, this.#network, this.#giveUp);
    next.#container = this.#container;
    return next;
  }

  /** Starts a container that had ended. @returns the port under which its own is published */
  async startAgain(port: number): Promise<number> {
    if (this.#container === undefined) throw new Error('there is no container to start again');
    await this.#attach(this.#container);
    await this.#container.start();
    const { Ports } = (await this.#container.inspect()).NetworkSettings;
    return Number(Ports[`${port}/tcp`]?.[0]?.HostPort ?? 0);
  }

  /** Makes a way to one of its ports, by its name in the network. */
  async lead(name: string, port: number): Promise<Passage> {
    if (this.#network?.forwarder === undefined) throw new Error('there is no forwarder');
    this.#passage = await this.#network.forwarder.lead(name, port);
    return this.#passage;
  }

  async inspect(): Promise<Awaited<ReturnType<Container['inspect']>> | undefined> {
    return this.#container?.inspect();
  }

  /** Settles when everything that it printed has been read. */
  async lastOutput(): Promise<void> {
    if (this.ended === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, LAST_OUTPUT_MS);
    await Promise.race([this.#printed.promise, promise]);
    clearTimeout(timer);
  }

  async write(text: string): Promise<void> {
    if (this.ended !== undefined) throw new EnvironmentError(`Its standard input could not be written to: ${this.ended}.`);
    this.#stdin?.write(text);
  }

  async signal(signal: NodeJS.Signals): Promise<void> {
    try {
      await this.#container?.kill({ signal });
    } catch (error) {
      throw new EnvironmentError(`${signal} could not be sent: ${this.ended ?? engineWords(error)}.`);
    }
  }

  async exec(command: string[], shown: string): Promise<void> {
    if (this.#container === undefined) return;
    const { exitCode } = await this.#engine.client.container.exec(this.#container, command).catch((error: unknown) => {
      throw new EnvironmentError(`The command ${shown} could not be run in the container: ${this.ended ?? engineWords(error)}.`);
    });
    if (exitCode !== 0) throw new EnvironmentError(`The command ${shown} ended with code ${exitCode} in the container.`);
  }

  /** Removes it with all that it holds. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Whoever ends it otherwise hears of what went wrong. */
  readonly #abort = (): void => void this.stop().catch(() => {});

  async #stop(): Promise<void> {
    this.#giveUp?.removeEventListener('abort', this.#abort);
    await this.#created;
    // Whoever took it away meanwhile must not be taken for the implementation.
    await this.#quiet;
    this.#removed = true;
    try {
      await this.#container?.remove({ force: true, v: true });
    } catch (error) {
      // Gone already, or being removed by somebody else.
      const { statusCode } = error as { readonly statusCode?: number };
      if (statusCode !== 404 && statusCode !== 409)
        throw new EnvironmentError(
          `the container ${this.#container?.id.slice(0, 12)} could not be removed (${engineWords(error)}); the next run removes it`,
        );
    } finally {
      this.#hasEnded('stopped by the suite');
      this.#passage?.close();
      await this.#network?.leave();
    }
  }

  /** Why what was seen of it may be somebody else's doing, in words: a pod may have been taken away before anybody was told. */
  async doubt(target: Target, since: number): Promise<string | undefined> {
    const forwarder = this.#network?.forwarder;
    if (!this.#engine.cluster || forwarder === undefined) return undefined;
    await this.#quiet;
    const lost = await Promise.race([this.lost, Promise.resolve(undefined)]);
    return lost ?? this.#failure ?? wayStoodStill(forwarder, target, since);
  }

  /** Reads what a pod prints, from its first line: what is in front of a cluster starts what it is asked to attach to. */
  async #follow(): Promise<void> {
    const container = this.#container;
    if (container === undefined) return;
    const stream = await container.logs({ follow: true, stdout: true, stderr: true });
    this.#hear(stream);
    stream.once('close', () => {
      this.#quiet = this.#whyQuiet();
    });
    stream.on('error', () => {});
    // The cluster takes whatever a tag names at this moment; only a digest says what ran.
    const { Config } = await container.inspect();
    this.imageDigest = /@(sha256:[0-9a-f]{64})$/.exec(Config.Image)?.[1] ?? '';
  }

  /** What its output has ended by: its own end, or something that nobody can tell from it. */
  async #whyQuiet(): Promise<void> {
    const giveUp = AbortSignal.timeout(POD_END_MS);
    for (;;) {
      const state = await this.inspect().then(
        (found) => found?.State,
        () => undefined,
      );
      if (this.#removed) return;
      const failed = state === undefined || state.Dead || state.OOMKilled || state.ExitCode !== 0;
      if (failed) {
        this.#failure =
          'its container has failed, or the Kubernetes cluster has taken it away: which of the two, and with which exit code, is not told';
        // A client may well end with an error, where it is refused.
        if (this.#role === 'server') this.#isLost(this.#failure);
        this.#hasEnded('failed, or was taken away by the cluster');
        return;
      }
      if (!state.Running) return this.#hasEnded('exited with code 0');
      if (giveUp.aborted) return this.#isLost('the Kubernetes cluster no longer tells what the container prints');
      await nextLook(POD_LOOK_MS, giveUp);
    }
  }

  /** Listens before the start, so that neither a line nor a quick end is missed. */
  async #attach(container: Container): Promise<void> {
    this.#container = container;
    const stdin = (await container.inspect()).Config.OpenStdin;
    const stream = await container.attach({ stream: true, stdout: true, stderr: true, stdin, hijack: stdin });
    this.#stdin = stream;
    this.#hear(stream);
    stream.once('close', () => {
      // The wait for its end would go on for ever on a connection that broke.
      if (this.ended === undefined) void this.#seesEngine();
    });
    stream.on('error', () => {});
    this.imageDigest = (await container.inspect()).Image;
    container.wait({ condition: 'next-exit' }).then(
      async ({ StatusCode }: { StatusCode: number }) => this.#hasEnded(await this.#howItEnded(StatusCode)),
      async () => {
        // Removed by somebody else, unless it is the engine that is gone.
        if (await this.#seesEngine()) this.#hasEnded('removed');
      },
    );
  }

  /** Reads both of its streams out of the engine's one. */
  #hear(stream: NodeJS.ReadableStream): void {
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    this.#engine.docker.modem.demuxStream(stream, stdout, stderr);
    this.#output.read(stdout, 'stdout');
    this.#output.read(stderr, 'stderr');
    stream.once('close', () => {
      stdout.end();
      stderr.end(() => this.#printed.resolve());
    });
  }

  /** Whether the engine still answers; where it does not, the container is lost from sight. */
  async #seesEngine(): Promise<boolean> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error('no answer')), PING_MS);
    try {
      await Promise.race([this.#engine.docker.ping(), late]);
      return true;
    } catch {
      if (this.ended === undefined) this.#isLost('the Docker engine no longer answers');
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  async #howItEnded(code: number): Promise<string> {
    const state = await this.inspect().then(
      (found) => found?.State,
      () => undefined,
    );
    if (state?.OOMKilled === true) return 'killed by the kernel: out of memory';
    const signal = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
    return signal === undefined ? `exited with code ${code}` : `killed by ${signal} (exit code ${code})`;
  }
}

/** The image's own health check, as the engine reports it. */
function healthSign(running: RunningContainer): Sign {
  return async (giveUp) => {
    for (;;) {
      const health = (await running.inspect())?.State.Health;
      if (health?.Status === 'healthy') return undefined;
      if (health === undefined || health.Status === 'none')
        return 'its image has no health check; remove ready.health, or give it one';
      if (health.Status === 'unhealthy') return `its health check failed: ${health.Log?.at(-1)?.Output.trim() ?? ''}`;
      if (giveUp.aborted) return `its health check says ${health.Status}`;
      await nextLook(HEALTH_MS, giveUp);
    }
  };
}

/** What the engine answered, without its wrapping. */
export function engineWords(error: unknown): string {
  const { json, message } = error as { readonly json?: { readonly message?: string }; readonly message: string };
  return (json?.message ?? message).replace(/^\(HTTP code \d+\) /, '').trim();
}
