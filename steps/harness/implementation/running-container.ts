import type { StartedTestContainer } from 'testcontainers';
import { Deadline } from '../time/deadline.ts';
import { stallReason } from './cluster.ts';
import type { ContainerDescription } from './container-description.ts';
import { readContainerOutput } from './container-output.ts';
import { type Container, howContainerEnded, type Inspection, whyPodIsQuiet } from './container-state.ts';
import { type End, endedByItself, exitedWith, stoppedBySuite } from './end.ts';
import { type Engine, engineAnswers } from './engine.ts';
import { engineWords } from './engine-error.ts';
import { EnvironmentError } from './errors.ts';
import type { RunNetwork } from './network.ts';
import type { Output } from './output.ts';
import type { ForwardedPort } from './ssh-connection.ts';
import type { Role, Target } from './target.ts';
import { withinTime } from './within-time.ts';

/** How long a container may take to end after a signal before it is killed, in ms. */
const GRACE_MS = 2_000;

/** How long the last output may take to arrive after the end, in ms. */
const LAST_OUTPUT_MS = 1_000;

/** What every start of one container shares. */
export interface ContainerContext {
  readonly engine: Engine;
  readonly role: Role;
  /** The network that it joins, given back when the container stops; absent for the engine's default network. */
  readonly network: RunNetwork | undefined;
  /** Stops the container when it aborts. */
  readonly giveUp: AbortSignal | undefined;
}

/** One start of a container, until its removal. */
export class RunningContainer {
  /** Settles with how it ended. */
  readonly end: Promise<End>;
  /** Settles with why the suite can no longer observe the container: the engine or the connection to the cluster is gone. */
  readonly lost: Promise<string>;
  /** How it ended; undefined while it runs. */
  ended: End | undefined;
  /** `sha256:…` of its image; empty until it is known. */
  imageDigest = '';
  readonly #context: ContainerContext;
  readonly #output: Output;
  readonly #resolveEnd: (how: End) => void;
  readonly #isLost: (why: string) => void;
  /** Settles when the container is created, or its creation has failed. */
  #created: Promise<void> | undefined;
  /** Settles when everything that it printed has been read. */
  #printed: Promise<void> | undefined;
  #container: Container | undefined;
  #stdin: NodeJS.ReadWriteStream | undefined;
  #port: ForwardedPort | undefined;
  /** Settles when the reason is known why a pod's output has ended. */
  #quiet: Promise<void> | undefined;
  /** Why a pod's end may not be its own doing, in words. */
  #failure: string | undefined;
  #removed = false;
  #stopped: Promise<void> | undefined;

  constructor(context: ContainerContext, output: Output) {
    const { engine, network, giveUp } = context;
    this.#context = context;
    this.#output = output;
    const { promise, resolve } = Promise.withResolvers<End>();
    this.end = promise;
    this.#resolveEnd = resolve;
    const loss = Promise.withResolvers<string>();
    this.lost = loss.promise;
    this.#isLost = loss.resolve;
    // Without its forwarder nothing of a cluster can be observed.
    if (engine.cluster) void network?.forwarder?.lost.then((why) => this.#stopped ?? this.#isLost(why));
    giveUp?.addEventListener('abort', this.#abort);
    if (giveUp?.aborted === true) this.#abort();
  }

  /**
   * Creates and starts the container.
   *
   * @returns undefined when it ended at once
   * @throws the engine's error
   */
  async start(description: ContainerDescription): Promise<StartedTestContainer | undefined> {
    const { engine } = this.#context;
    if (this.#stopped !== undefined) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#created = promise;
    description.onCreated = (id) => {
      this.#container = engine.docker.getContainer(id);
      resolve();
      return engine.cluster ? Promise.resolve() : this.#attach(this.#container);
    };
    const started = description.start().then(async (it) => {
      if (engine.cluster) await this.#follow();
      return it;
    });
    started.then(
      () => resolve(),
      () => resolve(),
    );
    // testcontainers keeps looking for the ports of a container that has ended, and then fails; that failure is of no interest.
    started.catch(() => {});
    return Promise.race([started, this.end.then(() => undefined)]);
  }

  /**
   * Ends the container without removing it.
   *
   * @param signal asks it to end; it is killed when it has not ended after 2 s
   * @param output reads what its next start prints
   * @returns the container's next start, for {@link startAgain}
   */
  async successor(signal: 'SIGTERM' | 'SIGKILL', output: Output): Promise<RunningContainer> {
    if (this.ended === undefined) await this.signal(signal);
    using _late = new Deadline(GRACE_MS, () => void this.signal('SIGKILL').catch(() => {}));
    await this.end;
    const next = new RunningContainer(this.#context, output);
    next.#container = this.#container;
    return next;
  }

  /**
   * Starts a container that had ended.
   *
   * @param port of the server inside the container
   * @returns the port under which the engine publishes it
   * @throws the engine's error
   */
  async startAgain(port: number): Promise<number> {
    if (this.#container === undefined) throw new Error('there is no container to start again');
    await this.#attach(this.#container);
    await this.#container.start();
    const { Ports } = (await this.#container.inspect()).NetworkSettings;
    return Number(Ports[`${port}/tcp`]?.[0]?.HostPort ?? 0);
  }

  /** Forwards a port of this machine to one of the container's. @param name the container's host name in its network */
  async forward(name: string, port: number): Promise<ForwardedPort> {
    const forwarder = this.#context.network?.forwarder;
    if (forwarder === undefined) throw new Error('there is no forwarder');
    this.#port = await forwarder.forwardToContainer(name, port);
    return this.#port;
  }

  /** What the engine says of it; undefined before its creation. */
  readonly inspect = async (): Promise<Inspection | undefined> => this.#container?.inspect();

  /** Settles when everything that an ended container printed has been read, or 1 s later. */
  async lastOutput(): Promise<void> {
    if (this.ended !== undefined && this.#printed !== undefined) await withinTime(this.#printed, LAST_OUTPUT_MS);
  }

  /** Writes to its standard input. @throws EnvironmentError when it has ended */
  async write(text: string): Promise<void> {
    if (this.ended !== undefined) throw new EnvironmentError(`Its standard input could not be written to: ${this.ended.words}.`);
    this.#stdin?.write(text);
  }

  /** Sends it a signal. @throws EnvironmentError when the engine refuses */
  async signal(signal: NodeJS.Signals): Promise<void> {
    try {
      await this.#container?.kill({ signal });
    } catch (error) {
      throw new EnvironmentError(`${signal} could not be sent: ${this.#whyNot(error)}.`);
    }
  }

  /**
   * Runs a command in it.
   *
   * @param shown the command as messages show it, without secrets
   * @returns what it printed
   * @throws EnvironmentError when the command cannot be run or fails
   */
  async exec(command: string[], shown: string): Promise<string> {
    if (this.#container === undefined) return '';
    const { container } = this.#context.engine.client;
    const { exitCode, output } = await container.exec(this.#container, command).catch((error: unknown) => {
      throw new EnvironmentError(`The command ${shown} could not be run in the container: ${this.#whyNot(error)}.`);
    });
    if (exitCode !== 0) throw new EnvironmentError(`The command ${shown} ended with code ${exitCode} in the container.`);
    return output;
  }

  /** Removes it with its volumes, and leaves its network. Safe to call twice. @throws EnvironmentError when the engine refuses */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /**
   * Why what was seen of a pod may not be its own doing, in words: the cluster may have removed it, or the connection may have stalled.
   *
   * @param since when it was ready, by performance.now(), in ms
   * @returns undefined outside a cluster, and when there is no such reason
   */
  async doubt(target: Target, since: number): Promise<string | undefined> {
    const { engine, network } = this.#context;
    const forwarder = network?.forwarder;
    if (!engine.cluster || forwarder === undefined) return undefined;
    await this.#quiet;
    const lost = await Promise.race([this.lost, Promise.resolve(undefined)]);
    return lost ?? this.#failure ?? stallReason(forwarder, target, since);
  }

  /** A failure after an abort is not reported here: the caller of `stop` gets the same one. */
  readonly #abort = (): void => void this.stop().catch(() => {});

  async #stop(): Promise<void> {
    const { network, giveUp } = this.#context;
    giveUp?.removeEventListener('abort', this.#abort);
    await this.#created;
    // Read the exit cause first, so that a removal by the cluster does not count against the implementation.
    await this.#quiet;
    this.#removed = true;
    try {
      await this.#container?.remove({ force: true, v: true });
    } catch (error) {
      // 404: it is gone already. 409: another program is removing it.
      const { statusCode } = error as { readonly statusCode?: number };
      if (statusCode !== 404 && statusCode !== 409)
        throw new EnvironmentError(
          `the container ${this.#container?.id.slice(0, 12)} could not be removed (${engineWords(error)}); the next run removes it`,
        );
    } finally {
      this.#hasEnded(stoppedBySuite);
      this.#port?.close();
      await network?.leave();
    }
  }

  #hasEnded(how: End): void {
    this.ended ??= this.#stopped === undefined ? how : stoppedBySuite;
    this.#resolveEnd(this.ended);
  }

  #whyNot(error: unknown): string {
    return this.ended?.words ?? engineWords(error);
  }

  /** Reads a pod's output from its logs: the API of a cluster starts a container when the suite attaches to it. */
  async #follow(): Promise<void> {
    const container = this.#container;
    if (container === undefined) return;
    const stream = await container.logs({ follow: true, stdout: true, stderr: true });
    this.#printed = readContainerOutput(this.#context.engine, stream, this.#output);
    stream.once('close', () => {
      this.#quiet = this.#explainQuiet();
    });
    // The cluster resolves a tag when it starts the pod, so only a digest says which image ran.
    const { Config } = await container.inspect();
    this.imageDigest = /@(sha256:[0-9a-f]{64})$/.exec(Config.Image)?.[1] ?? '';
  }

  async #explainQuiet(): Promise<void> {
    switch (await whyPodIsQuiet(this.inspect, () => this.#removed)) {
      case 'removed':
        return;
      case 'finished':
        return this.#hasEnded(exitedWith(0));
      case 'running':
        return this.#isLost('the Kubernetes cluster no longer tells what the container prints');
      case 'failed':
        this.#failure =
          'its container has failed, or the Kubernetes cluster has taken it away: the cluster reports neither which of the two nor the exit code';
        // A client may end with an error when the platform refuses it, so only a server's failure ends the run.
        if (this.#context.role === 'server') this.#isLost(this.#failure);
        this.#hasEnded(endedByItself('failed, or was taken away by the cluster'));
    }
  }

  /** Attaches before the start, so that the first line and a quick end are not missed. */
  async #attach(container: Container): Promise<void> {
    this.#container = container;
    const stdin = (await container.inspect()).Config.OpenStdin;
    const stream = await container.attach({ stream: true, stdout: true, stderr: true, stdin, hijack: stdin });
    this.#stdin = stream;
    this.#printed = readContainerOutput(this.#context.engine, stream, this.#output);
    stream.once('close', () => {
      // On a broken connection the wait for the container's end would never settle.
      if (this.ended === undefined) void this.#seesEngine();
    });
    this.imageDigest = (await container.inspect()).Image;
    container.wait({ condition: 'next-exit' }).then(
      async ({ StatusCode }: { StatusCode: number }) => this.#hasEnded(await howContainerEnded(this.inspect, StatusCode)),
      async () => {
        // Another program removed the container, unless the engine itself is gone.
        if (await this.#seesEngine()) this.#hasEnded(endedByItself('removed'));
      },
    );
  }

  /** Whether the engine still answers; if not, the container counts as lost. */
  async #seesEngine(): Promise<boolean> {
    const answers = await engineAnswers(this.#context.engine);
    if (!answers && this.ended === undefined) this.#isLost('the Docker engine no longer answers');
    return answers;
  }
}
